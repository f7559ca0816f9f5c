"""Thousands of calls in one process: the real application, jobs and sweep, virtual time.

Webhooks and REST requests are handed over directly (`tests/faults_direct.py`). Meanwhile
webhooks come three times, late, in any order, at once, or not at all; rings of the bell are
lost; the provider fails, throttles, lies and does what it says it has not done; and at any
commit or request the process at work may die.
"""

import queue
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import Engine

from logging_db.cipher import FieldCipher
from logging_db.federation import import_federation
from simulator.app import create_app as create_provider
from simulator.clock import VirtualClock
from simulator.disorder import Disorder
from simulator.exchange import Exchange
from telephony import jobs, sweep, webhooks
from telephony.desk import Desk
from tests.faults_crowd import CALLER_ID, LINE, Crowd, attempt, federation
from tests.faults_direct import Died, DirectWebhooks, direct_dialler
from tests.faults_kit import MortalDialler, Witness, history, make_mortal, witnessed
from tests.total_queue import Verdict, check

ACCOUNT, TOKEN = "AC" + "0" * 32, "the-token-of-the-tests"

HOST = "http://line.example"
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday, 10:00 in Brussels
DRAIN = 720.0  # seconds: longer than any silence after which we ask the provider


@dataclass(frozen=True)
class Troubles:
    """How likely everything is that goes wrong. ``provider`` is a second, the rest each time."""

    duplicate: float = 0.2
    triple: float = 0.1
    late: float = 4.0  # seconds
    lose_news: float = 0.03
    lose_document: float = 0.01
    repeat_document: float = 0.1
    lose_ring: float = 0.05
    provider: float = 0.05
    death: float = 0.002


ORDERS: tuple[dict[str, Any], ...] = (
    {"method": "POST", "resource": "Calls", "status": 500},
    {"method": "POST", "resource": "Calls", "status": 500, "after_doing": True},
    {"method": "POST", "resource": "Calls", "status": None, "after_doing": True},
    {"method": "POST", "resource": "Calls", "status": 429, "times": 2},
    {"method": "POST", "resource": "Calls/*", "status": 500},
    {"method": "POST", "resource": "Calls/*", "status": 429, "times": 2},
    {"method": "POST", "resource": "Calls/*", "status": None, "after_doing": True},
    {"method": "GET", "resource": "Calls", "status": 503, "times": 3},
    {"method": "GET", "resource": "Calls", "lie": True, "times": 2},
    {"method": "GET", "resource": "Calls/*", "status": 500, "times": 2},
)


class Workers:
    """Two workers at one bell that loses rings; one that dies loses its job too."""

    def __init__(self, lose: Callable[[], bool]) -> None:
        self.desk: Desk
        self.lose = lose
        self._rings: queue.SimpleQueue[tuple[str, str] | None] = queue.SimpleQueue()
        self._left = 0
        self._news = threading.Condition()
        self.errors: list[Exception] = []
        for _ in range(2):
            threading.Thread(target=self._work, daemon=True).start()

    def ring(self, job: str, row_id: str) -> None:
        if self.lose():
            return
        with self._news:
            self._left += 1
        self._rings.put((job, row_id))

    def _work(self) -> None:
        while (ring := self._rings.get()) is not None:
            try:
                jobs.run(self.desk, *ring)
            except Died:
                pass
            except Exception as error:  # noqa: BLE001 # shown by the test
                self.errors.append(error)
            with self._news:
                self._left -= 1
                self._news.notify_all()

    def wait(self) -> bool:
        """Wait until nothing is to be done; tell whether there was anything."""
        with self._news:
            busy = self._left > 0
            assert self._news.wait_for(lambda: self._left == 0, 60), "a job does not end"
            return busy

    def close(self) -> None:
        self._rings.put(None)
        self._rings.put(None)


