"""Callers and staff who behave at random, from one seed, in virtual time."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from logging_db import pauses
from logging_db.engine import read, write
from simulator.phones import Phone, PhoneError
from tests.faults_direct import Died

if TYPE_CHECKING:
    from tests.faults_virtual import Virtual

LINE, CALLER_ID = "+3280035243", "+3225550100"
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
    """Callers and staff who behave at random, from one seed.

    Callers whose number ends in one of ``firm`` want French and to be rung back, and hold on.
    """

    world: "Virtual"
    callers: int
    staff: int
    firm: str = "0"
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
        firm = phone.number[-1] in self.firm
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
