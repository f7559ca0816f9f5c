"""Telephones: what people do with them, what they do by themselves, what they hear."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from simulator import dialling, inbound
from simulator.calls import Call

if TYPE_CHECKING:
    from simulator.exchange import Exchange

BEHAVIOURS = ("manual", "answer", "busy", "no-answer", "voicemail", "unreachable")
KEYS = frozenset("0123456789*#ABCD")


class PhoneError(Exception):
    """What cannot be done with a telephone now, as a sentence for its user."""


@dataclass(frozen=True)
class Heard:
    """One thing a telephone has played: ``verb`` as in TwiML, or Ringing, Beep, SMS, Voice."""

    at: datetime
    verb: str
    text: str = ""
    language: str = ""
    audio: str | None = None


class Phone:
    """One telephone with one line: a second call finds it busy."""

    def __init__(self, exchange: "Exchange", number: str) -> None:
        self.number = number
        self.name = ""
        self.role = "caller"
        self.language = ""
        self.behaviour = "manual"
        self.call: Call | None = None
        self.caller_id_shown: str | None = None
        self._heard: deque[Heard] = deque(maxlen=200)
        self._exchange = exchange
        self._last_sid: str | None = None

    @property
    def state(self) -> str:
        """``idle``, ``dialling`` (its own call rings), ``ringing`` or ``talking``."""
        if self.call is None:
            return "idle"
        if self.call.status == "in-progress":
            return "talking"
        return "dialling" if self.call.direction == "inbound" else "ringing"

    @property
    def call_sid(self) -> str | None:
        """The identifier of the present call, else of the last one."""
        return self._last_sid

    @property
    def heard(self) -> list[Heard]:
        """The last 200 things this telephone has played, the oldest first."""
        with self._exchange.engine.lock:
            return list(self._heard)

    @property
    def talking_to(self) -> list[str]:
        """The numbers of the people at the other end now."""
        with self._exchange.engine.lock:
            peers = self.call.peers() if self.call is not None else []
            return [peer.phone.number for peer in peers if peer.phone is not None]

    def dial(self, to: str, *, withheld: bool = False) -> str:
        """Call a number of the account and return the call's identifier."""
        with self._exchange.engine.entered():
            if self.call is not None:
                raise PhoneError("this telephone is in a call already")
            number = self._exchange.numbers.by_number(to)
            if number is None:
                raise PhoneError("no incoming number of the account has this number")
            return inbound.arrive(self._exchange, self, number, withheld=withheld).sid

    def answer(self) -> None:
        """Pick up the ringing telephone."""
        with self._exchange.engine.entered():
            dialling.pick_up(self._exchange, self._ringing())

    def decline(self) -> None:
        """Refuse the ringing call: its caller hears the busy tone."""
        with self._exchange.engine.entered():
            self._exchange.end(self._ringing(), "busy")

    def hang_up(self) -> None:
        """End the call; before anybody has answered, one's own call is cancelled."""
        with self._exchange.engine.entered():
            if self.call is None:
                raise PhoneError("this telephone is in no call")
            how = {"talking": "completed", "dialling": "canceled", "ringing": "busy"}
            self._exchange.end(self.call, how[self.state])

    def press(self, digits: str) -> None:
        """Press keys one after the other, all at this instant."""
        if not digits or not set(digits) <= KEYS:
            raise ValueError("keys are 0 to 9, *, # and A to D")
        with self._exchange.engine.entered():
            call = self._talking()
            call.keys.extend(digits)
            self._exchange.engine.poke(call.task)
            self._exchange.engine.poke(call.parent.task if call.parent else None)

    def speak(self, text: str) -> None:
        """Say something into the telephone; whoever it is talking to hears it."""
        with self._exchange.engine.entered():
            call = self._talking()
            start = self._exchange.clock.now()
            end = start + timedelta(seconds=len(text) / self._exchange.speech_rate)
            call.spoken.append((start, end, text))
            for peer in call.peers():
                if peer.phone is not None:
                    peer.phone.hear("Voice", text, self.language)
            self._exchange.engine.poke(call.task)

    def hear(self, verb: str, text: str = "", language: str = "", audio: str | None = None) -> None:
        """Add to what has been heard; the engine calls this."""
        self._heard.append(Heard(self._exchange.clock.now(), verb, text, language, audio))

    def take(self, call: Call, shown: str | None) -> None:
        """Put ``call`` on this telephone; the engine calls this."""
        call.phone, self.call, self._last_sid = self, call, call.sid
        self.caller_id_shown = shown

    def release(self, call: Call) -> None:
        """Take an ended ``call`` off this telephone; the engine calls this."""
        if self.call is call:
            self.call = None

    def _ringing(self) -> Call:
        if self.call is None or self.state != "ringing":
            raise PhoneError("this telephone is not ringing")
        return self.call

    def _talking(self) -> Call:
        if self.call is None or self.state != "talking":
            raise PhoneError("this telephone is not in an answered call")
        return self.call
