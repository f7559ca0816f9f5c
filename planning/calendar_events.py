"""The events of a calendar, those that repeat worked out day by day."""

import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component, Event, vDDDTypes, vText
from icalendar.timezone import tzp

from planning.calendar_event import (
    NUMBER,
    instant,
    is_cancelled,
    number_of,
    title_of,
    when,
    words_of,
)
from planning.calendar_rules import check_rules
from planning.calendar_series import Window, expand
from planning.file_shift import YEARS, Notes
from planning.file_shown import shown
from planning.objections import refuse

_LENGTH = "X-PERMANENCE-LENGTH"  # the DURATION, which the library replaces by an end
# What the library raises at what it cannot read; OSError where a folder or nothing at all
# stands under the name of a zone.
_FAILURES = (
    ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError, OSError,
)  # fmt: skip
_LONGEST = timedelta(days=2)  # more than any shift; the library reckons to the year 9999
_TIMES = ("DTSTART", "DTEND", "RECURRENCE-ID")
_NEEDED = (*_TIMES, "DURATION", "RRULE", "RDATE", "EXDATE")
# The library keeps the zones that files explain for as long as the process lives, by their
# names: of two files with a "Customized Time Zone", the second would be read by the first.
_ZONES = threading.Lock()


def occurrences(text: str, notes: Notes, zone: ZoneInfo, window: Window | None) -> list[Event]:
    """Return every event that takes place, in the order of the file, noting what is wrong.

    Every one has a beginning with a time and a zone. Refuses a file that is no calendar.
    """
    check_rules(text, notes)
    notes.refuse_if_any()
    with _ZONES:
        tzp.use_default()
        events = [event for event in _parse(text) if isinstance(event, Event)]
        sound = [
            event
            for number, event in enumerate(events, start=1)
            if not _is_cancelled_whole(event) and _prepare(event, number, notes, zone)
        ]
        notes.refuse_if_any()
        return sorted(expand(sound, notes, zone, window), key=number_of)


def _parse(text: str) -> list[Component]:
    try:
        calendar = Calendar.from_ical(text)
        if isinstance(calendar, Calendar):
            return calendar.walk("VEVENT")
    except _FAILURES:
        pass
    raise refuse("calendar_broken")


def _is_cancelled_whole(event: Event) -> bool:
    """Tell whether the event stands alone and is cancelled.

    One that cancels a single day of a series is needed to know that day.
    """
    return is_cancelled(event) and "RECURRENCE-ID" not in event


def _prepare(event: Event, number: int, notes: Notes, zone: ZoneInfo) -> bool:
    """Give the event its number and its times a zone; note what cannot be understood."""
    event[NUMBER] = vText(str(number))
    broken = {str(name).upper() for name, _ in event.errors} & set(_NEEDED)
    broken |= {"DTSTART"} - event.keys()
    if not event.keys() & {"DTEND", "DURATION"}:
        broken.add("DTEND")
    for column in sorted(broken):
        notes.note("calendar_time_missing", number, column, title=title_of(event))
    if broken:
        return False
    begins = instant(event, "DTSTART")
    if begins is None:
        notes.note("calendar_all_day", number, "DTSTART", title=title_of(event))
        return False
    return (
        all(_is_in_years(event, name, number, notes) for name in _TIMES)
        and all(_localise(event, name, number, notes, zone) for name in _TIMES)
        and _goes_forward(event, number, notes)
    )


def _is_in_years(event: Event, name: str, number: int, notes: Notes) -> bool:
    at = when(event, name)
    if at is None or at.year in YEARS:
        return True
    value = at.isoformat()[:10]
    notes.note("file_date_year", number, name, value=value, first=YEARS[0], last=YEARS[-1])
    return False


def _localise(event: Event, name: str, number: int, notes: Notes, zone: ZoneInfo) -> bool:
    """Give a time without a zone ours; note one whose zone nobody knows."""
    at = instant(event, name)
    if at is None or at.tzinfo is not None:
        return True
    if named := getattr(event[name], "params", {}).get("TZID"):
        notes.note("calendar_zone", number, name, zone=shown(named))
        return False
    event[name] = vDDDTypes(at.replace(tzinfo=zone))
    return True


def _goes_forward(event: Event, number: int, notes: Notes) -> bool:
    """Tell whether the event ends after it begins; the library would turn it round."""
    lasts = getattr(event.get("DURATION"), "dt", None)
    event.pop(_LENGTH, None)
    if isinstance(lasts, timedelta):
        if abs(lasts) > _LONGEST:
            notes.note("calendar_too_long", number, "DURATION", title=title_of(event))
            return False
        event[_LENGTH] = vText(str(int(lasts.total_seconds())))
    begins, ends = instant(event, "DTSTART"), ending(event)
    if ends is None:
        notes.note("calendar_all_day", number, "DTEND", title=title_of(event))
    elif begins is None or ends <= begins:
        notes.note("calendar_backwards", number, "DTEND", title=title_of(event))
    else:
        return True
    return False


def ending(event: Event) -> datetime | None:
    """Return when an event ends (aware).

    An end is wall time. A length in hours is exact, one in days nominal (RFC 5545, 3.3.6):
    eight hours from 22:00 end at 07:00 in the night in which clocks go forward.
    """
    begins, seconds = instant(event, "DTSTART"), words_of(event, _LENGTH)
    if begins is None or not seconds:
        return instant(event, "DTEND")
    lasts = timedelta(seconds=int(seconds))
    days = timedelta(days=lasts.days)
    return (begins + days).astimezone(UTC) + (lasts - days)
