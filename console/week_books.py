"""The rosters of a week, and what a key names in them; read once, kept until something changes.

A large installation has ten thousand people in its book. Pages of the same week follow one
another, so a process keeps the last few books; the counter ``roster``, read with every use,
says whether they still hold.
"""

from collections import OrderedDict, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from threading import Lock

from flask import current_app
from sqlalchemy import Connection, select

from console import languages
from console.office import office
from logging_db.rosters import VERSION, Book, read_book
from logging_db.tables import responders
from planning.keys import ShiftKey, resolve, row_of
from planning.objections import refuse
from planning.plans import Plan
from routing.duty import Occurrence, span, zone_of
from routing.engagements import Engagement, engagements
from routing.roster import Line, Roster, Shift

KEPT = 4
WEEK = timedelta(days=7)
DAY = timedelta(days=1)
FAR = timedelta(days=366 * 5)
MARGIN = timedelta(days=3)  # shifts over midnight, and zones
EXTENSION = "console.week_books"


class Week:
    """The rosters of all lines for one week; nothing in it changes."""

    def __init__(self, book: Book, monday: date) -> None:
        self.book, self.monday = book, monday

    @cached_property
    def engaged(self) -> dict[str, list[Engagement]]:
        """When everybody is taken up in this week, and on a day before and after."""
        found: defaultdict[str, list[Engagement]] = defaultdict(list)
        for roster in self.book.by_id.values():
            for each in engagements(roster, self.monday - DAY, self.monday + WEEK):
                found[each.person].append(each)
        return dict(found)


class Weeks:
    """The last few weeks that pages have shown."""

    def __init__(self) -> None:
        self._kept: OrderedDict[date, Week] = OrderedDict()
        self._lock = Lock()

    def load(self, connection: Connection, day: date) -> Week:
        """Return the week of a day, as this transaction sees it."""
        monday = monday_of(day)
        version = connection.execute(VERSION).scalar_one()
        with self._lock:
            week = self._kept.get(monday)
        if week is None or week.book.version != version:
            book = read_book(connection, monday - MARGIN, monday + WEEK + MARGIN)
            week = Week(book, monday)
        with self._lock:
            self._kept[monday] = week
            self._kept.move_to_end(monday)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return week


def week_of(connection: Connection, day: date) -> Week:
    """Return the week of a day, with the rosters of all lines."""
    weeks = current_app.extensions.setdefault(EXTENSION, Weeks())
    found: Week = weeks.load(connection, day)
    return found


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def near(day: date) -> bool:
    """Tell whether a day is one that people mean; those further away are mistyped."""
    return abs(day - languages.local(office().clock()).date()) <= FAR


@dataclass(frozen=True)
class Found:
    """A shift on a day, with the roster it stands in."""

    week: Week
    roster: Roster
    shift: Shift
    day: date

    @property
    def book(self) -> Book:
        """The rosters of all lines around it."""
        return self.week.book

    @property
    def line(self) -> Line:
        """The line that it serves."""
        return self.roster.line

    @property
    def key(self) -> ShiftKey:
        """How it is named in addresses."""
        return key_of(self.shift, self.day)

    @property
    def occurrence(self) -> Occurrence:
        """When it is, as instants."""
        shift, zone = self.shift, self.shift.zone or self.line.timezone
        times = span(self.day, shift.starts, shift.ends, zone_of(zone))
        return Occurrence(shift, self.day, *times, zone)

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
    if row is None or day is None or not near(day):
        raise refuse("shift_gone")
    week = week_of(connection, day)
    roster = week.book.by_id[row.line_id]
    for shift in roster.shifts:
        if shift.id == key.shift_id and (shift.day == day or shift.is_on(day)):
            return Found(week, roster, shift, day)
    raise refuse("shift_gone")


def names_of(connection: Connection, roster: Roster, people: set[str]) -> dict[str, str]:
    """Return people's names by id, those of former ones too."""
    known = {person: roster.responders[person].name for person in people & set(roster.responders)}
    gone = people - set(known)
    if gone:
        query = select(responders.c.id, responders.c.name).where(responders.c.id.in_(gone))
        known |= {row.id: row.name for row in connection.execute(query)}
    return known
