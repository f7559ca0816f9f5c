"""What an import would do, found out by doing it in a transaction that is taken back.

Only that transaction holds up others: the file is read before it, and what it did is
compared and counted after it.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NoReturn

from sqlalchemy import Connection

from console.files_waiting import Waiting
from console.office import Office
from logging_db.engine import write
from logging_db.rosters import Book, read_book
from planning.file_shift import ShiftRow
from planning.ledger import Author
from planning.objections import Objection
from planning.roster_files import bring_in_rows, rows_in
from planning.roster_import import Imported
from planning.roster_rows import effective
from routing.duty import occurrences, span, zone_of
from routing.gaps import gaps
from routing.roster import Roster

DAY = timedelta(days=1)
OPEN = 14  # days that are shown at once
KINDS = ("added", "changed", "removed", "left")

Slot = tuple[str, str, date, time, time]
"""What a shift is known by: number of the line, service, day and times."""


@dataclass(frozen=True, order=True)
class Said:
    """What the roster says of a shift: names in ring order, how many, which languages."""

    people: tuple[str, ...]
    needed: int
    languages: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """A shift before and after; ``kind`` is one of :data:`KINDS`."""

    kind: str
    line: str
    service: str
    day: date
    starts: time
    ends: time
    before: Said | None
    after: Said | None


@dataclass
class Day:
    """A local day of a preview."""

    day: date
    differences: list[Difference] = field(default_factory=list)
    warnings: list[Objection] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """How many shifts there are of each kind."""
        kinds = [found.kind for found in self.differences]
        return {kind: kinds.count(kind) for kind in KINDS if kind in kinds}


@dataclass(frozen=True)
class Holes:
    """On how many times a line would be short of people, before and after."""

    line: str
    before: int
    after: int


@dataclass(frozen=True)
class Outcome:
    """The roster before and after an import of ``rows``."""

    rows: Sequence[ShiftRow]
    done: Imported
    before: Book
    after: Book

    def differences(self) -> list[Difference]:
        """Return the shifts that differ, and those of the file that do not, by day and time."""
        first, last = _days(self.rows)
        before, after = _said(self.before, first, last), _said(self.after, first, last)
        in_file = {row.shift for row in self.rows}
        found = []
        for slot in sorted(before.keys() | after.keys()):
            pairs = _pairs(before.get(slot, []), after.get(slot, []))
            found += [
                Difference(_kind(old, new), *slot, old, new)
                for old, new in pairs
                if old != new or slot in in_file
            ]
        return sorted(found, key=lambda one: (one.day, one.starts, one.ends, one.line, one.service))

    def mark(self) -> str:
        """Return what tells this outcome from any other: what it changes, and its warnings."""
        changes = [found for found in self.differences() if found.kind != "left"]
        told = sorted(f"{one.code} {sorted(one.details.items())}" for one in self.done.warnings)
        return hashlib.sha256(repr((changes, told)).encode()).hexdigest()

    def insist_on(self, mark: str) -> None:
        """Raise :class:`OtherOutcomeError` unless this is the outcome that has this mark."""
        if self.mark() != mark:
            raise OtherOutcomeError


@dataclass(frozen=True)
class Preview:
    """What people look at before they say yes."""

    days: list[Day]
    counts: dict[str, int]
    holes: list[Holes]
    lines: dict[str, str]  # names of the file's lines, by number
    mark: str

    @property
    def nothing(self) -> bool:
        """Whether the roster already says what the file says."""
        return not any(self.counts[kind] for kind in KINDS if kind != "left")

    @property
    def warned(self) -> int:
        """How many warnings there are."""
        return sum(len(day.warnings) for day in self.days)

    def opens(self, day: Day) -> bool:
        """Tell whether a day is shown at once: where something happens, if there are few."""
        busy = [one for one in self.days if one.warnings or one.counts.keys() - {"left"}]
        return day in busy[:OPEN]


class OtherOutcomeError(Exception):
    """The import would do something else than what was looked at."""


class _TakenBackError(Exception):
    """Ends the transaction of a preview; everything it did is undone."""


def read_file(office: Office, waiting: Waiting) -> list[ShiftRow]:
    """Return the rows of a waiting file; raise :class:`~planning.objections.Refused`."""
    with office.read() as connection:
        # By the day on which it came: what repeats is taken for the same weeks on the next.
        return rows_in(
            connection, waiting.at, waiting.name, waiting.content, line=waiting.line or None
        )


def apply(
    connection: Connection, at: datetime, author: Author, waiting: Waiting, rows: list[ShiftRow]
) -> Outcome:
    """Import the rows within the caller's transaction; raise ``Refused`` with all faults."""
    first, last = _days(rows)
    before = read_book(connection, first - 3 * DAY, last + 4 * DAY)
    done = bring_in_rows(
        connection, at, author, waiting.name, rows, remove_others=waiting.remove_others
    )
    return Outcome(rows, done, before, read_book(connection, first - 3 * DAY, last + 4 * DAY))


