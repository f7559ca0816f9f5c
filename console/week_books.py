"""The rosters of a week, and what a key names in them; read once, kept until something changes.

A large installation has ten thousand people in its book. Pages of the same week follow one
another, so a process keeps the last few books; the counter ``roster``, read with every use,
says whether they still hold.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date, timedelta
from threading import Lock

from flask import current_app
from sqlalchemy import Connection, select

from logging_db.rosters import VERSION, Book, read_book
from logging_db.tables import responders
from planning.keys import ShiftKey, resolve, row_of
from planning.objections import refuse
from planning.plans import Plan
from routing.roster import Line, Roster, Shift

KEPT = 4
WEEK = timedelta(days=7)
MARGIN = timedelta(days=2)  # shifts over midnight, and zones
EXTENSION = "console.week_books"


class Books:
    """The last few weeks' books."""

    def __init__(self) -> None:
        self._kept: OrderedDict[date, Book] = OrderedDict()
        self._lock = Lock()

    def week(self, connection: Connection, day: date) -> Book:
        """Return the rosters of all lines for the week of a day, as this transaction sees them."""
        monday = monday_of(day)
        version = connection.execute(VERSION).scalar_one()
        with self._lock:
            book = self._kept.get(monday)
        if book is None or book.version != version:
            book = read_book(connection, monday - MARGIN, monday + WEEK + MARGIN)
        with self._lock:
            self._kept[monday] = book
            self._kept.move_to_end(monday)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return book


def week_book(connection: Connection, day: date) -> Book:
    """Return the rosters of all lines for the week of a day."""
    books = current_app.extensions.setdefault(EXTENSION, Books())
    found: Book = books.week(connection, day)
    return found


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True)
class Found:
    """A shift on a day, with the roster it stands in."""

    book: Book
    roster: Roster
    shift: Shift
    day: date

    @property
    def line(self) -> Line:
        """The line that it serves."""
        return self.roster.line

    @property
    def key(self) -> ShiftKey:
        """How it is named in addresses."""
        return key_of(self.shift, self.day)

    @property
    def plan(self) -> Plan:
        """What it is now, as a plan that can be changed."""
        shift = self.shift
        return Plan(
            service_id=service_id(self.book, shift.service),
            day=self.day,
            starts=shift.starts,
            ends=shift.ends,
            needed=shift.needed,
            languages=shift.languages,
            responders=shift.responders,
        )


def key_of(shift: Shift, day: date) -> ShiftKey:
    """Return the key of a shift on a day."""
    return ShiftKey(shift.id, None if shift.day else day)


def service_id(book: Book, code: str) -> str:
    """Return the id of a service by its code."""
    return next((each.id for each in book.services.values() if each.code == code), "")


def find(connection: Connection, key: ShiftKey) -> Found:
    """Return what a key names now; refuse it where nothing does (any more)."""
    key = resolve(connection, key)
    row = row_of(connection, key.shift_id)
    day = key.day or (row.day if row is not None else None)
    if row is None or day is None:
        raise refuse("shift_gone")
    book = week_book(connection, day)
    roster = book.by_id[row.line_id]
    for shift in roster.shifts:
        if shift.id == key.shift_id and (shift.day == day or shift.is_on(day)):
            return Found(book, roster, shift, day)
    raise refuse("shift_gone")


def names_of(connection: Connection, roster: Roster, people: set[str]) -> dict[str, str]:
    """Return people's names by id, those of former ones too."""
    known = {person: roster.responders[person].name for person in people & set(roster.responders)}
    gone = people - set(known)
    if gone:
        query = select(responders.c.id, responders.c.name).where(responders.c.id.in_(gone))
        known |= {row.id: row.name for row in connection.execute(query)}
    return known
