"""What an import has done to the roster: each shift before and after."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from logging_db.rosters import Book
from planning.file_shift import ShiftRow
from planning.roster_import import Imported
from planning.roster_rows import effective
from routing.duty import occurrences
from routing.roster import Roster

DAY = timedelta(days=1)
KINDS = ("added", "changed", "removed", "left")

Slot = tuple[str, str, date, time, time]
"""What a shift is known by: number of the line, service, day and times."""


class OtherOutcomeError(Exception):
    """The import would do something else than what was looked at."""


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


@dataclass(frozen=True)
class Outcome:
    """The roster before and after an import of ``rows``."""

    rows: Sequence[ShiftRow]
    done: Imported
    before: Book
    after: Book

    def differences(self) -> list[Difference]:
        """Return the shifts that differ, and those of the file that do not, by day and time."""
        first, last = days_of(self.rows)
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


def days_of(rows: Sequence[ShiftRow]) -> tuple[date, date]:
    """Return the first and the last day of a file."""
    days = [row.day for row in rows]
    return min(days), max(days)


def _said(book: Book, first: date, last: date) -> dict[Slot, list[Said]]:
    """Return what the roster says of each shift from a first day to a last."""
    found: defaultdict[Slot, list[Said]] = defaultdict(list)
    for roster in book.by_id.values():
        number = roster.line.number
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
