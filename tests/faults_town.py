"""People with telephones, in real time: callers who come again and again, and a staff."""

import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from simulator.exchange import Exchange
from simulator.phones import PhoneError
from tests.permanence_kit import until

LINE = "+3280035243"


class Town:
    """So many callers at a time, and a staff; each does what people do, in real time."""

    def __init__(self, exchange: Exchange, staff: list[str], callers: int, seed: int) -> None:
        self.exchange = exchange
        self.random = random.Random(seed)  # noqa: S311 # behaviour, no secret
        self.staff = [exchange.phone(number) for number in staff]
        self.lines: list[Any] = [None] * callers
        self.leaves_at: dict[str, float] = {}
        self.called = 0
        self.open = True
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)

    def __enter__(self) -> "Town":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def go_home(self, seconds: float = 20.0) -> None:
        """Nobody calls any more; who is on the line hangs up."""
        self.open = False
        for phone in self.staff:
            phone.behaviour = "busy"  # who is called back now waits for another day
        until(lambda: all(p is None or p.state == "idle" for p in self.lines), seconds)

    def _live(self) -> None:
        while not self._stop.wait(0.05):
            for place, phone in enumerate(self.lines):
                self.lines[place] = self._call(phone)
            for phone in list(self.exchange.phones.values()):
                if phone not in self.lines:
                    self._answer(phone)

    def _call(self, phone: Any) -> Any:
        if phone is None or phone.state == "idle":
            if not self.open:
                return None
            self.called += 1
            new = self.exchange.phone(f"+32499{self.called:06}")
            self.leaves_at[new.number] = time.monotonic() + self.random.uniform(0.5, 6)
            self._try(lambda: new.dial(LINE))
            return new
        if not self.open or time.monotonic() > self.leaves_at[phone.number]:
            self._try(phone.hang_up)
        elif phone.talking_to:
            if self.random.random() < 0.1:
                self._try(phone.hang_up)
        elif phone.state == "talking" and self.random.random() < 0.4:
            again = self.random.random() < (0.7 if int(phone.number[-1]) < 2 else 0.05)
            said = phone.heard[-1:] and "tapez 1" in phone.heard[-1].text
            if again or said:
                self._try(lambda: phone.press("1"))
        return phone

    def _answer(self, phone: Any) -> None:
        """A responder, or somebody who is called back."""
        chance = self.random.random()
        if phone.state == "ringing" and chance < 0.3:
            self._try(phone.answer)
        elif phone.state == "talking" and phone.talking_to:
            if chance < 0.04:
                self._try(phone.hang_up)
        elif phone.state == "talking" and chance < 0.3 and phone in self.staff:
            self._try(lambda: phone.press("1" if chance < 0.28 else "2"))
        elif phone.state == "talking" and chance > 0.99:
            self._try(phone.hang_up)

    def _try(self, do: Callable[[], object]) -> None:
        with suppress(PhoneError):
            do()
