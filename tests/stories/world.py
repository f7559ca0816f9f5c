"""The world of the stories: the real application, a real worker, the provider's simulator.

Webhooks travel over HTTP and are signed; the worker is a process of its own behind a real
Valkey; only time is virtual. `World.pass_time` lets it pass as the world would: each event
of the provider's at its own instant, then the bell, then, every five seconds, the sweep.
"""

import itertools
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from redis import Redis
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from logging_db import exports
from logging_db.engine import read
from logging_db.federation import import_federation
from logging_db.rosters import Rosters
from permanence import embedded, places
from permanence.bell import RedisBell
from permanence.logs import set_up
from permanence.runtime import open_desk
from permanence.settings import Log, Settings
from permanence.web import create_app
from simulator.agenda import Agenda
from simulator.app import create_app as create_provider
from simulator.exchange import Exchange
from simulator.phones import Phone
from telephony import sweep
from telephony.snapshot import Snapshots
from telephony.spool import Spool
from tests.conftest import empty
from tests.stories.clock import SharedClock

ACCOUNT = "AC" + "0" * 32
TOKEN = "the-token-of-the-tests"
LINE = "+3280035243"
CALLER_ID = "+3225550100"
MONDAY_MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # 10:00 in Brussels
_versions = itertools.count(1000, 1000)
OFTEN = timedelta(seconds=2)
"""Between two rounds of the sweep, for stories that rest on it alone; in reality half a second."""

ROOT = Path(__file__).resolve().parents[2]


class QuietHandler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *args: Any) -> None:
        pass


@contextmanager
def served(app: Any) -> Iterator[BaseWSGIServer]:
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


class Person:
    """A person with a telephone, as the stories speak of them."""

    def __init__(self, world: "World", phone: Phone) -> None:
        self.world = world
        self.phone = phone
        self.heard_from = 0

    def dials(self, number: str = LINE, *, withheld: bool = False) -> str:
        self.heard_from = len(self.phone.heard)
        sid = self.phone.dial(number, withheld=withheld)
        self.world.settle()
        return sid

    def answers(self) -> None:
        self.heard_from = len(self.phone.heard)
        self.phone.answer()
        self.world.settle()

    def declines(self) -> None:
        self.phone.decline()
        self.world.settle()

    def hangs_up(self) -> None:
        self.phone.hang_up()
        self.world.settle()

    def presses(self, digits: str) -> None:
        self.phone.press(digits)
        self.world.settle()

    @property
    def heard(self) -> str:
        """Everything this telephone has said since the person last dialled or picked up."""
        return "\n".join(entry.text for entry in list(self.phone.heard)[self.heard_from :])

    def hears(self, words: str, within: float = 120) -> None:
        """Let time pass until the words are heard."""
        self.world.until(
            lambda: words in self.heard, within, f"{words!r} was not heard, but:\n{self.heard}"
        )

    def listens_anew(self) -> None:
        self.heard_from = len(self.phone.heard)

    def rings(self, within: float = 30) -> None:
        self.world.until(
            lambda: self.phone.state == "ringing", within, f"the phone is {self.phone.state}"
        )

    def is_idle(self, within: float = 30) -> None:
        self.world.until(
            lambda: self.phone.state == "idle", within, f"the phone is {self.phone.state}"
        )

    def talks_to(self, other: "Person", within: float = 30) -> None:
        self.world.until(
            lambda: self.phone.talking_to == [other.phone.number],
            within,
            f"talks to {len(self.phone.talking_to)} people; heard:\n{self.heard}",
        )

    def takes_the_call(self, within: float = 60) -> None:
        """Pick up, listen, press 1."""
        self.rings(within)
        self.answers()
        self.hears("1")
        self.presses("1")


class ListeningBell:
    """The real bell; it also remembers that it has rung."""

    def __init__(self, real: RedisBell) -> None:
        self.real = real
        self.heard = False

    def ring(self, job: str, row_id: str) -> None:
        self.heard = True
        self.real.ring(job, row_id)


