"""The week as a grid: rows are services, columns are days. Facts only; templates have the words."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from console.week_cards import Card, card, missing, present
from console.week_cover import (
    Hole,
    Lane,
    Scale,
    days_of,
    holes,
    lanes,
    opening_times,
    scale,
    week_gaps,
)
from logging_db.rosters import Book
from routing.duty import Occurrence, Piece, pieces, span, zone_of
from routing.gaps import Gap
from routing.roster import Closure, PartnerService, Roster, Shift

PAGE = 40  # services on one page
LISTED = 30  # holes in the list; beyond that it says how many more

Mine = tuple[Occurrence, tuple[Piece, ...]]


@dataclass(frozen=True)
class View:
    """What of the week is looked at: services by text, only those that lack somebody, a page."""

    text: str = ""
    only_short: bool = False
    page: int = 1
    language: str = "fr"


@dataclass(frozen=True)
class Column:
    """A day: its opening hours, the closure that shuts it, and how far it is covered."""

    day: date
    hours: tuple[tuple[time, time], ...]
    closure: Closure | None
    lanes: tuple[Lane, ...]
    past: bool
    today: bool
    bare: bool  # closed, and no shift on the page either: can be narrow

    @property
    def holes(self) -> int:
        """How many holes its strips show."""
        return sum(len(lane.holes) for lane in self.lanes)


@dataclass(frozen=True)
class Cell:
    """A service on a day."""

    day: date
    cards: tuple[Card, ...]
    past: bool


@dataclass(frozen=True)
class Row:
    """A service with its week."""

    id: str
    code: str
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class HoleToFill:
    """A hole, and shifts at that time which lack somebody themselves."""

    hole: Hole
    short: tuple[Card, ...]


@dataclass(frozen=True)
class Grid:
    """A page of a line's week."""

    monday: date
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    scale: Scale
    holes: tuple[HoleToFill, ...]
    more_holes: int
    services: int
    found: int
    page: int
    pages: int


def people_of(roster: Roster, monday: date) -> set[str]:
    """Return everybody who has to do with the shifts of a week."""
    found: set[str] = set()
    for day in days_of(monday):
        for shift in (*roster.shifts_on(day), *_called_off(roster, day)):
            found.update(shift.responders)
            found.update(each.responder for each in shift.substitutions)
    return found


def grid(
    book: Book, roster: Roster, monday: date, at: datetime, view: View, names: Mapping[str, str]
) -> Grid:
    """Return the page of the week that is looked at. ``names`` are those of all its people."""
    week = {day: _of_day(roster, day) for day in days_of(monday)}
    found = week_gaps(roster, monday)
    chosen = _chosen(book, roster, week, view)
    pages = max(1, -(-len(chosen) // PAGE))
    page = min(max(view.page, 1), pages)
    rows = [
        _row(roster, service, week, names, at, view.language)
        for service in chosen[(page - 1) * PAGE : page * PAGE]
    ]
    coming = [hole for hole in holes(roster, found, at) if not hole.past]
    short = [(on, card(roster, on, mine, names, at)) for on, mine in _short(roster, week, at)]
    on = scale(roster.line, monday)
    return Grid(
        monday=monday,
        columns=tuple(
            _column(roster, day, found, on, at, any(row.cells[n].cards for row in rows))
            for n, day in enumerate(week)
        ),
        rows=tuple(rows),
        scale=on,
        holes=tuple(HoleToFill(hole, _fitting(hole, short)) for hole in coming[:LISTED]),
        more_holes=max(0, len(coming) - LISTED),
        services=len(book.services),
        found=len(chosen),
        page=page,
        pages=pages,
    )


def service_name(service: PartnerService, language: str) -> str:
    """Return a service's name in a language, or in the one it has."""
    return service.names.get(language) or next(iter(service.names.values()), service.code)


def folded(text: str) -> str:
    """Return text for looking things up in: small letters, no accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in decomposed if not unicodedata.combining(each))


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


def _is_short(roster: Roster, on: Occurrence, mine: Sequence[Piece]) -> bool:
    if on.shift.cancelled:
        return False
    return present(mine) < on.shift.needed or bool(missing(roster, on, mine))


def _short(roster: Roster, week: Mapping[date, dict[str, list[Mine]]], at: datetime) -> list[Mine]:
    """Return the shifts still to come, or running, that lack somebody."""
    return [
        (on, mine)
        for of_day in week.values()
        for of_service in of_day.values()
        for on, mine in of_service
        if on.ends > at and _is_short(roster, on, mine)
    ]


def _chosen(
    book: Book, roster: Roster, week: Mapping[date, dict[str, list[Mine]]], view: View
) -> list[PartnerService]:
    """Return the services that are looked at, by name."""
    wanted = folded(view.text.strip())
    short = {
        on.shift.service
        for of_day in week.values()
        for of_service in of_day.values()
        for on, mine in of_service
        if view.only_short and _is_short(roster, on, mine)
    }
    found = [
        (folded(service_name(service, view.language)), service)
        for service in book.services.values()
        if not view.only_short or service.code in short
    ]
    return [
        service
        for name, service in sorted(found, key=lambda each: (each[0], each[1].code))
        if wanted in name or wanted in folded(service.code)
    ]


def _row(
    roster: Roster,
    service: PartnerService,
    week: Mapping[date, dict[str, list[Mine]]],
    names: Mapping[str, str],
    at: datetime,
    language: str,
) -> Row:
    cells = [
        Cell(
            day,
            tuple(card(roster, on, mine, names, at) for on, mine in of_day.get(service.code, ())),
            past=day < at.astimezone(zone_of(roster.line.timezone)).date(),
        )
        for day, of_day in week.items()
    ]
    return Row(service.id, service.code, service_name(service, language), tuple(cells))


def _column(
    roster: Roster,
    day: date,
    found: Sequence[Gap],
    on: Scale,
    at: datetime,
    used: bool,  # noqa: FBT001 # whether a shift of the page lies on it
) -> Column:
    line = roster.line
    today = at.astimezone(zone_of(line.timezone)).date()
    strips = lanes(line, day, found, on)
    return Column(
        day=day,
        hours=tuple(opening_times(line, day)),
        closure=next((each for each in line.closures if each.day == day), None),
        lanes=strips,
        past=day < today,
        today=day == today,
        bare=not strips and not used,
    )


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
