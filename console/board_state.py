"""What the live board shows, as one frozen value: the same for every language and every viewer.

It holds instants and no durations, so that it changes only when something happens. Never a
caller's number: it is not even read.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from logging_db import board, board_now, live
from logging_db.board import Measures
from logging_db.board_now import Callbacks, Waiting
from logging_db.rosters import Book
from routing.duty import on_duty, standing_by
from routing.presence import FREE, OFF_DUTY, Presence
from routing.roster import PartnerService, Responder, Roster

SHOWN = 50  # callers of a line; the rest are counted


@dataclass(frozen=True)
class Somebody:
    """A responder of a line. ``backup``: not on duty, but standing by."""

    id: str
    name: str
    service: str
    languages: tuple[str, ...]
    doing: Presence
    backup: bool


@dataclass(frozen=True)
class Caller:
    """Somebody who waits. ``place`` is that in their language, as they are told it, from 1.

    ``wanted``: the name of whom they were sent to, while nobody else is rung for them.
    ``ringing``: who is being rung for them, ``able``: whom they may be sent to, by id and name.
    """

    id: str
    language: str
    place: int
    since: datetime
    ringing: tuple[tuple[str, str], ...]
    front: bool
    wanted: str | None
    able: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class LineNow:
    """A line at this moment, and its day so far."""

    id: str
    name: str
    timezone: str
    open: bool
    reason: str | None
    waiting: tuple[Caller, ...]
    more_waiting: int
    people: tuple[Somebody, ...]
    callbacks: Callbacks
    day: Measures

    @property
    def free(self) -> int:
        """How many could be rung at once."""
        return sum(one.doing.state == FREE for one in self.people)


@dataclass(frozen=True)
class State:
    """All lines, and the partner services by code."""

    lines: tuple[LineNow, ...]
    services: Mapping[str, PartnerService]

    @property
    def digest(self) -> str:
        """What tells one state from another."""
        return hashlib.sha256(repr(self.lines).encode()).hexdigest()[:16]


def compose(connection: Connection, book: Book, at: datetime) -> State:
    """Return the board at ``at``: five queries, and one more a line."""
    waiting = board_now.waiting(connection)
    callbacks = board_now.callbacks(connection, at)
    busy = {row.responder_id: row.line_id for row in live.open_offers(connection)}
    there = {line_id: _there(roster, busy, at) for line_id, roster in book.by_id.items()}
    on_lines = {one.id for people, _ in there.values() for one in people}
    everybody = sorted(on_lines | {one for each in waiting for one in _named(each)})
    on_duty_somewhere = {one for _, duty in there.values() for one in duty}
    doing = live.presences(connection, everybody, on_duty_somewhere, at)
    names = live.names(connection, everybody)
    lines = []
    for line_id, roster in book.by_id.items():
        own = [each for each in waiting if each.line_id == line_id]
        people = _people(roster, there[line_id][0], doing, at)
        line, duty = roster.line, on_duty(roster, at)
        begins, ends = board.day_of(at, line.timezone)
        lines.append(
            LineNow(
                id=line_id,
                name=line.name,
                timezone=line.timezone,
                open=duty.open,
                reason=duty.reason,
                waiting=_callers(own[:SHOWN], line.languages[0], people, names, at),
                more_waiting=max(0, len(own) - SHOWN),
                people=people,
                callbacks=callbacks.get(line_id, Callbacks()),
                day=board.of_day(connection, line_id, begins, ends, at),
            )
        )
    services = {each.code: each for each in book.services.values()}
    return State(tuple(sorted(lines, key=lambda each: (each.name, each.id))), services)


def _named(each: Waiting) -> tuple[str, ...]:
    return (*each.ringing, each.wanted) if each.wanted else each.ringing


def _there(
    roster: Roster, busy: Mapping[str, str], at: datetime
) -> tuple[list[Responder], set[str]]:
    """Return whom a line's board shows, in ring order, and who of them may be rung for it.

    Whoever is still busy with the line after their shift is shown as well.
    """
    duty = dict.fromkeys((*on_duty(roster, at).responders, *standing_by(roster, at)))
    still = [roster.responders.get(one) for one, line in busy.items() if line == roster.line.id]
    people = dict.fromkeys((*duty, *(one for one in still if one is not None)))
    return list(people), {one.id for one in duty}


def _people(
    roster: Roster, there: Sequence[Responder], doing: Mapping[str, Presence], at: datetime
) -> tuple[Somebody, ...]:
    first = {one.id for one in on_duty(roster, at).responders}
    behind = {one.id for one in standing_by(roster, at)} - first
    return tuple(
        Somebody(one.id, one.name, one.service, one.languages, doing[one.id], one.id in behind)
        for one in there
    )


def _callers(
    waiting: Sequence[Waiting],
    first_language: str,
    people: Sequence[Somebody],
    names: Mapping[str, str],
    at: datetime,
) -> tuple[Caller, ...]:
    places: dict[str, int] = {}
    found = []
    for each in waiting:
        language = each.language or first_language
        places[language] = places.get(language, 0) + 1
        alone = each.wanted is not None and each.wanted_until is not None and at < each.wanted_until
        found.append(
            Caller(
                id=each.id,
                language=language,
                place=places[language],
                since=each.since,
                ringing=tuple((one, names.get(one, "?")) for one in each.ringing),
                front=each.front,
                wanted=names.get(each.wanted or "", "?") if alone else None,
                able=tuple((one.id, one.name) for one in people if able(one, language)),
            )
        )
    return tuple(found)


def able(one: Somebody, language: str) -> bool:
    """Tell whether a call may be sent to somebody: on duty or standing by, and not paused."""
    there = one.doing.state != OFF_DUTY and one.doing.pause is None
    return there and language in one.languages
