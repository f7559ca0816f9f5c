"""Rosters as calendars: one event a shift, readable by people and by us.

A calendar program shows the title, "cssbse: Alice Martin, Bram Peeters". What it cannot
say stands in properties of our own, so that reading the file gives the same rows again:
``X-PERMANENCE-LINE``, ``-SERVICE``, ``-NEEDED``, ``-LANGUAGES`` and one
``X-PERMANENCE-RESPONDER`` a place, empty for an open one, with ``X-ORDER`` for the ring
order. They are guarded like the cells of a sheet.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from icalendar import Event, vText

from planning.calendar_event import NOBODY
from planning.calendar_feed import start_calendar
from planning.file_guard import guard
from planning.file_shift import ShiftRow
from planning.file_times import last_day

NAME = "roster"


def write_calendar(rows: Iterable[ShiftRow], *, zone: ZoneInfo, stamp: datetime) -> bytes:
    """Return the rows as a calendar, written at ``stamp`` (aware); ``zone`` is theirs.

    What a shift needs is that of its first row that says it.
    """
    shifts: dict[object, list[ShiftRow]] = {}
    for row in rows:
        shifts.setdefault(row.shift, []).append(row)
    calendar = start_calendar(NAME, zone)
    for together in shifts.values():
        calendar.add_component(_event(together, zone, stamp))
    return bytes(calendar.to_ical())


def title(service: str, people: Iterable[str | None]) -> str:
    """Return the title of a shift."""
    return f"{service}: {', '.join(name or NOBODY for name in people)}"


def _event(together: Sequence[ShiftRow], zone: ZoneInfo, stamp: datetime) -> Event:
    shift = together[0]
    last = last_day(shift.day, shift.starts, shift.ends)
    event = Event()
    event.add("UID", _uid(shift))
    event.add("DTSTAMP", stamp.astimezone(UTC))
    event.add("DTSTART", datetime.combine(shift.day, shift.starts, zone))
    event.add("DTEND", datetime.combine(last, shift.ends, zone))
    event.add("SUMMARY", title(shift.service, (row.responder for row in together)))
    event.add("LOCATION", shift.line)
    event.add("CATEGORIES", [shift.service])
    event.add("X-PERMANENCE-LINE", vText(shift.line))
    event.add("X-PERMANENCE-SERVICE", vText(guard(shift.service)))
    needed = next((row.needed for row in together if row.needed is not None), None)
    if needed is not None:
        event.add("X-PERMANENCE-NEEDED", vText(str(needed)))
    languages = next((row.languages for row in together if row.languages), ())
    if languages:
        event.add("X-PERMANENCE-LANGUAGES", vText(" ".join(languages)))
    for row in together:
        place = vText(guard(row.responder or ""))
        if row.order is not None:
            place.params["X-ORDER"] = str(row.order)
        event.add("X-PERMANENCE-RESPONDER", place)
    return event


def _uid(shift: ShiftRow) -> str:
    """Return the same for the same shift each time, and another for every other."""
    what = "\n".join(str(part) for part in shift.shift)
    return f"{hashlib.sha256(what.encode()).hexdigest()[:32]}@permanence"
