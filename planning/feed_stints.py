"""Who really stands in the shifts, and when: what calendars are made of.

It is read off the pieces that :func:`routing.duty.pieces` gives, which decide who is rung:
substitutions and absences count, and who no longer answers stands nowhere. As for reminders,
a shift during which the line is closed is none.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from routing.duty import Occurrence, Piece, pieces
from routing.opening import joined, openings
from routing.roster import Line, Roster

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Stint:
    """A person stands in a shift from ``begins`` to ``ends`` (UTC, half-open), without a break.

    ``number`` counts their stints in this shift, from 1.
    """

    person: str
    on: Occurrence
    begins: datetime
    ends: datetime
    number: int


class Doors:
    """When a line is open, to be asked often."""

    def __init__(self, line: Line, first: date, last: date) -> None:
        self._open = joined(list(openings(line, first - DAY, last + DAY)))
        self._closes = [closes for _, closes in self._open]

    def open_in(self, begins: datetime, ends: datetime) -> bool:
        """Tell whether the line is open at any time from ``begins`` to before ``ends``."""
        place = bisect_right(self._closes, begins)
        return place < len(self._open) and self._open[place][0] < ends


def worked(roster: Roster, first: date, last: date) -> Iterator[list[Piece]]:
    """Return the shifts that begin on local days from ``first`` to ``last``, piece by piece."""
    doors = Doors(roster.line, first, last)
    for n in range((last - first).days + 1):
        found = pieces(roster, first + n * DAY)
        for _, run in groupby(found, key=lambda piece: id(piece.on)):
            of_shift = list(run)
            if doors.open_in(of_shift[0].on.begins, of_shift[0].on.ends):
                yield of_shift


def stints(roster: Roster, first: date, last: date) -> Iterator[Stint]:
    """Return who stands in those shifts; pieces that follow one another make one stint."""
    doors = Doors(roster.line, first, last)
    for of_shift in worked(roster, first, last):
        people = dict.fromkeys(person for piece in of_shift for person in piece.places if person)
        for person in people:
            own = [run for run in _runs(of_shift, person) if doors.open_in(*run)]
            for number, (begins, ends) in enumerate(own, start=1):
                yield Stint(person, of_shift[0].on, begins, ends, number)


def _runs(of_shift: list[Piece], person: str) -> Iterator[tuple[datetime, datetime]]:
    """Return the times in which somebody stands in a shift, each without a break."""
    for there, run in groupby(of_shift, key=lambda piece: person in piece.places):
        together = list(run)
        if there:
            yield together[0].begins, together[-1].ends


def identity(on: Occurrence) -> str:
    """Return what a shift on a day is known by in calendars, however often it is changed.

    One that was decided otherwise for a day stays the occurrence of the weekly shift.
    """
    shift = on.shift
    if shift.weekly_id and shift.weekly_day:
        return f"{shift.weekly_id}.{shift.weekly_day:%Y%m%d}"
    return shift.id if shift.day else f"{shift.id}.{on.day:%Y%m%d}"


def open_places(of_shift: list[Piece]) -> int:
    """Return how many places of a shift are empty at its worst."""
    there = min(len(set(piece.places) - {None}) for piece in of_shift)
    return max(0, of_shift[0].on.shift.needed - there)
