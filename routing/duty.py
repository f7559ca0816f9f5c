"""Who is on duty at an instant: the one answer that everything else uses."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from routing.roster import Closure, Duty, Line, Responder, Roster, Shift, Substitution


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name."""
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


@lru_cache(maxsize=65536)
def _span(day: date, start: time, end: time, zone: str) -> tuple[datetime, datetime]:
    """Return :func:`span`, remembered: a roster asks for the same few times a day."""
    return span(day, start, end, zone_of(zone))


def exists(day: date, at: time, zone: ZoneInfo) -> bool:
    """Tell whether clocks in ``zone`` show ``at`` on ``day``: in spring they leave an hour out.

    ``zoneinfo`` itself accepts such a time; a round trip through UTC gives it away (PEP 495).
    """
    wall = datetime.combine(day, at)
    return wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall


@dataclass(frozen=True)
class Occurrence:
    """A shift on one local day, as instants (UTC), half-open."""

    shift: Shift
    day: date
    begins: datetime
    ends: datetime
    zone: str


def occurrences(roster: Roster, day: date) -> Iterator[Occurrence]:
    """Return the shifts that begin on a local ``day``, in the roster's order."""
    for shift in roster.shifts_on(day):
        zone = shift.zone or roster.line.timezone
        yield Occurrence(shift, day, *_span(day, shift.starts, shift.ends, zone), zone)


def part(on: Occurrence, substitution: Substitution) -> tuple[datetime, datetime]:
    """Return when a substitution holds (UTC, half-open), cut to the shift.

    A wall time before the shift's beginning lies on the next day.
    """
    begins, ends = (
        _instant(on, wall) if wall is not None else at
        for wall, at in ((substitution.starts, on.begins), (substitution.ends, on.ends))
    )
    if ends <= begins and substitution.ends is not None:
        ends = on.ends  # it ends where the shift does: a wall time that comes round again
    return max(begins, on.begins), min(ends, on.ends)


def _instant(on: Occurrence, wall: time) -> datetime:
    day = on.day + timedelta(days=1) if wall < on.shift.starts else on.day
    return datetime.combine(day, wall, zone_of(on.zone)).astimezone(UTC)


def holder(on: Occurrence, assigned: str, at: datetime) -> str:
    """Return who answers at ``at`` in the place of ``assigned``: they, or who stands in.

    Each substitution is followed once, the one decided last first, so that A for B for A
    ends with A.
    """
    person = assigned
    left = [s for s in reversed(on.shift.substitutions) if _holds(on, s, at)]
    while True:
        following = next((s for s in left if s.instead_of == person), None)
        if following is None:
            return person
        left.remove(following)
        person = following.responder


def _holds(on: Occurrence, substitution: Substitution, at: datetime) -> bool:
    begins, ends = part(on, substitution)
    return begins <= at < ends


def _days_that_reach(at: datetime, zone: ZoneInfo) -> tuple[date, date]:
    """Return the local days whose intervals may hold ``at``: today, and last night's."""
    today = at.astimezone(zone).date()
    return today, today - timedelta(days=1)


def opening(line: Line, at: datetime) -> tuple[bool, Closure | None]:
    """Tell whether the line is open at ``at``; if a closure shuts it, which.

    A closure shuts the hours that *begin* on its day, so that a night before a holiday is
    still served to its end.
    """
    closed_days = {closure.day: closure for closure in line.closures}
    shut_by: Closure | None = None
    for day in _days_that_reach(at, zone_of(line.timezone)):
        for hours in line.hours:
            if not hours.hold_on(day):
                continue
            begins, ends = _span(day, hours.opens, hours.closes, line.timezone)
            if begins <= at < ends:
                if day not in closed_days:
                    return True, None
                shut_by = closed_days[day]
    return False, shut_by


def on_now(roster: Roster, at: datetime) -> list[Occurrence]:
    """Return the shifts that are worked at ``at``, in the roster's order."""
    return [
        on
        for day in sorted(_days_that_reach(at, zone_of(roster.line.timezone)))
        for on in occurrences(roster, day)
        if on.begins <= at < on.ends
    ]


def present(roster: Roster, on: Occurrence, at: datetime) -> list[tuple[int, str]]:
    """Return the people who stand in a shift at ``at``: place and id, in ring order.

    Left out are those who are absent, or no longer answer at all.
    """
    if on.shift.substitutions:
        people = [holder(on, assigned, at) for assigned in on.shift.responders]
    else:
        people = list(on.shift.responders)
    return [
        (place, person)
        for place, person in enumerate(people)
        if person in roster.responders and not _is_absent(roster, person, at)
    ]


def _is_absent(roster: Roster, person: str, at: datetime) -> bool:
    absences = roster.absences.get(person, ())
    return any(absence.starts_at <= at < absence.ends_at for absence in absences)


def _ring_order(roster: Roster, on: list[Occurrence], at: datetime) -> tuple[Responder, ...]:
    """Order the people of shifts that run side by side: all the firsts, then the seconds."""
    ranked = sorted(
        (place, index, person)
        for index, occurrence in enumerate(on)
        for place, person in present(roster, occurrence, at)
    )
    return tuple(
        roster.responders[name] for name in dict.fromkeys(person for _, _, person in ranked)
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
    on = on_now(roster, at)
    people = _ring_order(roster, on, at)
    if not people:
        return Duty(open=True, reason="absent" if on else "no_shift")
    able = tuple(p for p in people if language is None or language in p.languages)
    return Duty(open=True, reason=None if able else "language", responders=able)
