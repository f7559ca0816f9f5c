"""When one person really stands by: their own stretches of shifts, as routing says them.

Substitutions and absences count; what lies in closed hours is left out. One stretch is one
shift, so that something can be said about it: "I can't", "who stands in for me?".
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from logging_db.rosters import Book, read_book
from planning.keys import ShiftKey, resolve, row_of
from planning.objections import refuse
from routing.duty import Occurrence, Piece, pieces, zone_of
from routing.opening import openings
from routing.roster import Line, Responder, Roster

DAY = timedelta(days=1)
FIRST_YEAR, LAST_YEAR = 2000, 2200


@dataclass(frozen=True)
class Stint:
    """A person stands in a shift from ``begins`` to ``ends`` (UTC, half-open).

    ``beside`` are the others who stand by for the line at some time of it, by name.
    """

    person: str
    line: Line
    on: Occurrence
    begins: datetime
    ends: datetime
    beside: tuple[Responder, ...] = ()

    @property
    def key(self) -> ShiftKey:
        """How the shift is named in addresses."""
        return ShiftKey(self.on.shift.id, None if self.on.shift.day else self.on.day)

    @property
    def whole(self) -> bool:
        """Whether it is all of the shift."""
        return (self.begins, self.ends) == (self.on.begins, self.on.ends)

    @property
    def stands_in_for(self) -> str | None:
        """The id of whom the person stands in for; ``None`` where the place is their own."""
        if self.person in self.on.shift.responders:
            return None
        subs = self.on.shift.substitutions
        return next((s.instead_of for s in reversed(subs) if s.responder == self.person), None)


def stints(book: Book, person: str, first: date, last: date) -> list[Stint]:
    """Return a person's stretches in shifts that begin from ``first`` to ``last``, by time."""
    found = [
        stint for roster in book.by_id.values() for stint in _on_line(roster, person, first, last)
    ]
    return sorted(found, key=lambda stint: (stint.begins, stint.ends))


def _on_line(roster: Roster, person: str, first: date, last: date) -> Iterator[Stint]:
    own: list[Stint] = []
    for n in range((last - first).days + 1):
        for piece in pieces(roster, first + n * DAY):
            if person in piece.places:
                _join(own, Stint(person, roster.line, piece.on, piece.begins, piece.ends))
    if not own:
        return
    is_open = list(openings(roster.line, first - DAY, last + DAY))
    for stint in own:
        if any(opens < stint.ends and stint.begins < closes for opens, closes in is_open):
            yield replace(stint, beside=_beside(roster, stint))


def _join(own: list[Stint], stint: Stint) -> None:
    """Add a piece; one that goes on where the last of the same shift ended lengthens that."""
    if own and own[-1].on == stint.on and own[-1].ends == stint.begins:
        own[-1] = replace(own[-1], ends=stint.ends)
    else:
        own.append(stint)


def _beside(roster: Roster, stint: Stint) -> tuple[Responder, ...]:
    found: set[str] = set()
    for piece in _around(roster, stint):
        if piece.begins < stint.ends and stint.begins < piece.ends:
            found.update(person for person in piece.places if person is not None)
    found.discard(stint.person)
    return tuple(sorted((roster.responders[p] for p in found), key=lambda one: one.name.casefold()))


def _around(roster: Roster, stint: Stint) -> Iterator[Piece]:
    """Return the pieces of the days that can reach the stretch."""
    zone = zone_of(roster.line.timezone)
    first = stint.begins.astimezone(zone).date() - DAY
    last = stint.ends.astimezone(zone).date()
    for n in range((last - first).days + 1):
        yield from pieces(roster, first + n * DAY)


def find(connection: Connection, person: str, key: ShiftKey) -> Stint:
    """Return the person's stretch of a shift as this transaction sees it; refuse what is none.

    Of several stretches of one shift it is the whole from the first to the last.
    """
    key = resolve(connection, key)
    day = key.day or day_of(connection, key)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:  # typed into the address: no roster is there
        raise refuse("shift_unknown")
    book = read_book(connection, day - 2 * DAY, day + 3 * DAY)
    own = [stint for stint in stints(book, person, day, day) if stint.key == key]
    if not own:
        raise refuse("shift_not_theirs")
    return replace(own[0], ends=own[-1].ends)


def day_of(connection: Connection, key: ShiftKey) -> date:
    """Return the local day of a dated shift; refuse one that is gone."""
    row = row_of(connection, key.shift_id)
    if row is None or row.day is None:
        raise refuse("shift_gone")
    found: date = row.day
    return found
