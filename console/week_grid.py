"""The week as a grid: rows are services, columns are days. Facts only; templates have the words."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from console.week_cards import Card, card
from console.week_cover import (
    Lane,
    Scale,
    days_of,
    holes,
    lanes,
    opening_times,
    scale,
    week_gaps,
)
from console.week_short import HoleToFill, ShiftsOf, is_short, shifts_of, to_fill
from logging_db.rosters import Book
from routing.duty import zone_of
from routing.gaps import Gap
from routing.roster import Closure, PartnerService, Roster

PAGE = 30  # services on one page
LISTED = 30  # holes in the list; beyond that it says how many more


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


def grid(
    book: Book, roster: Roster, monday: date, at: datetime, view: View, names: Mapping[str, str]
) -> Grid:
    """Return the page of the week that is looked at. ``names`` are those of all its people."""
    week = shifts_of(roster, days_of(monday))
    found = week_gaps(roster, monday)
    chosen = _chosen(book, roster, week, view)
    pages = max(1, -(-len(chosen) // PAGE))
    page = min(max(view.page, 1), pages)
    rows = [
        _row(roster, service, week, names, at, view.language)
        for service in chosen[(page - 1) * PAGE : page * PAGE]
    ]
    coming = holes(roster, [gap for gap in found if gap.ends > at], at)
    on = scale(roster.line, monday)
    return Grid(
        monday=monday,
        columns=tuple(
            _column(roster, day, found, on, at, any(row.cells[n].cards for row in rows))
            for n, day in enumerate(week)
        ),
        rows=tuple(rows),
        scale=on,
        holes=to_fill(roster, coming[:LISTED], week, names, at),
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


def _chosen(book: Book, roster: Roster, week: ShiftsOf, view: View) -> list[PartnerService]:
    """Return the services that are looked at, by name."""
    wanted = folded(view.text.strip())
    short = {
        on.shift.service
        for of_day in week.values()
        for of_service in of_day.values()
        for on, mine in of_service
        if view.only_short and is_short(roster, on, mine)
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
    week: ShiftsOf,
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
