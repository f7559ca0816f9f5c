"""The roster out of the database, as the frozen values that ``routing`` decides over.

A roster changes a few times a day and is read with every webhook, so a process keeps what
it has read. The counter ``roster`` is raised by every change and read with every use: what
is kept is never older than the transaction that asks.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from logging_db import line_words
from logging_db.tables import (
    absences,
    assignments,
    closures,
    counters,
    line_backups,
    line_numbers,
    lines,
    opening_hours,
    partner_services,
    responders,
    shifts,
    substitutions,
)
from routing.roster import (
    Absence,
    Closure,
    Hours,
    Line,
    PartnerService,
    Responder,
    Roster,
    Shift,
    Substitution,
)

VERSION = select(counters.c.value).where(counters.c.name == "roster")

# How many days of dated shifts are kept in memory before and after the present. A day on
# either side is a margin for zones and for shifts over midnight.
BEFORE, AFTER = timedelta(days=3), timedelta(days=10)


@dataclass(frozen=True)
class Book:
    """All rosters at one version, by line id and by each of the line's numbers.

    Dated shifts are known for the local days from ``begins`` to before ``ends``.
    """

    version: int
    begins: date
    ends: date
    by_id: dict[str, Roster]
    by_number: dict[str, Roster]
    services: dict[str, PartnerService]

    def tells_of(self, at: datetime) -> bool:
        """Tell whether the shifts around ``at`` are among those that it knows."""
        day = at.astimezone(UTC).date()
        return self.begins + timedelta(days=2) <= day < self.ends - timedelta(days=2)


class Rosters:
    """The rosters of all lines around the present, read again only when they have changed."""

    def __init__(self) -> None:
        self._book: Book | None = None

    def load(self, connection: Connection, at: datetime) -> Book:
        """Return the rosters around ``at`` as this transaction sees them."""
        version = connection.execute(VERSION).scalar_one()
        book = self._book
        if book is None or book.version != version or not book.tells_of(at):
            day = at.astimezone(UTC).date()
            book = self._book = read_book(connection, day - BEFORE, day + AFTER)
        return book

    def last_known(self) -> Book | None:
        """Return what was read last, for when the database cannot be asked."""
        return self._book


def read_book(connection: Connection, begins: date, ends: date, line_id: str | None = None) -> Book:
    """Read every line's roster, or one's, with the dated shifts of days in [begins, ends)."""
    version = connection.execute(VERSION).scalar_one()
    services = {
        row.id: PartnerService(row.id, row.code, row.names)
        for row in connection.execute(select(partner_services))
    }
    people = _people(connection, services)
    away = _absences(connection, begins, ends)
    shifts_of = _shifts(connection, services, (begins, ends), line_id)
    rosters = {
        line.id: Roster(
            line=line,
            shifts=tuple(shifts_of[line.id]),
            responders=people,
            absences=away,
            begins=begins,
            ends=ends,
        )
        for line in _lines(connection)
        if line_id in (None, line.id)
    }
    by_number = {number: one for one in rosters.values() for number in one.line.all_numbers}
    return Book(version, begins, ends, rosters, by_number, services)


def _people(connection: Connection, services: dict[str, PartnerService]) -> dict[str, Responder]:
    query = select(
        responders.c.id, responders.c.name, responders.c.service_id, responders.c.languages
    ).where(responders.c.active)
    return {
        row.id: Responder(row.id, row.name, services[row.service_id].code, tuple(row.languages))
        for row in connection.execute(query)
    }


def _absences(
    connection: Connection, begins: date, ends: date
) -> Mapping[str, tuple[Absence, ...]]:
    margin = timedelta(days=1)
    after = datetime.combine(begins, time(0), UTC) - margin
    before = datetime.combine(ends, time(0), UTC) + margin
    query = (
        select(absences)
        .where(absences.c.ends_at > after, absences.c.starts_at < before)
        .order_by(absences.c.starts_at)
    )
    found: defaultdict[str, tuple[Absence, ...]] = defaultdict(tuple)
    for row in connection.execute(query):
        found[row.responder_id] += (Absence(row.starts_at, row.ends_at),)
    return dict(found)


def _shifts(
    connection: Connection,
    services: dict[str, PartnerService],
    days: tuple[date, date],
    line_id: str | None,
) -> defaultdict[str, list[Shift]]:
    """Return the shifts by line: the standing week's, and the dated ones of ``days``."""
    begins, ends = days
    wanted: list[ColumnElement[bool]] = [
        shifts.c.template_id.is_(None),
        shifts.c.day.is_(None) | ((shifts.c.day >= begins) & (shifts.c.day < ends)),
    ]
    if line_id is not None:
        wanted.append(shifts.c.line_id == line_id)
    assigned, stand_ins, excepted = _of_shifts(connection, wanted, days)
    query = select(shifts).where(*wanted).order_by(shifts.c.position, shifts.c.id)
    found: defaultdict[str, list[Shift]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.line_id].append(
            _shift(
                row,
                services[row.service_id].code,
                tuple(assigned.get(row.id, ())),
                tuple(stand_ins.get(row.id, ())),
                frozenset(excepted.get(row.id, ())),
            )
        )
    return found


