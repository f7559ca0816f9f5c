"""The exchange: one account of the provider, its numbers, calls and telephones."""

import re
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from simulator import conferences, progress
from simulator.calls import Call
from simulator.clock import Clock
from simulator.conferences import Conference
from simulator.disorder import Disorder
from simulator.engine import Engine
from simulator.faults import Faults
from simulator.numbers import Number, NumberBook
from simulator.phones import Phone
from simulator.queues import Queue
from simulator.transport import Request
from simulator.verbs import conference, dial, enqueue, flow, gather, record, speech

if TYPE_CHECKING:
    from simulator.courier import Webhook
    from simulator.messages import Message
    from simulator.recordings import Recording

# Importing the verbs registers them; the tuple says that this is meant.
VERB_MODULES = (conference, dial, enqueue, flow, gather, record, speech)


@dataclass(frozen=True)
class Notice:
    """An entry of the provider's debugger: error or warning ``code`` about ``url``."""

    at: datetime
    code: int
    url: str
    call_sid: str
    text: str = ""


class Exchange:
    """All state of the simulator. Methods may be called from any thread.

    ``speech_rate`` is in characters a second; ``calls_per_second`` paces calls made over
    REST (``None``: no limit); ``countries`` are the permitted prefixes of their numbers;
    ``verified`` is a pattern of numbers that may be shown though the account owns them not.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        account_sid: str,
        auth_token: str,
        speech_rate: float = 15.0,
        calls_per_second: float | None = None,
        countries: tuple[str, ...] = ("+32",),
        workers: int | None = None,
        verified: str | None = None,
    ) -> None:
        self.clock = clock
        self.verified = re.compile(verified) if verified else None
        self.account_sid = account_sid
        self.auth_token = auth_token
        self.speech_rate = speech_rate
        self.calls_per_second = calls_per_second
        self.countries = countries
        self.created_at = clock.now()
        self.account_type = "Full"  # or Trial
        self.tells_token = True  # the account's own page shows what it signs with
        self.next_slot = datetime.min.replace(tzinfo=UTC)
        self.engine = Engine(clock, auth_token, workers)
        self.numbers = NumberBook()
        self.calls: dict[str, Call] = {}
        self.phones: dict[str, Phone] = {}
        self.conferences: dict[str, Conference] = {}
        self.queues: dict[str, Queue] = {}
        self.messages: dict[str, Message] = {}
        self.recordings: dict[str, Recording] = {}
        self.notices: deque[Notice] = deque(maxlen=2_000)
        self.durations: dict[str, float] = {}
        self.faults = Faults()
        self.disorder: Disorder | None = None

    def is_verified(self, number: str) -> bool:
        """Tell whether the account may show a number that it does not own."""
        return bool(self.verified and self.verified.fullmatch(number))

    @property
    def webhooks(self) -> "list[Webhook]":
        """All webhooks so far, oldest first, those in flight too."""
        with self.engine.lock:
            return list(self.engine.courier.webhooks)

    def set_number(
        self,
        number: str,
        *,
        voice_url: str = "",
        voice_method: str = "POST",
        voice_fallback_url: str | None = None,
        status_callback: str | None = None,
        friendly_name: str | None = None,
    ) -> Number:
        """Own ``number`` (E.164) and set where its calls go; an owned one is changed."""
        with self.engine.entered():
            now = self.clock.now()
            entry = self.numbers.by_number(number)
            if entry is None:
                entry = self.numbers.add(Number(number, now, now, friendly_name=number))
            entry.voice_url, entry.voice_method = voice_url, voice_method.upper()
            entry.voice_fallback_url = voice_fallback_url or ""
            entry.status_callback = status_callback or ""
            entry.friendly_name = friendly_name or entry.friendly_name
            entry.updated_at = now
            return entry

    def phone(self, number: str) -> Phone:
        """Return the telephone with this E.164 number; it is put there when asked for."""
        with self.engine.lock:
            return self.phones.setdefault(number, Phone(self, number))

    def settle(self, timeout: float = 10.0) -> None:
        """Do all that is due now and wait for what is in flight; see the engine."""
        self.engine.settle(timeout)

    def next_event_at(self) -> datetime | None:
        """Return when something happens next by itself."""
        return self.engine.next_event_at()

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` of virtual time pass."""
        self.engine.advance_to(self.clock.now() + timedelta(seconds=seconds))

    def advance_to(self, to: datetime) -> None:
        """Let virtual time pass until ``to``, each event at its own instant."""
        self.engine.advance_to(to)

    def close(self) -> None:
        """Stop the threads of the exchange."""
        self.engine.close()

    # What the scripts of calls use.

    def end(self, call: Call, status: str) -> None:
        """End ``call`` with ``status``; a call that has ended keeps its first status."""
        if call.over:
            return
        call.status = status
        call.ended_at = self.clock.now()
        for timer in call.timers:
            timer.cancel()
        if call.phone is not None:
            call.phone.release(call)
        self.unbridge(call)
        conferences.invitation_failed(self, call)
        self.engine.poke(call.task)
        self.engine.poke(call.parent.task if call.parent else None)
        if call.task is None or call.task.done:
            progress.announce_end(self, call)

    def bridge(self, one: Call, other: Call) -> None:
        """Connect two calls with each other."""
        one.bridge, other.bridge = other, one

    def unbridge(self, call: Call) -> None:
        """Disconnect ``call`` from the one it is bridged with."""
        if call.bridge is not None:
            call.bridge.bridge, call.bridge = None, None

    def hear(
        self, call: Call, verb: str, text: str = "", language: str = "", audio: str | None = None
    ) -> None:
        """Play something into the telephone of ``call``."""
        if call.phone is not None and not call.over:
            call.phone.hear(verb, text, language, audio)

    def speaking_time(self, text: str) -> float:
        """Return how long ``text`` takes to say, in seconds."""
        return len(text) / self.speech_rate

    def notify(self, lane: str, request: Request) -> None:
        """Send a callback nobody waits for, as orderly as :attr:`disorder` allows."""
        if self.disorder is None:
            self.engine.send(lane, request)
            return
        for number, delay in enumerate(self.disorder.delays()):
            apart = f"{lane}:{len(self.engine.courier.webhooks)}:{number}"
            self.engine.later(delay, lambda apart=apart: self._send(apart, request))  # type: ignore[misc]

    def _send(self, lane: str, request: Request) -> None:
        self.engine.send(lane, request)

    def notice(self, code: int, url: str, call_sid: str, text: str = "") -> None:
        """Write an entry into the provider's debugger."""
        self.notices.append(Notice(self.clock.now(), code, url, call_sid, text))