class Virtual:
    """One installation without wires, and the world around it."""

    def __init__(self, engine: Engine, seed: int, troubles: Troubles) -> None:
        self.random = random.Random(seed)  # noqa: S311 # reproducible mischief
        self._lock = threading.Lock()
        self.troubles = troubles
        self.trouble = True
        self.deaths = 0
        self.engine = engine
        self.exchange = Exchange(
            clock=VirtualClock(START), account_sid=ACCOUNT, auth_token=TOKEN, workers=4
        )
        self.exchange.disorder = Disorder(
            seed, troubles.duplicate, troubles.late, troubles.lose_news, troubles.triple
        )
        self.workers = Workers(lambda: self.happens(troubles.lose_ring))
        make_mortal(engine, self.fate)
        stock = direct_dialler(create_provider(self.exchange), ACCOUNT, TOKEN)
        self.dialler = MortalDialler(stock, self.fate)
        self.desk = Desk(
            engine=engine,
            clock=self.exchange.clock.now,
            dialler=self.dialler,
            bell=self.workers,
            cipher=FieldCipher(b"k" * 32),
            public_url=HOST,
            tokens=(TOKEN,),
            calls_per_second=100,
        )
        self.workers.desk = self.desk
        app = Flask("faults", static_folder=None)
        app.extensions["desk"] = self.desk
        app.register_blueprint(webhooks.voice)
        self.send = DirectWebhooks(app)
        voice = f"{HOST}/voice"
        self.exchange.set_number(
            LINE,
            voice_url=f"{voice}/incoming",
            voice_fallback_url=f"{voice}/fallback",
            status_callback=f"{voice}/status",
        )
        self.exchange.set_number(CALLER_ID)
        self.next_sweep = START
        self.sweep_every = timedelta(seconds=1)

    # --- trouble

    def happens(self, chance: float) -> bool:
        if not self.trouble:
            return False
        with self._lock:
            return self.random.random() < chance

    def fate(self, _point: str) -> None:
        if self.happens(self.troubles.death):
            self.deaths += 1
            raise Died

    def deliver(self, request: Any, token: str, jar: dict[str, str]) -> Any:
        """Lose a request for a document, or send it three times."""
        wants_words = not request.url.endswith(("/status", "/events"))
        if wants_words and self.happens(self.troubles.lose_document):
            return replace(self.send(request, token, jar), status=None, body=b"", error=11205)
        answer = self.send(request, token, jar)
        if wants_words and self.happens(self.troubles.repeat_document):
            self.send(request, token, jar)
            answer = self.send(request, token, jar)
        return answer

    def misbehave(self, seconds: float) -> None:
        """Have the provider fail in one way or another."""
        if self.happens(self.troubles.provider * seconds):
            order = dict(self.random.choice(ORDERS))
            self.exchange.faults.fail(order.pop("method"), order.pop("resource"), **order)

    def calm_down(self) -> None:
        self.trouble = False
        self.exchange.disorder = None
        self.exchange.faults.clear()

    # --- time

    @property
    def now(self) -> datetime:
        return self.exchange.clock.now()

    def settle(self) -> None:
        while True:
            self.exchange.settle(60)
            if not self.workers.wait() and self.exchange.engine.courier.idle():
                return

    def pass_time(self, seconds: float) -> None:
        end = self.now + timedelta(seconds=seconds)
        while self.now < end:
            event = self.exchange.next_event_at() or end
            self.exchange.advance_to(max(self.now, min(event, self.next_sweep, end)))
            self.settle()
            if self.now >= self.next_sweep:
                self.tick()

    def tick(self) -> None:
        with suppress(Died):
            sweep.tick(self.desk)
        self.next_sweep = self.now + self.sweep_every
        self.settle()


@dataclass(frozen=True)
class Outcome:
    """What came of a run. ``seconds`` of wall time, ``virtual`` of the world's."""

    verdict: Verdict
    witness: Witness
    deaths: int
    seconds: float
    virtual: float
    errors: list[Exception]


@contextmanager
def virtual(engine: Engine, seed: int, troubles: Troubles) -> Iterator[Virtual]:
    """Bring up an installation without wires; the engine must be one of its own."""
    world = Virtual(engine, seed, troubles)
    try:
        yield world
    finally:
        world.workers.close()
        world.exchange.close()


def untouched(_world: Virtual) -> None:
    """Leave the product as it is."""


def run(
    engine: Engine,
    callers: int,
    staff: int,
    seed: int,
    troubles: Troubles,
    spoil: Callable[[Virtual], None] = untouched,
) -> Outcome:
    """Let ``callers`` call through all troubles, then calm down and hold all against the book.

    ``spoil`` breaks the product first, to see that it is found out.
    """
    began = time.monotonic()
    with virtual(engine, seed, troubles) as world:
        world.trouble = False
        import_federation(engine, world.desk.cipher, federation(staff))
        world.trouble = True
        spoil(world)
        with witnessed(world.exchange, world.deliver) as witness:
            Crowd(world, callers, staff).run()
            world.calm_down()
            world.sweep_every = timedelta(seconds=10)
            for phone in world.exchange.phones.values():
                attempt(phone.hang_up)
            world.pass_time(DRAIN)
            verdict = check(history(engine, witness))
        return Outcome(
            verdict,
            witness,
            world.deaths,
            time.monotonic() - began,
            (world.now - START).total_seconds(),
            world.workers.errors,
        )
