"""Shifts by day and service with who stands in them, and which of them could fill a hole."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from console.week_cards import Card, card, missing, present
from console.week_cover import Hole
from routing.duty import Occurrence, Piece, pieces, span, zone_of
from routing.roster import Roster, Shift

Mine = tuple[Occurrence, tuple[Piece, ...]]
ShiftsOf = Mapping[date, Mapping[str, Sequence[Mine]]]
"""The shifts that begin on each day, by service, each with its pieces."""


@dataclass(frozen=True)
class HoleToFill:
    """A hole, and shifts at that time which lack somebody themselves."""

    hole: Hole
    short: tuple[Card, ...]


def people_of(roster: Roster, days: Iterable[date]) -> set[str]:
    """Return everybody who has to do with the shifts of these days."""
    found: set[str] = set()
    for day in days:
        for shift in (*roster.shifts_on(day), *_called_off(roster, day)):
            found.update(shift.responders)
            found.update(each.responder for each in shift.substitutions)
    return found


def shifts_of(roster: Roster, days: Iterable[date]) -> ShiftsOf:
    """Return the shifts that begin on these days, those called off too."""
    return {day: _of_day(roster, day) for day in days}


def _of_day(roster: Roster, day: date) -> dict[str, list[Mine]]:
    """Return the shifts that begin on a day with their pieces, by service."""
    by_shift: defaultdict[str, list[Piece]] = defaultdict(list)
    shown: dict[str, Occurrence] = {}
    for piece in pieces(roster, day):
        shown[piece.on.shift.id] = piece.on
        by_shift[piece.on.shift.id].append(piece)
    for shift in _called_off(roster, day):
        times = span(day, shift.starts, shift.ends, zone_of(shift.zone or roster.line.timezone))
        shown[shift.id] = Occurrence(shift, day, *times, shift.zone or roster.line.timezone)
    found: defaultdict[str, list[Mine]] = defaultdict(list)
    for shift_id, on in sorted(shown.items(), key=lambda item: item[1].begins):
        found[on.shift.service].append((on, tuple(by_shift.get(shift_id, ()))))
    return found


def _called_off(roster: Roster, day: date) -> Iterator[Shift]:
    return (shift for _, shift in roster.dated.get(day, ()) if shift.cancelled)


def is_short(roster: Roster, on: Occurrence, mine: Sequence[Piece]) -> bool:
    """Tell whether a shift lacks people, or a language."""
    if on.shift.cancelled:
        return False
    return present(mine) < on.shift.needed or bool(missing(roster, on, mine))


def _short(roster: Roster, week: ShiftsOf, at: datetime) -> list[Mine]:
    """Return the shifts still to come, or running, that lack somebody."""
    return [
        (on, mine)
        for of_day in week.values()
        for of_service in of_day.values()
        for on, mine in of_service
        if on.ends > at and is_short(roster, on, mine)
    ]


def to_fill(
    roster: Roster,
    holes: Iterable[Hole],
    shifts: ShiftsOf,
    names: Mapping[str, str],
    at: datetime,
) -> tuple[HoleToFill, ...]:
    """Return holes, each with the shifts that lack just what it lacks."""
    short = [(on, card(roster, on, mine, names, at)) for on, mine in _short(roster, shifts, at)]
    return tuple(HoleToFill(hole, _fitting(hole, short)) for hole in holes)


def _fitting(hole: Hole, short: Sequence[tuple[Occurrence, Card]]) -> tuple[Card, ...]:
    """Return shifts during a hole that lack just what it lacks: the first three."""
    fitting = [
        each
        for on, each in short
        if on.begins < hole.ends
        and hole.begins < on.ends
        and (hole.language in each.missing if hole.language else each.present < each.needed)
    ]
    return tuple(fitting[:3])
