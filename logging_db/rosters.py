"""The roster out of the database, as the frozen values that ``routing`` decides over.

A roster changes a few times a day and is read with every webhook, so a process keeps what
it has read. The counter ``roster`` is raised by every change and read with every use: what
is kept is never older than the transaction that asks.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from logging_db.tables import (
    assignments,
    closures,
    counters,
    lines,
    opening_hours,
    partner_services,
    responders,
    shifts,
)
from routing.roster import Closure, Hours, Line, PartnerService, Responder, Roster, Shift

_VERSION = select(counters.c.value).where(counters.c.name == "roster")


@dataclass(frozen=True)
class Book:
    """All rosters at one version, by line id and by number."""

    version: int
    by_id: dict[str, Roster]
    by_number: dict[str, Roster]
    services: dict[str, PartnerService]


class Rosters:
    """The rosters of all lines, read again only when they have changed."""

    def __init__(self) -> None:
        self._book: Book | None = None

    def load(self, connection: Connection) -> Book:
        """Return the rosters as this transaction sees them."""
        version = connection.execute(_VERSION).scalar_one()
        book = self._book
        if book is None or book.version != version:
            book = self._book = read_book(connection, version)
        return book

    def last_known(self) -> Book | None:
        """Return what was read last, for when the database cannot be asked."""
        return self._book


def read_book(connection: Connection, version: int) -> Book:
    """Read every line's roster."""
    services = {
        row.id: PartnerService(row.id, row.code, row.names)
        for row in connection.execute(select(partner_services))
    }
    people = _people(connection, services)
    shifts_of = _shifts(connection, services)
    rosters = {
        line.id: Roster(line=line, shifts=tuple(shifts_of[line.id]), responders=people)
        for line in _lines(connection)
    }
    by_number = {roster.line.number: roster for roster in rosters.values()}
    return Book(version, rosters, by_number, services)


def _people(connection: Connection, services: dict[str, PartnerService]) -> dict[str, Responder]:
    query = select(
        responders.c.id, responders.c.name, responders.c.service_id, responders.c.languages
    ).where(responders.c.active)
    return {
        row.id: Responder(row.id, row.name, services[row.service_id].code, tuple(row.languages))
        for row in connection.execute(query)
    }


def _shifts(
    connection: Connection, services: dict[str, PartnerService]
) -> defaultdict[str, list[Shift]]:
    people: defaultdict[str, list[str]] = defaultdict(list)
    for row in connection.execute(select(assignments).order_by(assignments.c.position)):
        people[row.shift_id].append(row.responder_id)
    found: defaultdict[str, list[Shift]] = defaultdict(list)
    for row in connection.execute(select(shifts).order_by(shifts.c.position, shifts.c.id)):
        found[row.line_id].append(
            Shift(
                id=row.id,
                service=services[row.service_id].code,
                weekday=row.weekday,
                day=row.day,
                starts=row.starts,
                ends=row.ends,
                needed=row.needed,
                responders=tuple(people[row.id]),
            )
        )
    return found


def _lines(connection: Connection) -> list[Line]:
    hours: defaultdict[str, list[Hours]] = defaultdict(list)
    for row in connection.execute(select(opening_hours).order_by(opening_hours.c.opens)):
        hours[row.line_id].append(Hours(row.weekday, row.opens, row.closes))
    shut: defaultdict[str, list[Closure]] = defaultdict(list)
    for row in connection.execute(select(closures).order_by(closures.c.day)):
        shut[row.line_id].append(Closure(row.day, row.names))
    return [
        _line(row, tuple(hours[row.id]), tuple(shut[row.id]))
        for row in connection.execute(select(lines).order_by(lines.c.number))
    ]


def _line(row: Any, hours: tuple[Hours, ...], shut: tuple[Closure, ...]) -> Line:
    return Line(
        id=row.id,
        number=row.number,
        name=row.name,
        languages=tuple(row.languages),
        timezone=row.timezone,
        caller_id=row.caller_id,
        fallback_number=row.fallback_number,
        ring_seconds=row.ring_seconds,
        max_wait_seconds=row.max_wait_seconds,
        wrap_up_seconds=row.wrap_up_seconds,
        callback_when_closed=row.callback_when_closed,
        hours=hours,
        closures=shut,
    )
