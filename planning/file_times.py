"""Wall times in a roster file: as people and spreadsheets write them, and those that are none."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from planning.file_cells import Wrong, text
from planning.file_shown import shown
from planning.file_table import Value

_DAY = timedelta(days=1)
# The whole day as the reader gives it back when it is formatted as a time in Excel.
_DAY_IN_EXCEL = date(1900, 1, 1)
_MINUTES = 24 * 60
# Spreadsheets reckon in fractions of a day: 9:00 may come as 8:59:59.9999.
_ROUNDING = 1.0  # seconds

# "1:00 PM", "01:00:00 PM": what a spreadsheet set to English writes.
_HALF_DAY = re.compile(r"(1[0-2]|0?[1-9]):(\d{2})(?::00)?\s?([AaPp])\.?[Mm]\.?", re.ASCII)
# "9:00", "09:00", "9h00", "9h", "9u30", "09:00:00"
_CLOCK = re.compile(r"(\d{1,2})(?:\s*[hHuU:]\s*(\d{2})(?::00(?:\.0+)?)?|\s*[hHuU])", re.ASCII)
_SECONDS = re.compile(r"\d{1,2}:\d{2}:\d{2}(\.\d+)?", re.ASCII)
# A time of 24 hours and more as OpenDocument writes it (XML Schema, duration).
_DURATION = re.compile(r"PT(\d{1,3})H(\d{1,2})M(\d{1,2}(?:\.\d+)?)S", re.ASCII)
# "0,375" of a CSV; not "0.30", by which somebody may have meant half past midnight.
_FRACTION = re.compile(r"0[.,](\d|\d{3,})", re.ASCII)


@dataclass(frozen=True)
class Clock:
    """A wall time in minutes from midnight: 1440 is the end of the day.

    ``day`` is the date that stood in the same cell, if there was one.
    """

    minutes: int
    day: date | None = None

    @property
    def time(self) -> time:
        """The time of the day; the end of the day is its midnight."""
        return time(self.minutes // 60 % 24, self.minutes % 60)


def clock(value: Value) -> Clock:
    """Return the time in a cell, to the minute; "24:00" is the end of the day."""
    if isinstance(value, datetime):
        # Before 1905 it is the day from which spreadsheets count: a time alone.
        on = value.date() if value.year > 1904 else None
        return Clock(_rounded(_since_midnight(value.time()), value), on)
    if isinstance(value, time):
        return Clock(_rounded(_since_midnight(value), value))
    if isinstance(value, timedelta):
        return Clock(_rounded(value, value))
    if value == _DAY_IN_EXCEL:
        return Clock(_MINUTES)
    if isinstance(value, bool | date):
        raise Wrong("file_time", value=shown(value))
    if isinstance(value, int | float):
        if not 0 <= value <= 1:  # what is no number at all is neither
            raise Wrong("file_time", value=shown(value))
        return Clock(_rounded(_DAY * value, value))
    return Clock(_written(text(value)))


def _since_midnight(at: time) -> timedelta:
    return timedelta(
        hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond
    )


def _rounded(since_midnight: timedelta, value: Value) -> int:
    minutes = round(since_midnight / timedelta(minutes=1))
    if abs(since_midnight.total_seconds() - minutes * 60) > _ROUNDING:
        raise Wrong("file_time_seconds", value=shown(value))
    if not 0 <= minutes <= _MINUTES:
        raise Wrong("file_time", value=shown(value))
    return minutes


def _written(words: str) -> int:
    if found := _CLOCK.fullmatch(words):
        minutes = int(found[1]) * 60 + int(found[2] or 0)
        if int(found[2] or 0) < 60 and minutes <= _MINUTES:
            return minutes
    elif found := _HALF_DAY.fullmatch(words):
        hours = int(found[1]) % 12 + (12 if found[3] in "Pp" else 0)
        return _written(f"{hours}:{found[2]}")
    elif found := _DURATION.fullmatch(words):
        hour, minute, second = (float(part) for part in found.groups())
        return _rounded(timedelta(hours=hour, minutes=minute, seconds=second), words)
    elif _FRACTION.fullmatch(words):
        return _rounded(_DAY * float(words.replace(",", ".")), words)
    elif _SECONDS.fullmatch(words):
        raise Wrong("file_time_seconds", value=words)
    raise Wrong("file_time", value=shown(words))


def beginning(value: Value, on: date | None) -> time:
    """Return the time at which a shift of the day ``on`` begins."""
    found = clock(value)
    if found.minutes == _MINUTES:
        raise Wrong("file_time_24", value=shown(value))
    if found.day and on and found.day != on:
        raise Wrong("file_time_day", value=shown(value), day=on)
    return found.time


def ending(value: Value, on: date | None, starts: time | None) -> time:
    """Return the time at which a shift that begins at ``starts`` on the day ``on`` ends.

    The same time twice is refused but for 00:00 to 00:00, a whole day: it may as well be a
    slip of the hand.
    """
    found = clock(value)
    if starts is not None and found.time == starts != time(0):
        raise Wrong("file_time_same", value=starts)
    if found.day and on and starts is not None:
        last = on + _DAY if found.time <= starts else on
        if found.day != last and not (found.time == time(0) and found.day == on):
            raise Wrong("file_time_day", value=shown(value), day=last)
    return found.time


def skipped(on: date, at: time, zone: ZoneInfo) -> bool:
    """Tell whether the clocks of ``zone`` leap over that wall time on that day."""
    wall = datetime.combine(on, at, zone)
    return wall.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall.replace(tzinfo=None)


def last_day(on: date, starts: time, ends: time) -> date:
    """Return the day on which a shift ends."""
    return on + _DAY if ends <= starts else on