class World:
    """One installation: stores, web, worker, provider."""

    def __init__(self, folder: Path, settings: Settings, exchange: Exchange) -> None:
        self.folder = folder
        self.settings = settings
        self.exchange = exchange
        self.redis = Redis.from_url(settings.redis_url)
        self.log = (folder / "web.log").open("a")
        self.desk: Any = None
        self.app: Any = None
        self.without_database = False
        self.engine: Engine
        self.sweep_every = timedelta(seconds=5)
        self.bell: ListeningBell
        self._next_sweep = MONDAY_MORNING

    # --- time

    @property
    def now(self) -> datetime:
        return self.exchange.clock.now()

    def settle(self, timeout: float = 20.0) -> None:
        """Wait until nothing is under way at this instant: no webhook, no job."""
        deadline = time.monotonic() + timeout
        calm = 0
        while calm < 2:
            self.exchange.settle(timeout)
            calm = calm + 1 if self._is_calm() else 0
            if calm == 0:
                time.sleep(0.003)  # the worker needs the processor more than this loop
            assert time.monotonic() < deadline, "the world does not come to rest"

    def _is_calm(self) -> bool:
        """A job runs only after a ring: if none was heard here, the worker is idle still."""
        if not self.bell.heard:
            return True
        pipe = self.redis.pipeline()
        pipe.llen("rq:queue:bell")
        pipe.llen("rq:queue:bell:intermediate")
        pipe.zcard("rq:wip:bell")
        self.bell.heard = any(pipe.execute())
        return not self.bell.heard

    def pass_time(self, seconds: float) -> None:
        """Let virtual time pass."""
        end = self.now + timedelta(seconds=seconds)
        while self.now < end:
            self._to_next(end)

    def _to_next(self, end: datetime) -> None:
        event = self.exchange.next_event_at() or end
        to = max(self.now, min(event, self._next_sweep, end))
        self.exchange.advance_to(to)
        self.settle()
        if to >= self._next_sweep:
            self.tick()

    def jump_to(self, at: datetime) -> None:
        """Let days pass in which nothing happens: nobody is on the line."""
        clock = self.exchange.clock
        assert isinstance(clock, SharedClock)
        clock.set(at)
        self._next_sweep = at

    def tick(self) -> None:
        """Let the sweep go round once; without the database it waits for its next round."""
        try:
            sweep.tick(self.desk)
        except (DBAPIError, TimeoutError):
            assert self.without_database
        self._next_sweep = self.now + self.sweep_every
        self.settle()

    def until(self, happened: Any, within: float, otherwise: str) -> None:
        end = self.now + timedelta(seconds=within)
        while not happened():
            assert self.now < end, f"after {within} s: {otherwise}"
            self._to_next(end)

    # --- people and records

    def person(self, number: str) -> Person:
        return Person(self, self.exchange.phone(number))

    def calls(self) -> list[dict[str, Any]]:
        with read(self.engine) as connection:
            return list(exports.calls(connection, None, None))

    def callbacks(self) -> list[dict[str, Any]]:
        with read(self.engine) as connection:
            return list(exports.callbacks(connection, None, None))

    def the_call(self) -> dict[str, Any]:
        (call,) = self.calls()
        return call

    def start_web_anew(self) -> None:
        """Have the web process know nothing but what lies on the disk."""
        data_dir = self.settings.data_dir
        self.desk = replace(
            self.desk,
            rosters=Rosters(),
            snapshots=Snapshots(places.snapshot_file(data_dir)),
            spool=Spool(places.spool_folder(data_dir)),
        )
        self.app.extensions["desk"] = self.desk

    def load(self, federation: str) -> None:
        import_federation(self.engine, self.desk.cipher, federation)

    def write_logs(self) -> None:
        """Log as the web process does, into a file; other tests may have changed it."""
        set_up(Log(format="json"), service="web", stream=self.log)

    # --- a new story

    def begin(self, at: datetime = MONDAY_MORNING) -> None:
        """Forget the last story: an empty book, silent telephones, the clock set."""
        for phone in list(self.exchange.phones.values()):
            phone.behaviour = "manual"
            if phone.state != "idle":
                phone.hang_up()
        self.exchange.disorder = None
        self.settle()
        self.exchange.engine.agenda = Agenda()
        for store in (
            self.exchange.calls,
            self.exchange.phones,
            self.exchange.conferences,
            self.exchange.queues,
        ):
            store.clear()
        self.exchange.engine.courier.webhooks.clear()
        # Never the same version again: the worker outlives a story and knows books by it.
        empty(self.engine, version=next(_versions))
        self.write_logs()
        places.snapshot_file(self.settings.data_dir).unlink(missing_ok=True)
        shutil.rmtree(places.spool_folder(self.settings.data_dir), ignore_errors=True)
        self.start_web_anew()
        self.redis.flushdb()
        clock = self.exchange.clock
        assert isinstance(clock, SharedClock)
        clock.set(at)
        self.sweep_every = timedelta(seconds=5)
        self._next_sweep = at


