"""Who is on duty at an instant: the one answer that everything else uses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain, pairwise, zip_longest
from typing import NamedTuple

from routing.roster import Closure, Duty, Line, Responder, Roster, Shift, Substitution
from routing.wall import exists, span, zone_of

__all__ = ["exists", "span", "zone_of"]  # of those who ask here, too


@dataclass(frozen=True)
class Occurrence:
    """A shift on one local day, as instants (UTC), half-open."""

    shift: Shift
    day: date
    begins: datetime
    ends: datetime
    zone: str


class Piece(NamedTuple):
    """A time (UTC, half-open) of a shift in which the same people stand in it.

    ``places`` are their ids in ring order, ``None`` where nobody stands.
    """

    on: Occurrence
    begins: datetime
    ends: datetime
    places: tuple[str | None, ...]


def occurrences(roster: Roster, day: date) -> Iterator[Occurrence]:
    """Return the shifts that begin on a local ``day``, in the roster's order."""
    for shift in roster.shifts_on(day):
        zone = shift.zone or roster.line.timezone
        yield Occurrence(shift, day, *span(day, shift.starts, shift.ends, zone_of(zone)), zone)


def part(on: Occurrence, substitution: Substitution) -> tuple[datetime, datetime]:
    """Return when a substitution holds (UTC, half-open), cut to the shift; it may be empty.

    Of the days on which its wall times can lie, the last on which they meet the shift counts.
    """
    shift = on.shift
    starts = shift.starts if substitution.starts is None else substitution.starts
    ends = shift.ends if substitution.ends is None else substitution.ends
    if (starts, ends) == (shift.starts, shift.ends):
        return on.begins, on.ends
    zone = zone_of(on.zone)
    if starts != ends:
        for n in (1, 0, -1):
            begins, until = span(on.day + timedelta(days=n), starts, ends, zone)
            if begins < on.ends and on.begins < until:
                return max(begins, on.begins), min(until, on.ends)
    return on.begins, on.begins


def holder(on: Occurrence, assigned: str, at: datetime) -> str:
    """Return who answers at ``at`` in the place of ``assigned``: they, or who stands in.

    Decisions are read in the order in which they were made: the last one about a person
    counts, and about who stands in then only what was decided later. So A for B for A ends
    with A.
    """
    return _follow(_held(on, at), assigned)


def _held(on: Occurrence, at: datetime) -> list[Substitution]:
    """Return the substitutions that hold at ``at``, in the order in which they were decided."""
    held = []
    for substitution in on.shift.substitutions:
        begins, ends = part(on, substitution)
        if begins <= at < ends:
            held.append(substitution)
    return held


def _follow(held: Sequence[Substitution], assigned: str) -> str:
    person, decided = assigned, 0
    while True:
        about = [n for n in range(decided, len(held)) if held[n].instead_of == person]
        if not about:
            return person
        person, decided = held[about[-1]].responder, about[-1] + 1


def opening(line: Line, at: datetime) -> tuple[bool, Closure | None]:
    """Tell whether the line is open at ``at``; if a closure shuts it, which.

    A closure shuts the hours that *begin* on its day, so that a night before a holiday is
    still served to its end. Where hours of two closed days overlap, it is the later day's.
    """
    closed_days = {closure.day: closure for closure in line.closures}
    zone = zone_of(line.timezone)
    shut_by: Closure | None = None
    today = at.astimezone(zone).date()
    for day in (today, today - timedelta(days=1)):
        for hours in line.hours:
            if not hours.hold_on(day):
                continue
            begins, ends = span(day, hours.opens, hours.closes, zone)
            if begins <= at < ends:
                if day not in closed_days:
                    return True, None
                shut_by = shut_by or closed_days[day]
    return False, shut_by


def _places(roster: Roster, on: Occurrence, at: datetime) -> tuple[str | None, ...]:
    """Return who stands in each place of a shift; nobody who is absent or no longer answers."""
    people: Sequence[str] = on.shift.responders
    if on.shift.substitutions:
        held = _held(on, at)
        people = [_follow(held, assigned) for assigned in people]
    return tuple([person if _answers(roster, person, at) else None for person in people])


