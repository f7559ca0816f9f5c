"""A line's opening hours, with the days from which they hold.

New hours end the present ones; what held before stays on record. Hours that begin later are
a planned change: it can be replaced or taken out, until it holds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, select

from logging_db.tables import lines, opening_hours
from planning.ledger import Ledger
from planning.objections import Detail, Objection, Refused, refuse
from planning.week_slots import Slot, meet
from routing.wall import zone_of

MOST_A_DAY = 4
SHORTEST = timedelta(minutes=15)
FARTHEST = timedelta(days=2 * 366)


@dataclass(frozen=True, order=True)
class Opening:
    """The line opens on a weekday (0 is Monday); ``closes`` at or before ``opens``: next day."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True)
class Period:
    """The hours of a line on the local days from ``since`` to before ``until``."""

    since: date | None
    until: date | None
    openings: tuple[Opening, ...]

    def holds(self, day: date) -> bool:
        """Tell whether they hold on a day."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day < self.until
        )


def periods(connection: Connection, line_id: str) -> list[Period]:
    """Return a line's hours by time, the oldest first; a period may have none."""
    rows = _rows(connection, line_id)
    edges = sorted({edge for row in rows for edge in (row.since, row.until) if edge})
    starts: list[date | None] = [None, *edges]
    found: list[Period] = []
    for since, until in zip(starts, [*edges, None], strict=True):
        own = tuple(
            sorted(
                Opening(row.weekday, row.opens, row.closes) for row in rows if _spans(row, since)
            )
        )
        if found and found[-1].openings == own:
            found[-1] = Period(found[-1].since, until, own)
        else:
            found.append(Period(since, until, own))
    return found


class HoursMovedError(Exception):
    """Somebody else has set other hours since a form was shown. Nothing was changed."""


def digest(found: Iterable[Period]) -> str:
    """Return by what a form knows again the hours that it showed."""
    told = [
        f"{period.since} {period.until} {one.weekday} {one.opens} {one.closes}"
        for period in found
        for one in period.openings or (Opening(-1, time(0), time(0)),)
    ]
    return sha256("\n".join(told).encode()).hexdigest()[:32]


def _spans(row: Row[Any], since: date | None) -> bool:
    """Tell whether a row holds from ``since`` on, the beginning of time if ``None``."""
    if since is None:
        return row.since is None
    return (row.since is None or row.since <= since) and (row.until is None or since < row.until)


def set_hours(
    ledger: Ledger,
    line_id: str,
    openings: Iterable[Opening],
    since: date,
    seen: str | None = None,
) -> None:
    """Open a line at these times from a local day on, until the next planned change.

    Today is the first possible day. A change that was planned for the same day is replaced.
    ``seen`` is the :func:`digest` of the hours that whoever decides had before them; raises
    :class:`HoursMovedError` where they are others now.
    """
    if seen is not None and seen != digest(periods(ledger.connection, line_id)):
        raise HoursMovedError
    wanted = sorted(set(openings))
    today = today_of(ledger.connection, line_id, ledger.at)
    wrong = [*_faults(wanted), *_day_faults(since, today)]
    if wrong:
        raise Refused(wrong)
    later = planned(ledger.connection, line_id, since)
    until = min(later, default=None)
    _clear(ledger, line_id, since, until)
    ledger.insert_many(
        opening_hours,
        [vars(each) | {"line_id": line_id, "since": since, "until": until} for each in wanted],
    )
    ledger.details["since"] = since.isoformat()


def drop(ledger: Ledger, line_id: str, since: date) -> None:
    """Take out the change that was planned for a day: the hours before it go on."""
    today = today_of(ledger.connection, line_id, ledger.at)
    before = planned(ledger.connection, line_id, today)
    if since not in before:
        raise refuse("hours_not_planned", day=since)
    until = min((day for day in before if day > since), default=None)
    rows = _rows(ledger.connection, line_id)
    ended = [row for row in rows if row.until == since]
    _clear(ledger, line_id, since, until)
    ledger.update_many(opening_hours, {row.id: {"until": until} for row in ended})
    ledger.details["since"] = since.isoformat()


def planned(connection: Connection, line_id: str, after: date) -> list[date]:
    """Return the days after ``after`` on which other hours begin to hold."""
    found = {edge for row in _rows(connection, line_id) for edge in (row.since, row.until) if edge}
    return sorted(day for day in found if day > after)


def today_of(connection: Connection, line_id: str, at: datetime) -> date:
    """Return the local day of a line; refuse one that nobody knows."""
    query = select(lines.c.timezone).where(lines.c.id == line_id)
    zone = connection.execute(query).scalar_one_or_none()
    if zone is None:
        raise refuse("line_unknown")
    return at.astimezone(zone_of(zone)).date()


def _clear(ledger: Ledger, line_id: str, since: date, until: date | None) -> None:
    """End all hours at ``since``; what holds from ``until`` on goes on from there."""
    gone, again = [], []
    for row in _rows(ledger.connection, line_id):
        if not _meets(row, since, until):
            continue
        goes_on = until is not None and (row.until is None or row.until > until)
        if goes_on:
            again.append({**row._mapping, "since": until})
        if row.since is not None and row.since >= since:
            gone.append(row.id)
        else:
            ledger.update(opening_hours, row.id, until=since)
    ledger.delete(opening_hours, gone)
    ledger.insert_many(
        opening_hours,
        [{name: value for name, value in row.items() if name != "id"} for row in again],
    )


def _meets(row: Row[Any], since: date, until: date | None) -> bool:
    begins_in_time = until is None or row.since is None or row.since < until
    return begins_in_time and (row.until is None or row.until > since)


def _rows(connection: Connection, line_id: str) -> Sequence[Row[Any]]:
    query = select(opening_hours).where(opening_hours.c.line_id == line_id)
    return connection.execute(query.order_by(opening_hours.c.id)).all()


def _faults(wanted: Sequence[Opening]) -> list[Objection]:
    """Return what is wrong with hours by themselves."""
    wrong = []
    for weekday in range(7):
        of_day = [each for each in wanted if each.weekday == weekday]
        if len(of_day) > MOST_A_DAY:
            wrong.append(Objection("hours_too_many", {"weekday": weekday, "most": MOST_A_DAY}))
    for place, one in enumerate(wanted):
        details: dict[str, Detail] = vars(one).copy()
        if one.weekday not in range(7) or _length(one) < SHORTEST:
            wrong.append(Objection("hours_too_short", details))
        for other in wanted[place + 1 :]:
            if meet(_slot(one), _slot(other)):
                others = {"other_opens": other.opens, "other_closes": other.closes}
                wrong.append(Objection("hours_overlap", {**details, **others}))
    return wrong


def _slot(opening: Opening) -> Slot:
    return Slot("", opening.weekday, opening.opens, opening.closes, "")


def _length(opening: Opening) -> timedelta:
    begins, ends = (
        timedelta(hours=at.hour, minutes=at.minute) for at in (opening.opens, opening.closes)
    )
    return ends - begins if ends > begins else ends - begins + timedelta(days=1)


def _day_faults(since: date, today: date) -> list[Objection]:
    if since < today:
        return [Objection("hours_in_the_past", {"day": since})]
    if since > today + FARTHEST:
        return [Objection("weekly_too_far", {"day": since})]
    return []
