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
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import Engine

from logging_db import pauses
from logging_db.cipher import FieldCipher
from logging_db.engine import read, write
from logging_db.federation import import_federation
from simulator.app import create_app as create_provider
from simulator.clock import VirtualClock
from simulator.disorder import Disorder
from simulator.exchange import Exchange
from simulator.phones import Phone, PhoneError
from telephony import jobs, sweep, webhooks
from telephony.desk import Desk
from tests.faults_direct import Died, DirectWebhooks, direct_dialler
from tests.faults_kit import MortalDialler, Witness, history, make_mortal, witnessed
from tests.total_queue import Verdict, check

ACCOUNT, TOKEN = "AC" + "0" * 32, "the-token-of-the-tests"
LINE, CALLER_ID = "+3280035243", "+3225550100"
HOST = "http://line.example"
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday, 10:00 in Brussels
DRAIN = 900.0  # seconds: longer than any silence after which we ask the provider


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
        self._lose = lose
        self._rings: queue.SimpleQueue[tuple[str, str] | None] = queue.SimpleQueue()
        self._left = 0
        self._news = threading.Condition()
        self.errors: list[Exception] = []
        for _ in range(2):
            threading.Thread(target=self._work, daemon=True).start()

    def ring(self, job: str, row_id: str) -> None:
        if self._lose():
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
        dialler = direct_dialler(create_provider(self.exchange), ACCOUNT, TOKEN)
        self.desk = Desk(
            engine=engine,
            clock=self.exchange.clock.now,
            dialler=MortalDialler(dialler, self.fate),
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


ALWAYS = 'days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]'


def federation(staff: int, wrap_up: int = 5) -> str:
    """One line in two languages, day and night, and people who speak one of them or both."""
    spoken = ('["fr"]', '["nl"]', '["fr", "nl"]', '["fr"]', '["nl", "fr"]', '["fr"]')
    names = [f"Responder {number}" for number in range(staff)]
    people = "".join(
        f'[[responders]]\nname = "{name}"\nservice = "caw"\nphone = "{phone_of(number)}"\n'
        f"languages = {spoken[number % len(spoken)]}\n"
        for number, name in enumerate(names)
    )
    listed = ", ".join(f'"{name}"' for name in names)
    return f"""
[[lines]]
number = "{LINE}"
name = "Allo ? Aide sociale"
languages = ["fr", "nl"]
timezone = "Europe/Brussels"
caller_id = "{CALLER_ID}"
ring_seconds = 20
max_wait_seconds = 300
wrap_up_seconds = {wrap_up}
hours = [{{ {ALWAYS}, from = "00:00", to = "24:00" }}]
[[services]]
code = "caw"
name = {{ fr = "CAW Bruxelles", nl = "CAW Brussel" }}
{people}
[[shifts]]
line = "{LINE}"
service = "caw"
{ALWAYS}
from = "00:00"
to = "00:00"
responders = [{listed}]
"""


def phone_of(number: int) -> str:
    """Return the telephone of a responder."""
    return f"+3247000{number:04}"


@dataclass
class Crowd:
    """Callers and staff who behave at random, from one seed."""

    world: Virtual
    callers: int
    staff: int
    a_second: float = 1.0
    step: float = 3.0
    plans: dict[str, float] = field(default_factory=dict)

    def run(self) -> None:
        """Let everybody call, one after the other, until nobody is on the line."""
        world, dice, start = self.world, self.world.random, self.world.now
        self.people = [world.exchange.phone(phone_of(number)) for number in range(self.staff)]
        on_the_line: list[Phone] = []
        called, due = 0, 0.0
        while called < self.callers or on_the_line:
            now = (world.now - start).total_seconds()
            while called < self.callers and due <= now:
                phone = world.exchange.phone(f"+32499{called:06}")
                phone.dial(LINE, withheld=dice.random() < 0.2)
                self.plans[phone.number] = now + dice.uniform(10, 150)
                on_the_line.append(phone)
                called, due = called + 1, due + dice.expovariate(self.a_second)
            for phone in on_the_line:
                self.call(phone, now)
            for phone in self.people:
                self.work(phone)
            self.come_back()
            world.misbehave(self.step)
            world.settle()
            world.pass_time(self.step)
            on_the_line = [phone for phone in on_the_line if phone.state != "idle"]

    def call(self, phone: Phone, now: float) -> None:
        dice = self.world.random
        firm = phone.number.endswith("0")  # wants French and to be rung back, and holds on
        if now > self.plans[phone.number] + 60 * firm:
            attempt(phone.hang_up)
        elif phone.state == "talking" and dice.random() < (0.6 if firm else 0.15):
            key = "1" if firm else dice.choices("1273*", (8, 4, 1, 1, 1))[0]
            attempt(lambda: phone.press(key))

    def work(self, phone: Phone) -> None:
        dice = self.world.random
        chance = dice.random()
        if phone.state == "ringing" and chance < 0.9:
            attempt(phone.answer if chance < 0.8 else phone.decline)
        elif phone.state == "talking" and not phone.talking_to and chance < 0.9:
            attempt(lambda: phone.press("1" if chance < 0.8 else "2"))
        elif phone.state == "talking" and chance < 0.12:
            attempt(phone.hang_up)
        if chance > 0.99:
            usual = ["manual"] * 3
            odd = ["busy", "no-answer", "voicemail", "unreachable"]
            phone.behaviour = dice.choice(usual + odd)

    def come_back(self) -> None:
        """Who was set aside notices it sooner or later."""
        with suppress(Died):
            with read(self.world.engine) as connection:
                away = sorted(pauses.under_way(connection))
            back = [one for one in away if self.world.random.random() < 0.2]
            for responder_id in back:
                with write(self.world.engine) as connection:
                    pauses.end(connection, responder_id, self.world.now)


def attempt(do: Callable[[], object]) -> None:
    """Do it; the other side may have been quicker."""
    with suppress(PhoneError):
        do()


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


def run(engine: Engine, callers: int, staff: int, seed: int, troubles: Troubles) -> Outcome:
    """Let ``callers`` call through all troubles, then calm down and hold all against the book."""
    began = time.monotonic()
    with virtual(engine, seed, troubles) as world:
        world.trouble = False
        import_federation(engine, world.desk.cipher, federation(staff))
        world.trouble = True
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