@contextmanager
def world(folder: Path, database_url: str) -> Iterator[World]:
    """Bring up an installation of its own over ``database_url``."""
    clock_file = folder / "clock"
    clock = SharedClock(clock_file, MONDAY_MORNING)
    exchange = Exchange(clock=clock, account_sid=ACCOUNT, auth_token=TOKEN)
    with served(create_provider(exchange)) as provider:
        settings = _settings(folder, database_url, provider.server_port)
        valkey = subprocess.Popen(embedded.prepare(settings.data_dir))
        made = World(folder, settings, exchange)
        try:
            _wait_for(lambda: embedded.is_up(settings.data_dir))
            yield from _with_web(made, clock, clock_file)
        finally:
            valkey.terminate()
            valkey.wait(10)
            exchange.close()


def _with_web(made: World, clock: SharedClock, clock_file: Path) -> Iterator[World]:
    desk = replace(open_desk(made.settings), clock=clock.now)
    app = create_app(made.settings, desk)
    with served(app) as web:
        public_url = f"http://127.0.0.1:{web.server_port}"
        made.bell = ListeningBell(RedisBell(made.settings.redis_url))
        made.desk = replace(desk, public_url=public_url, bell=made.bell)
        made.app = app
        made.start_web_anew()
        made.engine = desk.engine
        made.exchange.set_number(
            LINE,
            voice_url=f"{public_url}/voice/incoming",
            voice_fallback_url=f"{public_url}/voice/fallback",
            status_callback=f"{public_url}/voice/status",
        )
        made.exchange.set_number(CALLER_ID)  # an account calls from numbers of its own only
        worker = _start_worker(made, clock_file, public_url)
        try:
            _wait_for(lambda: made.redis.scard("rq:workers") == 1)
            yield made
        finally:
            worker.terminate()
            worker.wait(10)
            desk.engine.dispose()


def _settings(folder: Path, database_url: str, provider_port: int) -> Settings:
    return Settings.model_validate(
        {
            "data_dir": folder / "var",
            "database": {"url": database_url},
            "provider": {
                "account_sid": ACCOUNT,
                "auth_token": TOKEN,
                "base_url": f"http://127.0.0.1:{provider_port}",
                "public_url": "http://127.0.0.1:1",
                "calls_per_second": 100,
            },
        }
    )


def _start_worker(made: World, clock_file: Path, public_url: str) -> subprocess.Popen[bytes]:
    provider = made.settings.provider
    env = os.environ | {
        "PERMANENCE_CONFIG": os.devnull,
        "PERMANENCE_DATA_DIR": str(made.settings.data_dir),
        "PERMANENCE_DATABASE__URL": made.settings.database_url,
        "PERMANENCE_PROVIDER__ACCOUNT_SID": provider.account_sid,
        "PERMANENCE_PROVIDER__AUTH_TOKEN": provider.auth_token.get_secret_value(),
        "PERMANENCE_PROVIDER__BASE_URL": provider.base_url,
        "PERMANENCE_PROVIDER__PUBLIC_URL": public_url,
        "PERMANENCE_PROVIDER__CALLS_PER_SECOND": "100",
    }
    log = (made.folder / "worker.log").open("wb")
    return subprocess.Popen(
        [sys.executable, "-m", "tests.stories.worker", str(clock_file)],
        cwd=ROOT,
        env=env,
        stdout=log,
        stderr=subprocess.STDOUT,
    )


def _wait_for(ready: Any, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, "a server of the test did not come up"
        time.sleep(0.02)
