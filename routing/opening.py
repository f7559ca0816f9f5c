"""When a line is open: its openings as instants, the next one, the end of some."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from routing.roster import Line
from routing.wall import span, zone_of


def openings(line: Line, first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
    """Return the openings (UTC, half-open) that begin on local days from ``first`` to ``last``.

    Less closures; not sorted, and not joined where hours touch.
    """
    zone = zone_of(line.timezone)
    closed_days = {closure.day for closure in line.closures}
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        if day in closed_days:
            continue
        for hours in line.hours:
            if hours.hold_on(day):
                yield span(day, hours.opens, hours.closes, zone)


def joined(intervals: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Return the same time as sorted intervals that neither touch nor overlap."""
    found: list[tuple[datetime, datetime]] = []
    for begins, ends in sorted(intervals):
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(ends, found[-1][1]))
        elif begins < ends:
            found.append((begins, ends))
    return found


def end_of_openings(line: Line, at: datetime, count: int, days: int = 60) -> datetime | None:
    """Return when the line will have been open ``count`` times after ``at``, in UTC.

    The opening under way counts. ``None`` where that lies more than ``days`` ahead.
    """
    today = at.astimezone(zone_of(line.timezone)).date()
    found = openings(line, today - timedelta(days=1), today + timedelta(days=days - 1))
    later = sorted(ends for _, ends in found if ends > at)
    return later[count - 1] if len(later) >= count else None


def next_opening(line: Line, at: datetime, days: int = 14) -> datetime | None:
    """Return when the line next opens after ``at``, in its own zone; ``None`` if not soon."""
    zone = zone_of(line.timezone)
    today = at.astimezone(zone).date()
    found = openings(line, today, today + timedelta(days=days))
    later = [begins for begins, _ in found if begins > at]
    return min(later).astimezone(zone) if later else None
