"""The standing week or a template as a table: rows are services, columns are weekdays."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time

from console.forms import whole
from console.standing_frame import DAY, Frame, first_of
from console.week_grid import service_name
from planning.week_slots import holds_on
from routing.roster import PartnerService, Shift

MANY = 20  # beyond so many services, those without a shift have no row


@dataclass(frozen=True)
class Somebody:
    """One person of a weekly shift; ``there`` unless they no longer answer."""

    name: str
    languages: tuple[str, ...]
    there: bool


@dataclass(frozen=True)
class WeeklyCard:
    """A weekly shift as a card shows it. ``since`` is still to come; ``last`` is its last day."""

    id: str
    service: str
    weekday: int
    starts: time
    ends: time
    needed: int
    people: tuple[Somebody, ...]
    missing: tuple[str, ...]
    since: date | None
    last: date | None
    over: bool

    @property
    def present(self) -> int:
        """How many people it has."""
        return sum(each.there for each in self.people)

    @property
    def short(self) -> bool:
        """Whether people are missing, or a language."""
        return self.present < self.needed or bool(self.missing)


@dataclass(frozen=True)
class WeekdayColumn:
    """A weekday: its first day from the one that is looked at, and the opening hours then."""

    weekday: int
    day: date
    hours: tuple[tuple[time, time], ...]
    bare: bool  # closed, and no shift either: can be narrow


@dataclass(frozen=True)
class ServiceRow:
    """A service with its shifts by weekday."""

    id: str
    code: str
    name: str
    cells: tuple[tuple[WeeklyCard, ...], ...]


@dataclass(frozen=True)
class Table:
    """The table; ``left_out`` counts services that have no shift, and for that no row."""

    columns: tuple[WeekdayColumn, ...]
    rows: tuple[ServiceRow, ...]
    shifts: int
    left_out: int


def table(frame: Frame, on: date, language: str) -> Table:
    """Return the weekly shifts as they hold in the seven days from ``on``."""
    days = [first_of(weekday, on) for weekday in range(7)]
    cards = [
        weekly_card(frame, shift)
        for shift in frame.roster.shifts
        if shift.weekday is not None and holds_on(shift, days[shift.weekday])
    ]
    services = list(frame.book.services.values())
    used = {card.service for card in cards}
    shown = [each for each in services if len(services) <= MANY or each.code in used]
    rows = [_row(each, cards, language) for each in shown]
    return Table(
        columns=tuple(_column(frame, day, cards) for day in days),
        rows=tuple(sorted(rows, key=lambda row: (row.name.casefold(), row.code))),
        shifts=len(cards),
        left_out=len(services) - len(shown),
    )


def weekly_card(frame: Frame, shift: Shift) -> WeeklyCard:
    """Return the card of a weekly shift."""
    known = frame.roster.responders
    spoken = {code for who in shift.responders if who in known for code in known[who].languages}
    until = shift.until
    return WeeklyCard(
        id=shift.id,
        service=shift.service,
        weekday=shift.weekday or 0,
        starts=shift.starts,
        ends=shift.ends,
        needed=shift.needed,
        people=tuple(
            Somebody(frame.name(who), known[who].languages if who in known else (), who in known)
            for who in shift.responders
        ),
        missing=tuple(code for code in shift.languages if code not in spoken),
        since=shift.since if shift.since and shift.since > frame.today else None,
        last=until - DAY if until else None,
        over=until is not None and until <= frame.today + DAY,
    )


def turns(frame: Frame) -> list[date]:
    """Return the days to come from which the standing week is otherwise, the first ones."""
    found = {
        day
        for shift in frame.roster.shifts
        for day in (shift.since, shift.until)
        if day is not None and day > frame.today
    }
    return sorted(found)[:6]


def picked(columns: Sequence[WeekdayColumn], asked: str, today: date) -> int:
    """Return which weekday a narrow window shows: the one asked for, else today's."""
    wanted = whole(asked)
    if wanted is not None and wanted < len(columns):
        return wanted
    return today.weekday() if not columns[today.weekday()].bare else _first(columns)


def _first(columns: Sequence[WeekdayColumn]) -> int:
    return next((column.weekday for column in columns if not column.bare), 0)


def _row(service: PartnerService, cards: Sequence[WeeklyCard], language: str) -> ServiceRow:
    own = [card for card in cards if card.service == service.code]
    cells = tuple(tuple(_of_day(own, weekday)) for weekday in range(7))
    return ServiceRow(service.id, service.code, service_name(service, language), cells)


def _of_day(cards: Sequence[WeeklyCard], weekday: int) -> Iterator[WeeklyCard]:
    of_day = [card for card in cards if card.weekday == weekday]
    yield from sorted(of_day, key=lambda card: (card.starts, card.ends))


def _column(frame: Frame, day: date, cards: Sequence[WeeklyCard]) -> WeekdayColumn:
    hours = tuple((each.opens, each.closes) for each in frame.line.hours if each.hold_on(day))
    used = any(card.weekday == day.weekday() for card in cards)
    return WeekdayColumn(day.weekday(), day, hours, bare=not hours and not used)
