"""What the first page says of a line: who is on duty now, who comes next, what is not covered.

Every interval is asked of ``on_duty``, so that the page and the router never differ.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from console.week_cover import holes, midnight
from console.week_short import HoleToFill, shifts_of, to_fill
from routing.duty import on_duty, pieces, zone_of
from routing.gaps import gaps
from routing.opening import end_of_openings, joined, next_opening, openings
from routing.roster import Duty, Line, Responder, Roster

DAY = timedelta(days=1)
SOON = timedelta(days=3)  # holes within that time are shown, and those later on its last day
AHEAD = timedelta(hours=36)  # a line that is open day and night has no end of its own


@dataclass(frozen=True)
class Stretch:
    """A time (wall time of the line) in which the same people are on duty, in ring order."""

    begins: datetime
    ends: datetime
    people: tuple[Responder, ...]


@dataclass(frozen=True)
class LineToday:
    """A line now and in the next hours. ``until`` is when it closes, or opens again."""

    line: Line
    now: Duty
    at: datetime
    until: datetime | None
    next: tuple[Stretch, ...]
    holes: tuple[HoleToFill, ...]


def line_today(roster: Roster, at: datetime) -> LineToday:
    """Return what to say of a line."""
    line, zone = roster.line, zone_of(roster.line.timezone)
    now = on_duty(roster, at)
    until = _closes(line, at) if now.open else next_opening(line, at)
    names = {person.id: person.name for person in roster.responders.values()}
    today = at.astimezone(zone).date()
    days = [today + n * DAY for n in range(-1, SOON.days + 1)]
    quarter = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
    # To the end of that day: a hole that is cut off would read as a shorter one.
    ends = midnight(line, today + SOON + DAY)
    found = [hole for hole in holes(roster, gaps(roster, quarter, ends), at) if not hole.past]
    return LineToday(
        line=line,
        now=now,
        at=at.astimezone(zone),
        until=until.astimezone(zone) if until else None,
        next=tuple(_stretches(roster, at, _horizon(line, at, is_open=now.open))),
        holes=to_fill(roster, found, shifts_of(roster, days), names, at),
    )


def _closes(line: Line, at: datetime) -> datetime | None:
    """Return when the opening under way ends; ``None`` where that is days away."""
    day = at.astimezone(zone_of(line.timezone)).date()
    for begins, ends in joined(list(openings(line, day - DAY, day + 2 * DAY))):
        if begins <= at < ends:
            return ends if ends - at < 2 * DAY else None
    return None


def _horizon(line: Line, at: datetime, *, is_open: bool) -> datetime:
    """Return the end of the next opening, or of today's where it closes late enough."""
    ends = end_of_openings(line, at, 2 if is_open else 1)
    if ends is None:
        return at + DAY
    if is_open and ends - at > AHEAD:
        first = end_of_openings(line, at, 1)
        return min(first or at + AHEAD, at + AHEAD) if first != ends else at + AHEAD
    return ends


def _stretches(roster: Roster, at: datetime, until: datetime) -> Iterator[Stretch]:
    """Return who is on duty from one change to the next, while the line is open."""
    zone = zone_of(roster.line.timezone)
    same: Stretch | None = None
    for begins, ends in pairwise(sorted(_edges(roster, at, until))):
        duty = on_duty(roster, begins)
        if not duty.open:
            continue
        if same and same.ends == begins and same.people == duty.responders:
            same = Stretch(same.begins, ends.astimezone(zone), same.people)
            continue
        if same:
            yield same
        same = Stretch(begins.astimezone(zone), ends.astimezone(zone), duty.responders)
    if same:
        yield same


def _edges(roster: Roster, at: datetime, until: datetime) -> set[datetime]:
    """Return the instants at which somebody else may come to be on duty."""
    zone = zone_of(roster.line.timezone)
    first, last = at.astimezone(zone).date() - DAY, until.astimezone(zone).date()
    found = {at, until}
    for opening in openings(roster.line, first, last):
        found.update(opening)
    for n in range((last - first).days + 1):
        for piece in pieces(roster, first + n * DAY):
            found.update((piece.begins, piece.ends))
    return {instant for instant in found if at <= instant <= until}
