"""Two machines over one PostgreSQL and one Valkey, as they stand in a cellar; and their ends.

Each machine has a web server, a worker, a sweep and a ``data_dir`` of its own; a balancer sends
webhooks to whichever answers. The provider is the simulator, in real time, with quick speech.
"""

import shutil
import subprocess
import sys
import tempfile
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from sqlalchemy import func, select

from logging_db import migrate
from logging_db.cipher import FieldCipher
from logging_db.engine import make_engine, read
from logging_db.federation import import_federation
from logging_db.tables import calls, legs, offers
from permanence import ports
from simulator import serve
from simulator.app import create_app as create_provider
from simulator.clock import RealClock
from simulator.exchange import Exchange
from simulator.transport import deliver
from tests.faults_book import history
from tests.faults_cellar import Balancer, Postgres
from tests.faults_kit import Witness, witnessed
from tests.faults_traces import traces
from tests.permanence_kit import Store, environment, free_port, until
from tests.stories.dying import DIED, ORDERS, POINTS, order_of
from tests.total_queue import Verdict, check

ACCOUNT, TOKEN = "AC" + "0" * 32, "the-token-of-the-tests"
LINE, CALLER_ID = "+3280035243", "+3225550100"
KEY = b"k" * 32
ROOT = Path(__file__).resolve().parents[1]
ROLES = ("web", "worker", "sweep")
QUIET = 5.0
"""Seconds without a new point after which all of them are taken to be known."""


LONGEST = 60.0
"""Seconds to wait, on a slow machine, for somebody of every role to come to a point."""


