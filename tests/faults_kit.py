"""What the fault stories share: points to die at, a witness, and the history of what happened.

A *point* is a moment right before or right after a commit or a request to the provider. A
*fate* decides what happens there: nothing, an exception, or SIGKILL.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Engine, select

from logging_db.engine import LOCK_SECONDS, read
from logging_db.tables import (
    call_events,
    callback_requests,
    calls,
    legs,
    lines,
    offers,
    pauses,
    responders,
)
from routing import states
from simulator import conferences
from simulator.conferences import Conference
from simulator.exchange import Exchange
from simulator.transport import Answer, Request
from telephony import words
from tests.total_queue import Away, Channel, History, Rung, Talk

Fate = Callable[[str], None]
Send = Callable[[Request, str, dict[str, str]], Answer]
NEVER = float("inf")
LATELY = 120.0
"""Seconds: an offer that is older, and that nobody talks for, must have been closed."""


class MortalDialler:
    """The dialler it is given, with a point before and after every request."""

    def __init__(self, dialler: Any, fate: Fate) -> None:
        self.inner = dialler
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.inner, name)

        def with_points(*given: Any, **named: Any) -> Any:
            self._fate(f"before {name}")
            try:
                return method(*given, **named)
            finally:
                self._fate(f"after {name}")

        return with_points


def make_mortal(engine: Engine, fate: Fate) -> None:
    """Put a point before and after every commit of ``engine``."""
    dialect: Any = engine.dialect
    commit = dialect.do_commit

    def with_points(connection: Any) -> None:
        fate("before commit")
        commit(connection)
        fate("after commit")

    dialect.do_commit = with_points


class Witness:
    """Sees what the world outside sees: what was answered to whom, who talked to whom."""

    def __init__(self, exchange: Exchange, send: Send) -> None:
        self.exchange = exchange
        self._send = send
        self.heard_of: set[str] = set()  # calls of which we have acknowledged something
        self.pressed: dict[str, bool] = {}  # leg → whether its 1 led into a room
        self.asked: dict[str, bool] = {}  # call → whether "it is noted" was said
        self.talks: list[Talk] = []
        self._open: defaultdict[str, dict[tuple[str, str], float]] = defaultdict(dict)
        exchange.engine.courier.deliver = self.deliver

    def deliver(self, request: Request, token: str, jar: dict[str, str]) -> Answer:
        """Send one webhook and remember what came back."""
        answer = self._send(request, token, jar)
        path = urlsplit(request.url).path.split("/")
        done = answer.error is None and answer.status is not None and answer.status < 300
        sid = request.params.get("CallSid", "")
        if done:
            self.heard_of.add(sid)
        if path[2:3] == ["legs"] and path[-1] == "key" and request.params.get("Digits") == "1":
            taken = done and b"<Conference" in answer.body
            self.pressed[path[3]] = self.pressed.get(path[3], False) or taken
        elif path[2:3] == ["calls"] and path[-1] in ("callback", "number", "check"):
            noted = done and says(answer.body, "callback_noted")
            self.asked[sid] = self.asked.get(sid, False) or noted
        return answer

    def look(self, conference: Conference) -> None:
        """Note who talks to whom in a room from now on, and who no longer does."""
        now = self.exchange.clock.now().timestamp()
        here = {
            (one.call.phone.number, other.call.phone.number)
            for one in conference.participants.values()
            for other in conference.participants.values()
            if conference.status == "in-progress"
            and one.call.sid < other.call.sid
            and one.call.phone
            and other.call.phone
        }
        open_here = self._open[conference.sid]
        for pair in set(open_here) - here:
            self.talks.append(Talk(*pair, open_here.pop(pair), now))
        for pair in here - set(open_here):
            open_here[pair] = now

    def all_talks(self) -> list[Talk]:
        """Return every talk, those that still go on too."""
        going_on = [
            Talk(*pair, since, NEVER)
            for pairs in self._open.values()
            for pair, since in pairs.items()
        ]
        return self.talks + going_on


def says(body: bytes, key: str) -> bool:
    """Tell whether a document speaks the sentence ``key`` in any language."""
    text = unescape(body.decode())
    return any(words.sentence(key, language) in text for language in words.LANGUAGES)


@contextmanager
def witnessed(exchange: Exchange, send: Send) -> Iterator[Witness]:
    """Have a witness look on; every change in a conference passes by ``conferences.tell``."""
    witness = Witness(exchange, send)
    tell = conferences.tell

    def told(ex: Exchange, conference: Conference, *more: Any, **named: Any) -> None:
        tell(ex, conference, *more, **named)
        if ex is exchange:
            witness.look(conference)

    conferences.tell = told
    try:
        yield witness
    finally:
        conferences.tell = tell


def history(engine: Engine, witness: Witness) -> History:
    """Hold what the world outside saw against what stands in the book."""
    blur = 0.0 if witness.exchange.clock.virtual else LOCK_SECONDS
    with read(engine) as connection:

        def rows(*columns: Any) -> list[Any]:
            return list(connection.execute(select(*columns)).all())

        book = _Book(
            calls=rows(calls),
            callbacks=rows(callback_requests),
            offers=rows(offers),
            legs=rows(legs),
            ends=[r.call_id for r in rows(call_events) if r.kind == states.ENDED],
            pauses=rows(pauses),
            speaks={r.id: frozenset(r.languages) for r in rows(responders)},
            wrap_up={r.id: r.wrap_up_seconds for r in rows(lines)},
        )
    return History(
        channels=book.channels(witness),
        talks=witness.all_talks(),
        rings=[book.rung(offer) for offer in book.offers if offer.id in book.takers],
        away=list(book.away()),
        able=book.able(),
        blur=blur,
    )


class _Book:
    """The rows of the record book that a history is made of."""

    def __init__(self, **rows: Any) -> None:
        self.calls: list[Any] = rows["calls"]
        self.callbacks: list[Any] = rows["callbacks"]
        self.offers: list[Any] = rows["offers"]
        self.legs: list[Any] = rows["legs"]
        self.ends: list[str] = rows["ends"]
        self.pauses: list[Any] = rows["pauses"]
        self.speaks: dict[str, frozenset[str]] = rows["speaks"]
        self.wrap_up: dict[str, int] = rows["wrap_up"]
        # Offers without a leg of ours were made while the book was away: then the provider
        # dials, one after the other, and the book learns of it later.
        self.takers = {leg.offer_id: leg.id for leg in self.legs if leg.party == "responder"}

    def channels(self, witness: Witness) -> dict[str, Channel]:
        """Calls, consents, keys, provider's calls, the ends of records, people set free.

        In virtual time people may still be rung for callbacks at the end; but not for long.
        """
        clock = witness.exchange.clock
        lately = clock.now().timestamp() - LATELY if clock.virtual else NEVER
        placed = list(witness.exchange.calls.values())
        inbound = [call.sid for call in placed if call.direction == "inbound"]
        outbound = [call for call in placed if call.direction == "outbound-api"]
        sid_of = {call.id: call.provider_sid for call in self.calls}
        ended = [call.id for call in self.calls if call.outcome is not None]
        takers = self.takers
        taken = [o for o in self.offers if o.state == states.TAKEN and o.id in takers]
        return {
            "calls": Channel(
                inbound,
                [sid for sid in inbound if sid in witness.heard_of],
                [call.provider_sid for call in self.calls if call.outcome is not None],
            ),
            "records ended": Channel(ended, ended, self.ends),
            "consents": Channel(
                list(witness.asked),
                [sid for sid, noted in witness.asked.items() if noted],
                [sid_of[row.call_id] for row in self.callbacks if _settled(row)],
            ),
            "keys": Channel(
                list(witness.pressed),
                [leg_id for leg_id, led in witness.pressed.items() if led],
                [takers[offer.id] for offer in taken if not offer.open],
            ),
            "legs": Channel(
                [leg.id for leg in self.legs],
                [leg.id for leg in self.legs if leg.provider_sid],
                [_leg_of(call) for call in outbound],
            ),
            "people set free": Channel(
                [offer.id for offer in self.offers],
                [offer.id for offer in self.offers if _seconds(offer.offered_at) < lately],
                [offer.id for offer in self.offers if not offer.open],
            ),
        }

    def rung(self, offer: Any) -> Rung:
        """Return an offer as a turn."""
        return Rung(
            offer.call_id or offer.callback_id,
            offer.responder_id,
            _seconds(offer.offered_at),
            _seconds(offer.closed_at),
            taken_back=offer.state == states.WITHDRAWN,
        )

    def away(self) -> Iterator[Away]:
        """Yield when somebody wrote up, or paused."""
        for offer in self.offers:
            if offer.state == states.TAKEN and offer.closed_at:
                since = _seconds(offer.closed_at)
                until = since + self.wrap_up[offer.line_id]
                yield Away(offer.responder_id, since, max(until, _seconds(offer.wrap_until, 0)))
        for pause in self.pauses:
            yield Away(pause.responder_id, _seconds(pause.began_at), _seconds(pause.ended_at))

    def able(self) -> dict[str, frozenset[str]]:
        """Return who could have taken what, by their languages; all are on duty."""
        by_language = {
            language: frozenset(one for one, spoken in self.speaks.items() if language in spoken)
            for language in words.LANGUAGES
        }
        work = [*self.calls, *self.callbacks]
        return {row.id: by_language.get(row.language, frozenset()) for row in work}


def _settled(row: Any) -> bool:
    """Tell whether a callback is where it may stay: closed with an outcome, or due."""
    return row.outcome is not None or row.state == "due"


def _leg_of(call: Any) -> str:
    """Return the leg that a call of the provider's was placed for."""
    return str(urlsplit(call.progress.url).path.split("/")[3])


def _seconds(at: datetime | None, otherwise: float = NEVER) -> float:
    return otherwise if at is None else at.timestamp()
