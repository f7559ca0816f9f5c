"""How far the week's opening hours are covered: strips to look at, and a list of holes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from routing.duty import zone_of
from routing.gaps import Gap, gaps
from routing.opening import joined, openings
from routing.roster import Line, Roster
from routing.wall import instant

DAY = timedelta(days=1)
DAY_MINUTES = 24 * 60
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Bar:
    """A stretch of a strip, in minutes from the beginning of its scale."""

    x: int
    width: int
    hole: bool


@dataclass(frozen=True)
class Lane:
    """One strip of a day: of a language, or of people whatever they speak (``None``)."""

    language: str | None
    bars: tuple[Bar, ...]
    holes: tuple[tuple[time, time], ...]


@dataclass(frozen=True)
class Scale:
    """The minutes of the day that strips show: the same for all days of a week."""

    first: int
    last: int

    @property
    def width(self) -> int:
        """How many minutes that is."""
        return self.last - self.first

    @property
    def ticks(self) -> tuple[int, ...]:
        """The full hours to draw lines at: every one, or every third of a long day."""
        step = 60 if self.width <= 12 * 60 else 180
        first = -(-self.first // step) * step
        return tuple(range(first, self.last + 1, step))


@dataclass(frozen=True)
class Hole:
    """A gap as people read it: local wall time of the line."""

    begins: datetime
    ends: datetime
    language: str | None
    needed: int
    covered: int
    past: bool


def week_gaps(roster: Roster, monday: date) -> list[Gap]:
    """Return the gaps of a local week."""
    begins, ends = midnight(roster.line, monday), midnight(roster.line, monday + 7 * DAY)
    return gaps(roster, begins, ends)


def holes(roster: Roster, found: Iterable[Gap], at: datetime) -> list[Hole]:
    """Return gaps in wall time. Of one that has begun, what is still to come, from a quarter."""
    zone = zone_of(roster.line.timezone)
    quarter = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
    return [
        Hole(
            begins=(max(gap.begins, quarter) if gap.ends > at else gap.begins).astimezone(zone),
            ends=gap.ends.astimezone(zone),
            language=gap.language,
            needed=gap.needed,
            covered=gap.covered,
            past=gap.ends <= at,
        )
        for gap in found
    ]


def scale(line: Line, monday: date) -> Scale:
    """Return the minutes between the first opening and the last closing of a week's days."""
    edges = [
        minutes
        for day in days_of(monday)
        for span in _clipped(line, _open(line, day, day), day)
        for minutes in span
    ]
    return Scale(min(edges, default=0), max(edges, default=DAY_MINUTES))


def days_of(monday: date) -> list[date]:
    """Return the days of a week."""
    return [monday + n * DAY for n in range(7)]


def opening_times(line: Line, day: date) -> list[tuple[time, time]]:
    """Return the hours that the line opens on a local day, less closures."""
    zone = zone_of(line.timezone)
    spans = joined(list(openings(line, day, day)))
    return [
        (begins.astimezone(zone).time(), ends.astimezone(zone).time()) for begins, ends in spans
    ]


def lanes(line: Line, day: date, found: Sequence[Gap], on: Scale) -> tuple[Lane, ...]:
    """Return a day's strips: people first, then each language. None where the line is closed."""
    opened = _open(line, day, day)
    if not _clipped(line, opened, day):
        return ()
    return tuple(_lane(line, day, found, language, on) for language in (None, *line.languages))


def _lane(line: Line, day: date, found: Sequence[Gap], language: str | None, on: Scale) -> Lane:
    # Where nobody is there at all, gaps name no language; nobody then speaks this one either.
    short = [
        (gap.begins, gap.ends)
        for gap in found
        if gap.language == language or (gap.language is None and not gap.covered)
    ]
    bare = _clipped(line, joined(short), day)
    shown = [(x, until, False) for x, until in _clipped(line, _open(line, day, day), day)]
    shown += [(x, until, True) for x, until in bare]
    return Lane(
        language,
        tuple(Bar(x - on.first, until - x, hole) for x, until, hole in shown),
        tuple((_wall(x), _wall(until)) for x, until in bare),
    )


def _open(line: Line, first: date, last: date) -> list[Span]:
    return joined(list(openings(line, first - DAY, last)))


def _clipped(line: Line, spans: Iterable[Span], day: date) -> list[tuple[int, int]]:
    """Return what of these spans lies on a local day, in minutes of its wall time."""
    return list(_minutes(line, spans, day))


def _minutes(line: Line, spans: Iterable[Span], day: date) -> Iterator[tuple[int, int]]:
    zone = zone_of(line.timezone)
    today, tomorrow = midnight(line, day), midnight(line, day + DAY)
    for begins, ends in spans:
        first, last = max(begins, today), min(ends, tomorrow)
        if first < last:
            until = last.astimezone(zone)
            end = DAY_MINUTES if last == tomorrow else until.hour * 60 + until.minute
            since = first.astimezone(zone)
            yield since.hour * 60 + since.minute, end


def _wall(minutes: int) -> time:
    return time(minutes % DAY_MINUTES // 60, minutes % 60)


def midnight(line: Line, day: date) -> datetime:
    """Return the instant at which a day begins where the line is."""
    return instant(day, time(0), zone_of(line.timezone))
