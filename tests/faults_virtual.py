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
from structlog.testing import capture_logs

from logging_db.cipher import FieldCipher
from logging_db.engine import read
from logging_db.federation import import_federation
from simulator.app import create_app as create_provider
from simulator.clock import VirtualClock
from simulator.exchange import Exchange
from telephony import jobs, sweep, webhooks
from telephony.desk import Desk
from tests.faults_book import history
from tests.faults_crowd import CALLER_ID, LINE, Crowd, attempt, federation
from tests.faults_direct import Died, DirectWebhooks, direct_dialler
from tests.faults_kit import MortalDialler, Witness, make_mortal, witnessed
from tests.faults_traces import traces
from tests.faults_troubles import NONE, ORDERS, CountedDisorder, Toll, Troubles, count_failures
from tests.total_queue import Verdict, check

ACCOUNT, TOKEN = "AC" + "0" * 32, "the-token-of-the-tests"

HOST = "http://line.example"
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday, 10:00 in Brussels
DRAIN = 720.0  # seconds: longer than any silence after which we ask the provider
CALM = 180.0  # the same where no word of the provider was lost
BROKEN = frozenset({"webhook_failed", "nothing_works", "sweep_job_failed", "spool_not_taken_in"})
"""What is logged where something failed that no trouble explains: it was apologised for."""


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
        self.toll = Toll()
        self.errors: list[str] = []
        self.engine = engine
        self.exchange = Exchange(
            clock=VirtualClock(START), account_sid=ACCOUNT, auth_token=TOKEN, workers=4
        )
        self.exchange.disorder = CountedDisorder(
            self.toll,
            seed,
            duplicate=troubles.duplicate,
            shuffle_seconds=troubles.late,
            lose=troubles.lose_news,
            triple=troubles.triple,
        )
        count_failures(self.exchange, self.toll)
        self.workers = Workers(lambda: self.happens(troubles.lose_ring, "bell lost"))
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

    def happens(self, chance: float, kind: str) -> bool:
        """Decide whether this trouble comes now, and count it if it does."""
        if not self.trouble:
            return False
        with self._lock:
            comes = self.random.random() < chance
        if comes:
            self.toll.count(kind)
        return comes

    def fate(self, point: str) -> None:
        if self.happens(self.troubles.death, f"death {point}"):
            raise Died

    def deliver(self, request: Any, token: str, jar: dict[str, str]) -> Any:
        """Lose the answer to a request for a document, or send it three times, two at once."""
        wants_words = not request.url.endswith(("/status", "/events"))
        if wants_words and self.happens(self.troubles.lose_document, "document lost"):
            return replace(self.send(request, token, jar), status=None, body=b"", error=11205)
        answer = self.send(request, token, jar)
        if wants_words and self.happens(self.troubles.repeat_document, "document thrice"):
            twin = threading.Thread(target=self.send, args=(request, token, dict(jar)))
            twin.start()
            answer = self.send(request, token, jar)
            twin.join()
        return answer

    def misbehave(self, seconds: float) -> None:
        """Have the provider fail in one way or another."""
        if self.happens(self.troubles.provider * seconds, "order to the provider"):
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
    toll: Toll
    seconds: float
    virtual: float
    errors: list[str]
    traces: list[str]
    """Everything about what went wrong."""


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


@contextmanager
def lived(
    engine: Engine,
    callers: int,
    staff: int,
    seed: int,
    troubles: Troubles,
    spoil: Callable[[Virtual], None] = untouched,
    firm: str = "0",
) -> Iterator[tuple[Virtual, Witness]]:
    """Let ``callers`` call through all troubles, then calm down, until nothing happens any more.

    ``spoil`` breaks the product first, to see that it is found out.
    """
    with virtual(engine, seed, troubles) as world, capture_logs() as logged:
        world.trouble = False
        import_federation(engine, world.desk.cipher, federation(staff))
        world.trouble = True
        spoil(world)
        with witnessed(world.exchange, world.deliver) as witness:
            crowd = Crowd(world, callers, staff, firm)
            crowd.run()
            world.calm_down()
            for phone in crowd.people:
                phone.behaviour = "no-answer"  # they miss three, and are left in peace
            world.sweep_every = timedelta(seconds=10)
            for phone in world.exchange.phones.values():
                attempt(phone.hang_up)
            world.pass_time(CALM if troubles == NONE else DRAIN)
        world.errors += [str(line) for line in logged if line["event"] in BROKEN]
        yield world, witness


def run(
    engine: Engine, callers: int, staff: int, seed: int, troubles: Troubles, firm: str = "0"
) -> Outcome:
    """Let ``callers`` call through all troubles, and hold what was seen against the book."""
    began = time.monotonic()
    with lived(engine, callers, staff, seed, troubles, firm=firm) as (world, witness):
        virtual_seconds = (world.now - START).total_seconds()
        errors = world.errors + [repr(error) for error in world.workers.errors]
        verdict = verdict_of(engine, witness)
        with read(engine) as connection:
            told = traces(connection, witness, verdict)
    return Outcome(verdict, world.toll, time.monotonic() - began, virtual_seconds, errors, told)


def verdict_of(engine: Engine, witness: Witness) -> Verdict:
    """Hold what was seen against the book."""
    with read(engine) as connection:
        return check(history(connection, witness))