def _answers(roster: Roster, person: str, at: datetime) -> bool:
    for absence in roster.absences.get(person, ()):
        if absence.starts_at <= at < absence.ends_at:
            return False
    return person in roster.responders


def _changes(roster: Roster, on: Occurrence) -> list[datetime]:
    """Return the instants, from beginning to end, at which others may come to stand in a shift."""
    found = {on.begins, on.ends}
    people = on.shift.responders
    for substitution in on.shift.substitutions:
        people += (substitution.responder,)
        found.update(part(on, substitution))
    for person in people:
        for absence in roster.absences.get(person, ()):
            if on.begins < absence.starts_at < on.ends:
                found.add(absence.starts_at)
            if on.begins < absence.ends_at < on.ends:
                found.add(absence.ends_at)
    return sorted(found)


def pieces(roster: Roster, day: date) -> tuple[Piece, ...]:
    """Return who stands in the shifts that begin on a local ``day``, and when; in order."""
    known = roster.by_day.get(day)
    if known is None:
        known = roster.by_day[day] = tuple(
            Piece(on, begins, ends, _places(roster, on, begins))
            for on in occurrences(roster, day)
            for begins, ends in pairwise(_changes(roster, on))
        )
    return known


def pieces_at(roster: Roster, at: datetime) -> list[Piece]:
    """Return who stands in the shifts worked at ``at``: last night's first, then in order."""
    at = at.astimezone(UTC)
    todays = {at.astimezone(zone_of(name)).date() for name in roster.zones}
    days = todays | {day - timedelta(days=1) for day in todays}
    return [
        piece
        for day in sorted(days)
        for piece in pieces(roster, day)
        if piece.begins <= at < piece.ends
    ]


def on_now(roster: Roster, at: datetime) -> list[Occurrence]:
    """Return the shifts that are worked at ``at``: last night's first, then in order."""
    return [piece.on for piece in pieces_at(roster, at)]


def present(roster: Roster, on: Occurrence, at: datetime) -> list[tuple[int, str]]:
    """Return the people who stand in a shift at ``at``: place and id, in ring order.

    Left out are those who are absent, or no longer answer at all.
    """
    places = enumerate(_places(roster, on, at))
    return [(place, person) for place, person in places if person is not None]


def _ring_order(roster: Roster, side_by_side: Sequence[Piece]) -> tuple[Responder, ...]:
    """Order the people of shifts that run side by side: all the firsts, then the seconds."""
    ring = dict.fromkeys(chain.from_iterable(zip_longest(*(p.places for p in side_by_side))))
    return tuple([roster.responders[person] for person in ring if person is not None])


def on_duty(roster: Roster, at: datetime, language: str | None = None) -> Duty:
    """Return who is on duty for the line at ``at`` (aware), in ring order.

    With a ``language``, only those who speak it. With nobody, the reason: ``closed``,
    ``closure``, ``no_shift`` (no shift covers the instant), ``absent`` (a shift does, but
    nobody stands in it), ``language`` (people are there, but none speaks it).
    """
    is_open, closure = opening(roster.line, at)
    if not is_open:
        return Duty(open=False, reason="closure" if closure else "closed", closure=closure)
    on = pieces_at(roster, at)
    people = _ring_order(roster, on)
    if not people:
        return Duty(open=True, reason="absent" if on else "no_shift")
    able = people if language is None else tuple([p for p in people if language in p.languages])
    return Duty(open=True, reason=None if able else "language", responders=able)


def standing_by(roster: Roster, at: datetime) -> tuple[Responder, ...]:
    """Return who stands by behind the people on duty at ``at``, in ring order.

    Only while the line is open: then nobody waits.
    """
    is_open, _ = opening(roster.line, at)
    if not is_open:
        return ()
    here = (one for one in roster.line.backup if _answers(roster, one, at))
    return tuple(roster.responders[one] for one in here)
