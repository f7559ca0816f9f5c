"""Zones in calendars: a VTIMEZONE that every program understands.

RFC 5545, 3.6.5 allows lists of dates and rules. Outlook understands rules only, one for
each half of the year. The zones of the European Union have had the same rule since 1996
(directive 2000/84/EC): at 01:00 UTC on the last Sundays of March and October. Where a zone
keeps it, these rules are written; for all other zones, the library lists the dates.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

_FIRST, _LAST = 1996, 2037
_SUMMER, _WINTER = 3, 10  # months
_HOUR = timedelta(hours=1)


@lru_cache(maxsize=16)
def timezone_of(zone: ZoneInfo) -> Timezone:
    """Return the component that says how ``zone`` changes its clocks."""
    if not _is_european(zone):
        return Timezone.from_tzinfo(zone, zone.key, date(_FIRST, 1, 1), date(_LAST + 1, 1, 1))
    component = Timezone()
    component.add("TZID", zone.key)
    component.add("X-LIC-LOCATION", zone.key)
    component.add_component(_half(TimezoneDaylight(), zone, _SUMMER))
    component.add_component(_half(TimezoneStandard(), zone, _WINTER))
    return component


def _half(
    part: TimezoneDaylight | TimezoneStandard, zone: ZoneInfo, month: int
) -> TimezoneDaylight | TimezoneStandard:
    """Fill in the half of the year that begins in ``month``."""
    change = _change(_FIRST, month)
    before, after = (change - _HOUR).astimezone(zone), change.astimezone(zone)
    offset = before.utcoffset() or timedelta(0)
    part.add("TZNAME", after.tzname() or zone.key)
    part.TZOFFSETFROM = offset
    part.TZOFFSETTO = after.utcoffset() or timedelta(0)
    # The onset is told in the wall time that ends (RFC 5545, 3.6.5).
    part.DTSTART = (change + offset).replace(tzinfo=None)
    part.add("RRULE", vRecur({"FREQ": "YEARLY", "BYMONTH": month, "BYDAY": "-1SU"}))
    return part


def _is_european(zone: ZoneInfo) -> bool:
    """Tell whether the zone changes by the European rule, and at no other time."""
    for year in range(_FIRST, _LAST + 1):
        summer, winter = _change(year, _SUMMER), _change(year, _WINTER)
        standard = (summer - _HOUR).astimezone(zone).utcoffset()
        daylight = summer.astimezone(zone).utcoffset()
        if standard is None or daylight is None or daylight - standard != _HOUR:
            return False
        days = (datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(365))
        for day in days:
            expected = daylight if summer <= day < winter else standard
            if day.astimezone(zone).utcoffset() != expected:
                return False
        if (winter - _HOUR).astimezone(zone).utcoffset() != daylight:
            return False
        if winter.astimezone(zone).utcoffset() != standard:
            return False
    return True


def _change(year: int, month: int) -> datetime:
    """Return 01:00 UTC on the last Sunday of a month of 31 days."""
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def in_zone(at: datetime, zone: ZoneInfo) -> datetime:
    """Return an instant as it is to be written: in local time, where that is one instant.

    A wall time that comes twice means its first coming (RFC 5545, 3.3.5); the second can
    only be written in UTC.
    """
    wall = at.astimezone(zone)
    return at.astimezone(UTC) if wall.fold else wall