def _of_shifts(
    connection: Connection, wanted: list[ColumnElement[bool]], days: tuple[date, date]
) -> tuple[dict[str, list[str]], dict[str, list[Substitution]], dict[str, list[date]]]:
    """Return who is assigned, who stands in, and the days decided otherwise, by shift."""
    assigned: defaultdict[str, list[str]] = defaultdict(list)
    query = select(assignments.c.shift_id, assignments.c.responder_id).join(shifts).where(*wanted)
    for row in connection.execute(query.order_by(assignments.c.position, assignments.c.id)):
        assigned[row.shift_id].append(row.responder_id)
    stand_ins: defaultdict[str, list[Substitution]] = defaultdict(list)
    query = select(substitutions).join(shifts).where(*wanted)
    for row in connection.execute(query.order_by(substitutions.c.position, substitutions.c.id)):
        stand_ins[row.shift_id].append(
            Substitution(row.id, row.instead_of, row.responder_id, row.starts, row.ends)
        )
    excepted: defaultdict[str, list[date]] = defaultdict(list)
    query = select(shifts.c.weekly_id, shifts.c.weekly_day).where(
        shifts.c.weekly_id.is_not(None),
        shifts.c.weekly_day >= days[0],
        shifts.c.weekly_day < days[1],
    )
    for row in connection.execute(query):
        excepted[row.weekly_id].append(row.weekly_day)
    return assigned, stand_ins, excepted


def _shift(
    row: Any,
    service: str,
    people: tuple[str, ...],
    stand_ins: tuple[Substitution, ...],
    except_days: frozenset[date],
) -> Shift:
    return Shift(
        id=row.id,
        service=service,
        weekday=row.weekday,
        day=row.day,
        starts=row.starts,
        ends=row.ends,
        needed=row.needed,
        responders=people,
        languages=tuple(row.languages),
        substitutions=stand_ins,
        zone=row.zone,
        since=row.since,
        until=row.until,
        except_days=except_days,
        weekly_id=row.weekly_id,
        weekly_day=row.weekly_day,
        cancelled=row.cancelled,
        version=row.version,
    )


def _lines(connection: Connection) -> list[Line]:
    hours: defaultdict[str, list[Hours]] = defaultdict(list)
    for row in connection.execute(select(opening_hours).order_by(opening_hours.c.opens)):
        hours[row.line_id].append(Hours(row.weekday, row.opens, row.closes, row.since, row.until))
    shut: defaultdict[str, list[Closure]] = defaultdict(list)
    for row in connection.execute(select(closures).order_by(closures.c.day)):
        shut[row.line_id].append(Closure(row.day, row.names))
    behind: defaultdict[str, list[str]] = defaultdict(list)
    standing_by = select(line_backups).order_by(line_backups.c.position)
    for row in connection.execute(standing_by):
        behind[row.line_id].append(row.responder_id)
    further: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in connection.execute(select(line_numbers).order_by(line_numbers.c.number)):
        further[row.line_id][row.number] = row.language
    words = line_words.by_line(connection)
    return [
        _line(
            row,
            hours=tuple(hours[row.id]),
            closures=tuple(shut[row.id]),
            backup=tuple(behind[row.id]),
            numbers=further.get(row.id, {}),
            words=words.get(row.id, {}),
        )
        for row in connection.execute(select(lines).order_by(lines.c.number))
    ]


def _line(row: Any, **of_other_tables: Any) -> Line:
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
        policy=row.policy,
        ring_at_once=row.ring_at_once,
        backup_after_seconds=row.backup_after_seconds,
        greet_first=row.greet_first,
        tell_wait=row.tell_wait,
        **of_other_tables,
    )
