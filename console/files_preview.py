"""What an import would do, found out by doing it in a transaction that is taken back.

Only that transaction holds up others: the file is read before it, and what it did is
compared and counted after it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import NoReturn

from sqlalchemy import Connection

from console.files_outcome import DAY, KINDS, Difference, Outcome, days_of
from console.files_waiting import Waiting
from console.office import Office
from logging_db.engine import write
from logging_db.rosters import read_book
from planning.file_shift import ShiftRow
from planning.ledger import Author
from planning.objections import Objection, refuse
from planning.roster_files import bring_in_rows, rows_in
from routing.duty import span, zone_of
from routing.gaps import gaps

ROWS_AT_MOST = 2000
"""A year of two people at a time: about a second in which, on SQLite, no call can be written."""

OPEN = 14  # days that are shown at once


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


class _TakenBackError(Exception):
    """Ends the transaction of a preview; everything it did is undone."""


def read_file(office: Office, waiting: Waiting) -> list[ShiftRow]:
    """Return the rows of a waiting file; raise :class:`~planning.objections.Refused`."""
    with office.read() as connection:
        # By the day on which it came: what repeats is taken for the same weeks on the next.
        rows = rows_in(
            connection, waiting.at, waiting.name, waiting.content, line=waiting.line or None
        )
    if len(rows) > ROWS_AT_MOST:
        raise refuse("file_rows_too_many", most=ROWS_AT_MOST)
    return rows


def apply(
    connection: Connection, at: datetime, author: Author, waiting: Waiting, rows: list[ShiftRow]
) -> Outcome:
    """Import the rows within the caller's transaction; raise ``Refused`` with all faults."""
    first, last = days_of(rows)
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
    first, _ = days_of(outcome.rows)
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


def _holes(outcome: Outcome, at: datetime) -> Iterator[Holes]:
    """Count the holes in the days of the file that are still to come, a line at a time."""
    first, last = days_of(outcome.rows)
    for number in sorted({row.line for row in outcome.rows}):
        after = outcome.after.by_number[number]
        zone = zone_of(after.line.timezone)
        begins = max(span(first, time(0), time(0), zone)[0], at)
        ends = span(last, time(0), time(0), zone)[1]
        if begins < ends:
            before = outcome.before.by_number[number]
            counted = (len(gaps(roster, begins, ends)) for roster in (before, after))
            yield Holes(after.line.name, *counted)
