"""Rosters out of calendars: our own, and those that other programs export.

In a calendar that is not ours, a duty is an event with

- a title "cssbse: Alice Martin, Bram Peeters": the service's code, a colon, the people in
  ring order, "?" for an open place; or a title of people alone and the code as category;
- or the people as attendees with a name (``ATTENDEE;CN=…``), those who declined left out;
- the line's number as place (``LOCATION``), where it is not the default line.

A title that was changed by hand counts more than our own properties beside it. Cancelled
events are left out. Wall time is what counts: an event from 22:00 to 06:00 ends at 06:00
in the night of a clock change too.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from icalendar import Event

from planning import file_cells as cells
from planning.calendar_event import instant, number_of, title_of, words_of
from planning.calendar_events import ending, occurrences
from planning.calendar_people import line_of, people_of, service_of
from planning.calendar_series import Window
from planning.file_read import leaps
from planning.file_shift import ROWS_AT_MOST, YEARS, Notes, ShiftRow
from planning.file_times import last_day
from planning.objections import Detail, refuse

T = TypeVar("T")


def read_calendar(
    text: str, notes: Notes, *, zone: ZoneInfo, line: str | None, window: Window | None
) -> list[ShiftRow]:
    """Return the shifts of a calendar, one row a person; note what is wrong with its events.

    ``line`` is that of events that name none, ``window`` the days from which events that
    repeat are taken; ``zone`` is that of times without a zone, and of the rows.
    """
    rows: list[ShiftRow] = []
    events = occurrences(text, notes, zone, window)
    for event in events:
        rows += _Reader(event, notes, zone).read(line)
        if len(rows) > ROWS_AT_MOST:
            raise refuse("file_rows_too_many", most=ROWS_AT_MOST)
    notes.refuse_if_any()
    if not rows:
        raise refuse("calendar_empty")
    return rows


class _Reader:
    """One occurrence of one event: what is wrong is noted, and reading goes on."""

    def __init__(self, event: Event, notes: Notes, zone: ZoneInfo) -> None:
        self._event = event
        self._notes = notes
        self._zone = zone
        self._number = number_of(event)
        self._title = title_of(event)

    def read(self, default_line: str | None) -> list[ShiftRow]:
        """Return a row for every place of the shift; none where a part of it is wrong."""
        line = self._try("LOCATION", lambda: line_of(self._event, default_line))
        service = self._try("SUMMARY", lambda: service_of(self._event))
        people = self._try("SUMMARY", lambda: people_of(self._event, service or ""))
        needed = self._words("X-PERMANENCE-NEEDED", lambda words: cells.whole(words, 0))
        languages = self._words("X-PERMANENCE-LANGUAGES", cells.languages) or ()
        begins = self._instant("DTSTART", instant(self._event, "DTSTART"))
        ends = self._instant("DTEND", ending(self._event))
        if not (line and service and people and begins and ends):
            return []
        day, starts = begins.date(), begins.time()
        if not self._is_sound(begins, ends):
            return []
        return [
            ShiftRow(
                self._number, line, service, day, starts, ends.time(),
                place.name, place.order, needed, languages,
            )
            for place in people
        ]  # fmt: skip

    def _try(self, column: str, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except cells.Wrong as wrong:
            self._note(wrong.code, column, **wrong.details)
            return None

    def _words(self, name: str, read: Callable[[str], T]) -> T | None:
        return self._try(name, lambda: read(words_of(self._event, name)))

    def _note(self, code: str, column: str, **details: Detail) -> None:
        self._notes.note(code, self._number, column, **details)

    def _instant(self, column: str, at: datetime | None) -> datetime | None:
        """Return an instant as wall time of the zone, if there is one that says it."""
        if at is None:
            self._note("calendar_time_missing", column, title=self._title)
            return None
        wall = at.astimezone(self._zone)
        if wall.second or wall.microsecond:
            self._note("file_time_seconds", column, value=wall.time().isoformat("seconds"))
        elif wall.fold:
            self._note("calendar_time_twice", column, time=wall.time(), day=wall.date())
        elif wall.year not in YEARS:
            value = wall.date().isoformat()
            self._note("file_date_year", column, value=value, first=YEARS[0], last=YEARS[-1])
        else:
            return wall.replace(tzinfo=None)
        return None

    def _is_sound(self, begins: datetime, ends: datetime) -> bool:
        """Tell whether there can be a shift between two wall times, noting why not."""
        day, starts, until = begins.date(), begins.time(), ends.time()
        if ends <= begins:
            self._note("calendar_backwards", "DTEND", title=self._title)
        elif ends.date() != last_day(day, starts, until):
            self._note("calendar_too_long", "DTEND", title=self._title)
        else:
            found = list(leaps(day, starts, until, self._zone))
            for column, code, details in found:
                self._note(code, {"from": "DTSTART", "to": "DTEND"}[column], **details)
            return not found
        return False
