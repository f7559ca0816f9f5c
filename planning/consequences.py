"""What a change of hours, a closure or an absence does to shifts that are planned already."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from logging_db.rosters import Book, read_book
from planning.absences import Away
from planning.keys import ShiftKey
from planning.week_fits import OpenDays
from routing.duty import Occurrence, occurrences
from routing.engagements import engagements
from routing.roster import Line, Roster
from routing.wall import zone_of

DAY = timedelta(days=1)
AHEAD = 56 * DAY


@dataclass(frozen=True)
class Affected:
    """A shift on a day that is affected; ``people`` by name."""

    line: Line
    on: Occurrence
    people: tuple[str, ...]

    @property
    def key(self) -> ShiftKey:
        """How the shift is named in addresses."""
        return ShiftKey(self.on.shift.id, None if self.on.shift.day else self.on.day)


def outside_hours(
    connection: Connection, line_id: str, at: datetime, since: date
) -> list[Affected]:
    """Return the shifts of the eight weeks from a local day on that lie outside the hours.

    What a closure shuts does not count, nor does what has begun.
    """
    first, roster = _coming(connection, line_id, at, since, AHEAD)
    if roster is None:
        return []
    is_open = OpenDays(roster.line)
    return [
        _affected(roster, on)
        for on in _shifts(roster, first, first + AHEAD, at)
        if not is_open.is_shut(on.day, on.begins, on.ends)
        and not is_open.holds(on.day, on.begins, on.ends)
    ]


def on_days(
    connection: Connection, line_id: str, at: datetime, days: Iterable[date]
) -> list[Affected]:
    """Return the shifts that begin on these days and have not begun."""
    wanted = sorted(set(days))
    if not wanted:
        return []
    book = read_book(connection, wanted[0] - DAY, wanted[-1] + 2 * DAY, line_id)
    roster = book.by_id.get(line_id)
    if roster is None:
        return []
    return [
        _affected(roster, on) for day in wanted for on in occurrences(roster, day) if on.begins > at
    ]


def without(
    connection: Connection, person: str, starts_at: datetime, ends_at: datetime
) -> list[Affected]:
    """Return the shifts in which somebody stands between two instants, on all lines, by time."""
    first, last = starts_at.date() - 2 * DAY, ends_at.date() + DAY
    book = read_book(connection, first, last + 2 * DAY)
    found: dict[tuple[str, date], Affected] = {}
    for roster in book.by_id.values():
        is_open = OpenDays(roster.line)
        for each in engagements(roster, first, last):
            meets = each.begins < ends_at and starts_at < each.ends
            shut = is_open.is_shut(each.on.day, each.begins, each.ends)
            if each.person == person and meets and not shut:
                found.setdefault((each.on.shift.id, each.on.day), _affected(roster, each.on))
    return sorted(found.values(), key=lambda each: each.on.begins)


def left_without(
    connection: Connection, absences: Sequence[Away], at: datetime
) -> dict[str, list[Affected]]:
    """Return, by absence, the shifts of the eight weeks ahead that nobody has filled yet."""
    away: defaultdict[str, list[Away]] = defaultdict(list)
    for each in absences:
        if each.starts_at < at + AHEAD:
            away[each.person].append(each)
    found: defaultdict[str, dict[tuple[str, date], Affected]] = defaultdict(dict)
    if not away:
        return {}
    today = at.date()
    book = read_book(connection, today - 2 * DAY, today + AHEAD + 2 * DAY)
    for roster in book.by_id.values():
        is_open = OpenDays(roster.line)
        for one in engagements(roster, today - DAY, today + AHEAD):
            for absence in away.get(one.person, ()):
                meets = one.begins < absence.ends_at and max(at, absence.starts_at) < one.ends
                if meets and not is_open.is_shut(one.on.day, one.begins, one.ends):
                    key = one.on.shift.id, one.on.day
                    found[absence.id].setdefault(key, _affected(roster, one.on))
    return {
        absence: sorted(shifts.values(), key=lambda each: each.on.begins)
        for absence, shifts in found.items()
    }


def _coming(
    connection: Connection, line_id: str, at: datetime, since: date, ahead: timedelta
) -> tuple[date, Roster | None]:
    book: Book = read_book(connection, since - 2 * DAY, since + ahead + 3 * DAY, line_id)
    roster = book.by_id.get(line_id)
    if roster is None:
        return since, None
    return max(since, at.astimezone(zone_of(roster.line.timezone)).date()), roster


def _shifts(roster: Roster, first: date, last: date, at: datetime) -> Iterator[Occurrence]:
    for n in range((last - first).days):
        for on in occurrences(roster, first + n * DAY):
            if on.begins > at:
                yield on


def _affected(roster: Roster, on: Occurrence) -> Affected:
    known = roster.responders
    people = tuple(known[each].name for each in on.shift.responders if each in known)
    return Affected(roster.line, on, people)
