"""What a line did in a day, counted: the figures of the live board.

The words are those of call centres. *Offered*: a call reached the line, that is, began to wait
for a person. *Answered*: somebody took it and it was brought to them. *Abandoned*: its caller
hung up before, within five seconds (counted apart, as a wrong number would be) or later.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, func, select

from logging_db.tables import calls
from routing.wall import instant, zone_of

THRESHOLD: Final = timedelta(seconds=20)
"""T of the service level: within that time a call should be answered."""

SHORT: Final = timedelta(seconds=5)
"""Whoever hangs up within that time is counted apart."""

MOST_KNOWN: Final = 200


@dataclass(frozen=True)
class Waited:
    """A call that reached the line: when it began to wait, and what became of it."""

    began: datetime
    answered: datetime | None = None
    ended: datetime | None = None
    outcome: str | None = None


@dataclass(frozen=True)
class Measures:
    """The figures of a day. Times are seconds; ``None`` where there is nothing to say yet.

    ``undecided`` are those who wait and have not waited for T yet; ``callbacks`` those who
    asked for one out of the line; ``in_vain`` waited until they were told that nobody can come,
    and left it at that. ``turned_away`` were told at once that nobody is there, and
    so were never offered. ``longest`` is the longest wait of those who wait no more.
    """

    offered: int
    answered: int
    within: int
    abandoned: int
    short: int
    callbacks: int
    undecided: int
    in_vain: int
    turned_away: int
    asa: float | None
    longest: float | None

    @property
    def service_level(self) -> float | None:
        """SL3: answered within T / offered, between 0 and 1 (COPC counts so).

        Whoever has waited for less than T can still be answered in time, and does not count
        yet.
        """
        decided = self.offered - self.undecided
        return self.within / decided if decided else None


# By line and day: the counts that the figures were made from, and the figures.
_known: dict[tuple[str, datetime], tuple[tuple[Any, ...], Measures]] = {}


def day_of(at: datetime, timezone: str) -> tuple[datetime, datetime]:
    """Return the day around ``at`` in a line's own zone as instants, half-open."""
    zone = zone_of(timezone)
    today: date = at.astimezone(zone).date()
    return instant(today, time(0), zone), instant(today + timedelta(days=1), time(0), zone)


def of_day(
    connection: Connection, line_id: str, begins: datetime, ends: datetime, at: datetime
) -> Measures:
    """Return the figures of the calls that a line received from ``begins`` to before ``ends``.

    They are asked for every second: the calls are read again only where their counts have
    changed.
    """
    of_line = calls.c.line_id == line_id
    within = of_line & (calls.c.received_at >= begins) & (calls.c.received_at < ends)
    counts = tuple(connection.execute(_counts(at).where(within)).one())
    known = _known.get((line_id, begins))
    if known is not None and known[0] == counts:
        return known[1]
    columns = (calls.c.waiting_at, calls.c.answered_at, calls.c.ended_at, calls.c.outcome)
    rows = connection.execute(select(*columns).where(within)).all()
    turned_away = sum(row.waiting_at is None and row.outcome == "nobody" for row in rows)
    found = measure((_waited(row) for row in rows if row.waiting_at), turned_away, at)
    if len(_known) >= MOST_KNOWN:
        _known.clear()
    _known[line_id, begins] = (counts, found)
    return found


def _counts(at: datetime) -> Select[Any]:
    """Return a query for what changes whenever a figure does: cheap, as no row is fetched."""
    waits = calls.c.answered_at.is_(None) & calls.c.ended_at.is_(None)
    outcomes = ("abandoned", "callback", "nobody")
    columns: list[ColumnElement[int]] = [
        func.count(calls.c.waiting_at),
        func.count(calls.c.answered_at),
        func.count(calls.c.ended_at),
        *(func.count().filter(calls.c.outcome == each) for each in outcomes),
        func.count().filter(waits & (calls.c.waiting_at > at - THRESHOLD)),
    ]
    return select().add_columns(*columns)


def _waited(row: Any) -> Waited:
    return Waited(row.waiting_at, row.answered_at, row.ended_at, row.outcome)


def measure(
    waited: Iterable[Waited], turned_away: int, at: datetime, threshold: timedelta = THRESHOLD
) -> Measures:
    """Count: a pure function over calls that reached the line, as they stand at ``at``."""
    all_ = list(waited)
    answers = [_seconds(one.answered - one.began) for one in all_ if one.answered]
    gone = [one for one in all_ if one.ended and not one.answered]
    left = [one.ended - one.began for one in gone if one.ended and one.outcome == "abandoned"]
    over = answers + [_seconds(one.ended - one.began) for one in gone if one.ended]
    waits = [at - one.began for one in all_ if not one.answered and not one.ended]
    return Measures(
        offered=len(all_),
        answered=len(answers),
        within=sum(wait <= _seconds(threshold) for wait in answers),
        abandoned=sum(wait > SHORT for wait in left),
        short=sum(wait <= SHORT for wait in left),
        callbacks=sum(one.outcome == "callback" for one in gone),
        undecided=sum(wait < threshold for wait in waits),
        in_vain=sum(one.outcome == "nobody" for one in gone),
        turned_away=turned_away,
        asa=sum(answers) / len(answers) if answers else None,
        longest=max(over, default=None),
    )


def _seconds(length: timedelta) -> float:
    return max(0.0, length.total_seconds())