def preview(office: Office, author: Author, waiting: Waiting) -> Preview:
    """Find out what importing a waiting file would do; nothing stays changed."""
    rows = read_file(office, waiting)
    at = office.clock()
    try:
        with write(office.engine) as connection:
            outcome = apply(connection, at, author, waiting, rows)
            _take_back()
    except _TakenBackError:
        return _told(outcome, at)


def _take_back() -> NoReturn:
    raise _TakenBackError


def _told(outcome: Outcome, at: datetime) -> Preview:
    days: dict[date, Day] = {}
    for found in outcome.differences():
        days.setdefault(found.day, Day(found.day)).differences.append(found)
    first, _ = _days(outcome.rows)
    for warning in outcome.done.warnings:
        day = warning.details.get("day")
        day = day if isinstance(day, date) else first
        days.setdefault(day, Day(day)).warnings.append(warning)
    return Preview(
        days=[days[day] for day in sorted(days)],
        counts={kind: sum(day.counts.get(kind, 0) for day in days.values()) for kind in KINDS},
        holes=list(_holes(outcome, at)),
        lines={row.line: outcome.after.by_number[row.line].line.name for row in outcome.rows},
        mark=outcome.mark(),
    )


def _days(rows: Sequence[ShiftRow]) -> tuple[date, date]:
    days = [row.day for row in rows]
    return min(days), max(days)


def _said(book: Book, first: date, last: date) -> dict[Slot, list[Said]]:
    """Return what the roster says of each shift from a first day to a last."""
    found: defaultdict[Slot, list[Said]] = defaultdict(list)
    for number, roster in book.by_number.items():
        for n in range((last - first).days + 1):
            for on in occurrences(roster, first + n * DAY):
                shift = on.shift
                people = tuple(_name(roster, person) for person in effective(on))
                said = Said(people, shift.needed, tuple(sorted(shift.languages)))
                found[number, shift.service, on.day, shift.starts, shift.ends].append(said)
    return found


def _name(roster: Roster, person: str) -> str:
    known = roster.responders.get(person)
    return known.name if known else "?"


def _pairs(before: list[Said], after: list[Said]) -> Iterator[tuple[Said | None, Said | None]]:
    """Pair what was with what is: the same with the same, then one with the other."""
    was, now = sorted(before), sorted(after)
    for said in list(was):
        if said in now:
            was.remove(said)
            now.remove(said)
            yield said, said
    for n in range(max(len(was), len(now))):
        yield (was[n] if n < len(was) else None), (now[n] if n < len(now) else None)


def _kind(before: Said | None, after: Said | None) -> str:
    if before is None:
        return "added"
    if after is None:
        return "removed"
    return "left" if before == after else "changed"


def _holes(outcome: Outcome, at: datetime) -> Iterator[Holes]:
    """Count the holes in the days of the file that are still to come, a line at a time."""
    first, last = _days(outcome.rows)
    for number in sorted({row.line for row in outcome.rows}):
        after = outcome.after.by_number[number]
        zone = zone_of(after.line.timezone)
        begins = max(span(first, time(0), time(0), zone)[0], at)
        ends = span(last, time(0), time(0), zone)[1]
        if begins < ends:
            before = outcome.before.by_number[number]
            counted = (len(gaps(roster, begins, ends)) for roster in (before, after))
            yield Holes(after.line.name, *counted)
