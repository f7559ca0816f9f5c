"""What is held against each other: what the world outside saw, and what stands in the book."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, select

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
from telephony import words
from tests.faults_kit import NEVER, Witness
from tests.total_queue import Away, Channel, History, Rung, Talk

LATELY = 120.0
"""Seconds: an offer that is older, and that nobody talks for, must have been closed."""

FOR_SURE = 10.0
"""Seconds: whoever talked for longer has been answered; a shorter talk may have broken off."""


def history(connection: Connection, witness: Witness) -> History:
    """Hold what the world outside saw against what stands in the book."""

    def rows(*columns: Any) -> list[Any]:
        return list(connection.execute(select(*columns)).all())

    book = _Book(
        calls=rows(calls),
        callbacks=rows(callback_requests),
        offers=rows(offers),
        legs=rows(legs),
        events=rows(call_events),
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
        telephones=list(_rung_by_the_provider(witness, book.legs)),
    )


def _rung_by_the_provider(witness: Witness, known: Sequence[Any]) -> Iterator[Rung]:
    """Yield how long the provider had each responder's telephone ring, or talk, for us."""
    takers = {leg.id for leg in known if leg.party == "responder"}
    for call in witness.exchange.calls.values():
        if call.direction == "outbound-api" and _leg_of(call) in takers:
            since = _seconds(call.started_at or call.created_at)
            yield Rung(call.sid, call.to, since, _seconds(call.ended_at))


class _Book:
    """The rows of the record book that a history is made of."""

    def __init__(self, **rows: Any) -> None:
        self.calls: list[Any] = rows["calls"]
        self.callbacks: list[Any] = rows["callbacks"]
        self.offers: list[Any] = rows["offers"]
        self.legs: list[Any] = rows["legs"]
        self.events: list[Any] = rows["events"]
        self.pauses: list[Any] = rows["pauses"]
        self.speaks: dict[str, frozenset[str]] = rows["speaks"]
        self.wrap_up: dict[str, int] = rows["wrap_up"]
        # Offers without a leg of ours were made while the book was away: then the provider
        # dials, one after the other, and the book learns of it later.
        self.takers = {leg.offer_id: leg.id for leg in self.legs if leg.party == "responder"}

    def channels(self, witness: Witness) -> dict[str, Channel]:
        """Calls, talks, claims, consents, keys, provider's calls, ends of records, people set free.

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
            "records ended": Channel(ended, ended, self._happened(states.ENDED)),
            "answered": self._answered(witness, placed),
            "claims": Channel(
                self._happened(states.WAITING),
                (),  # who waits may leave
                [o.call_id for o in taken if o.call_id and o.room_id is None],
            ),
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

    def _happened(self, kind: str) -> list[str]:
        return [row.call_id for row in self.events if row.kind == kind]

    def _answered(self, witness: Witness, placed: Sequence[Any]) -> Channel:
        """Return the calls in which a caller was seen to talk, and those that the book says so of.

        A talk in a callback is none in the call in which it was asked for. Without the database,
        and at the end of a wait, callers are put through without a room.
        """
        talked: dict[str, float] = {}
        talks = witness.all_talks()
        for call in placed:
            if call.direction == "inbound" and call.phone:
                own = [t for t in talks if call.phone.number in (t.one, t.other)]
                longest = [t.until - t.since for t in own if _during(t, call)]
                talked |= {call.sid: max(longest)} if longest else {}
        elsewhere = {call.parent.sid for call in placed if call.parent and call.answered_at}
        return Channel(
            list({*talked, *elsewhere, *witness.led}),  # who was led there may have been alone
            [sid for sid, seconds in talked.items() if seconds > FOR_SURE],
            [call.provider_sid for call in self.calls if call.outcome == "answered"],
        )

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


def _during(talk: Talk, call: Any) -> bool:
    return _seconds(call.created_at) <= talk.since <= _seconds(call.ended_at)


def _settled(row: Any) -> bool:
    """Tell whether a callback is where it may stay: closed with an outcome, or due."""
    return row.outcome is not None or row.state == "due"


def _leg_of(call: Any) -> str:
    """Return the leg that a call of the provider's was placed for."""
    return str(urlsplit(call.progress.url).path.split("/")[3])


def _seconds(at: datetime | None, otherwise: float = NEVER) -> float:
    return otherwise if at is None else at.timestamp()
