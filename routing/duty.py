"""Who is on duty at an instant: the one answer that everything else uses."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from routing.roster import Closure, Duty, Line, Responder, Roster, Shift


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def span(day: date, start: time, end: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the instants (UTC) from ``start`` to ``end`` of a local ``day``, half-open.

    ``end`` at or before ``start`` lies on the next day. On the night when clocks go back,
    a wall time that comes twice means its first coming, for starts and ends alike, so that
    shifts that touch on paper touch in fact.
    """
    last = day + timedelta(days=1) if end <= start else day
    return (
        datetime.combine(day, start, zone).astimezone(UTC),
        datetime.combine(last, end, zone).astimezone(UTC),
    )


def _covers(day: date, start: time, end: time, zone: ZoneInfo, at: datetime) -> bool:
    begins, finishes = span(day, start, end, zone)
    return begins <= at < finishes


def _days_that_reach(at: datetime, zone: ZoneInfo) -> tuple[date, date]:
    """Return the local days whose intervals may hold ``at``: today, and last night's."""
    today = at.astimezone(zone).date()
    return today, today - timedelta(days=1)


def opening(line: Line, at: datetime) -> tuple[bool, Closure | None]:
    """Tell whether the line is open at ``at``; if a closure shuts it, which.

    A closure shuts the hours that *begin* on its day, so that a night before a holiday is
    still served to its end.
    """
    zone = _zone(line.timezone)
    closed_days = {closure.day: closure for closure in line.closures}
    shut_by: Closure | None = None
    for day in _days_that_reach(at, zone):
        for hours in line.hours:
            if hours.weekday == day.weekday() and _covers(day, hours.opens, hours.closes, zone, at):
                if day not in closed_days:
                    return True, None
                shut_by = closed_days[day]
    return False, shut_by


def _is_on(shift: Shift, at: datetime, zone: ZoneInfo, days: tuple[date, date]) -> bool:
    return any(
        (shift.day == day if shift.day is not None else shift.weekday == day.weekday())
        and _covers(day, shift.starts, shift.ends, zone, at)
        for day in days
    )


def _ring_order(roster: Roster, on: list[Shift]) -> tuple[Responder, ...]:
    """Order the people of shifts that run side by side: all the firsts, then the seconds."""
    ranked = sorted(
        (place, index, responder)
        for index, shift in enumerate(on)
        for place, responder in enumerate(shift.responders)
        if responder in roster.responders
    )
    return tuple(
        roster.responders[name] for name in dict.fromkeys(responder for _, _, responder in ranked)
    )


def on_duty(roster: Roster, at: datetime, language: str | None = None) -> Duty:
    """Return who is on duty for the line at ``at`` (aware), in ring order.

    With a ``language``, only those who speak it. With nobody, the reason: ``closed``,
    ``closure``, ``no_shift`` (no shift covers the instant), ``absent`` (a shift does, but
    nobody stands in it), ``language`` (people are there, but none speaks it).
    """
    is_open, closure = opening(roster.line, at)
    if not is_open:
        return Duty(open=False, reason="closure" if closure else "closed", closure=closure)
    zone = _zone(roster.line.timezone)
    days = _days_that_reach(at, zone)
    on = [shift for shift in roster.shifts if _is_on(shift, at, zone, days)]
    people = _ring_order(roster, on)
    if not people:
        return Duty(open=True, reason="absent" if on else "no_shift")
    able = tuple(p for p in people if language is None or language in p.languages)
    return Duty(open=True, reason=None if able else "language", responders=able)


def end_of_openings(line: Line, at: datetime, count: int, days: int = 60) -> datetime | None:
    """Return when the line will have been open ``count`` times after ``at``, in UTC.

    The opening under way counts. ``None`` where that lies more than ``days`` ahead.
    """
    zone = _zone(line.timezone)
    today = at.astimezone(zone).date()
    closed_days = {closure.day for closure in line.closures}
    ends = sorted(
        span(day, hours.opens, hours.closes, zone)[1]
        for day in (today + timedelta(days=n) for n in range(-1, days))
        if day not in closed_days
        for hours in line.hours
        if hours.weekday == day.weekday()
    )
    later = [end for end in ends if end > at]
    return later[count - 1] if len(later) >= count else None


def next_opening(line: Line, at: datetime, days: int = 14) -> datetime | None:
    """Return when the line next opens after ``at``, in its own zone; ``None`` if not soon."""
    zone = _zone(line.timezone)
    today = at.astimezone(zone).date()
    closed_days = {closure.day for closure in line.closures}
    starts = (
        span(day, hours.opens, hours.closes, zone)[0]
        for day in (today + timedelta(days=n) for n in range(days + 1))
        if day not in closed_days
        for hours in line.hours
        if hours.weekday == day.weekday()
    )
    later = [start for start in starts if start > at]
    return min(later).astimezone(zone) if later else None