class Machines:
    """The whole installation, and what can be done to it."""

    def __init__(self, folder: Path, postgres: Postgres, exchange: Exchange) -> None:
        self.folder = folder
        self.postgres = postgres
        self.exchange = exchange
        self.store = Store(folder / "store")
        (folder / ORDERS).mkdir()
        self.engine = make_engine(postgres.url)
        first = free_port(2)
        self._ports = {"a": first, "b": first + 1}
        self.balancer = Balancer(list(self._ports.values()))
        self.public_url = f"http://127.0.0.1:{self.balancer.port}"
        self.pids: dict[tuple[str, str], int] = {}
        self._nursery: subprocess.Popen[str]

    def open(self, rest_url: str, federation: str) -> None:
        """Fill the book, start the stores, then both machines."""
        migrate.upgrade(self.postgres.url)
        import_federation(self.engine, FieldCipher(KEY), federation)
        self.store.start()
        self._nursery = subprocess.Popen(
            [sys.executable, "-m", "tests.stories.dying"],
            cwd=ROOT,
            env=self._environment(rest_url),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for machine in self._ports:
            for role in ROLES:
                self.start(role, machine)
        for port in self._ports.values():
            until(lambda port=port: ports.answers("127.0.0.1", port, "/readyz"), 40)

    def _environment(self, rest_url: str) -> dict[str, str]:
        return environment(
            self.folder,
            PYTHONPATH="",
            DYING_FOLDER=str(self.folder),
            PERMANENCE_DATABASE__URL=self.postgres.url,
            PERMANENCE_REDIS__URL=self.store.url,
            PERMANENCE_PRIVACY__ENCRYPTION_KEY=b64encode(KEY).decode(),
            PERMANENCE_PROVIDER__AUTH_TOKEN=TOKEN,
            PERMANENCE_PROVIDER__BASE_URL=rest_url,
            PERMANENCE_PROVIDER__PUBLIC_URL=self.public_url,
            PERMANENCE_PROVIDER__CALLS_PER_SECOND="100",
            PERMANENCE_WEB__THREADS="4",
        )

    # --- processes

    def start(self, role: str, machine: str) -> None:
        """Start one process of one machine, as its supervisor would."""
        own = {
            "PERMANENCE_DATA_DIR": self.folder / machine,
            "PERMANENCE_WEB__PORT": self._ports[machine],
        }
        given = " ".join(f"{name}={value}" for name, value in own.items())
        log = self.folder / f"{machine}-{role}.log"
        assert self._nursery.stdin
        assert self._nursery.stdout
        self._nursery.stdin.write(f"{role} {log} {given}\n")
        self._nursery.stdin.flush()
        self.pids[role, machine] = int(self._nursery.stdout.readline())

    def tend(self) -> None:
        """Start again whatever has ended."""
        for (role, machine), pid in self.pids.items():
            if not psutil.pid_exists(pid):
                self.start(role, machine)

    def until(self, true: Callable[[], bool], seconds: float) -> None:
        """Wait until it is true, and meanwhile be the supervisor."""

        def look() -> bool:
            self.tend()
            return true()

        until(look, seconds)

    def kill(self, role: str, machine: str) -> None:
        """SIGKILL, with everything below it, and a new start."""
        process = psutil.Process(self.pids[role, machine])
        for one in [process, *process.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        until(lambda: not psutil.pid_exists(process.pid))
        self.start(role, machine)

    def points(self, role: str) -> list[str]:
        """Return the points that processes of this role have passed so far."""
        return [p for p in _lines(self.folder / POINTS) if p.startswith(f"{role} ")]

    def died(self) -> list[str]:
        """Return the points at which somebody has died."""
        return [line.partition(" ")[2] for line in _lines(self.folder / DIED)]

    def order(self, point: str) -> None:
        """Have whoever passes ``point`` next die there."""
        order_of(self.folder, point).touch()

    def take_back(self) -> None:
        """Let everybody live."""
        for order in (self.folder / ORDERS).iterdir():
            order.unlink(missing_ok=True)

    def wipe_valkey(self) -> None:
        """Stop Valkey without asking, lose all that it kept, and start it again."""
        self.store.kill()
        for kept in (self.folder / "store").rglob("appendonlydir"):
            shutil.rmtree(kept)
        time.sleep(1)  # the bell is silent, and the sweep does what it would do
        self.store.start()

    def restart_postgres(self) -> None:
        """Stop PostgreSQL at once, in the midst of what it does, and start it again."""
        self.postgres.restart()
        self.engine.dispose()  # what this test had open is closed

    def offers_at_rest(self) -> int | None:
        """Return how many offers there have been, where no call, leg or offer is open.

        ``None`` where one is, or a spool holds a call.
        """
        if any(self.folder.glob("[ab]/spool/CA*")):
            return None
        with read(self.engine) as connection:
            for open_ in (calls.c.ended_at.is_(None), legs.c.ended_at.is_(None), offers.c.open):
                if connection.execute(select(func.count()).where(open_)).scalar_one():
                    return None
            return connection.execute(select(func.count()).select_from(offers)).scalar_one()

    def close(self) -> None:
        if hasattr(self, "_nursery"):
            self._nursery.kill()
            self._nursery.wait()
        self.store.kill()
        self.balancer.close()
        self.engine.dispose()


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


@contextmanager
def machines(federation: str) -> Iterator[tuple[Machines, Witness]]:
    """Bring up two machines and a provider; end everything afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="two-"))
    exchange = Exchange(
        clock=RealClock(), account_sid=ACCOUNT, auth_token=TOKEN, speech_rate=2000, workers=24
    )
    rest = serve.make(create_provider(exchange), 0)
    threading.Thread(target=rest.serve_forever, args=(0.05,), daemon=True).start()
    postgres = Postgres(Path(tempfile.mkdtemp(prefix="two-postgres-")))
    made = Machines(folder, postgres, exchange)
    try:
        made.open(f"http://127.0.0.1:{rest.server_port}", federation)
        exchange.set_number(
            LINE,
            voice_url=f"{made.public_url}/voice/incoming",
            voice_fallback_url=f"{made.public_url}/voice/fallback",
            status_callback=f"{made.public_url}/voice/status",
        )
        exchange.set_number(CALLER_ID)
        with witnessed(exchange, deliver) as witness:
            yield made, witness
    finally:
        made.close()
        rest.shutdown()
        rest.server_close()
        exchange.close()
        postgres.close()
        for left in (folder, postgres._server.pgdata):
            shutil.rmtree(left, ignore_errors=True)


def nemesis(made: Machines, roles: Iterable[str], seconds: float) -> set[str]:
    """Have processes die at every point they come to, once each; return those points.

    The points are found out as they are passed for the first time.
    """
    began = news = time.monotonic()
    ordered: set[str] = set()
    while time.monotonic() < min(began + seconds, news + QUIET) or (
        time.monotonic() < began + LONGEST and not _one_each(made, roles)
    ):
        for point in {p for role in roles for p in made.points(role)} - ordered:
            made.order(point)
            ordered.add(point)
        if ordered - set(made.died()):
            news = time.monotonic()
        time.sleep(0.05)
        made.tend()
    made.take_back()
    made.tend()
    return ordered & set(made.died())


def _one_each(made: Machines, roles: Iterable[str]) -> bool:
    """Tell whether somebody of every role has died."""
    return {point.split()[0] for point in made.died()} >= set(roles)


def verdict(made: Machines, witness: Witness, seconds: float) -> tuple[Verdict, list[str]]:
    """Wait until all is settled, and hold what was seen against the book; with its traces.

    Somebody may still be rung for a callback at any moment: then it is looked at once more.
    """
    deadline = time.monotonic() + seconds
    while True:
        made.tend()
        count = made.offers_at_rest()
        late = time.monotonic() > deadline  # what never comes to rest, the checker names
        if count is not None or late:
            with read(made.engine) as connection:
                found = check(history(connection, witness))
                told = traces(connection, witness, found)
            if late or count == made.offers_at_rest():
                return found, told
        time.sleep(0.1)
