"""Changing the standing week from a day on; what was before it stays as it was.

A weekly shift that is changed ends before that day, and a new one begins on it. Decisions
made for single days after it are kept: they stand instead of the new shift where it falls on
the same day, and by themselves where it does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, select

from logging_db.tables import partner_services, shifts
from planning.keys import ShiftKey, row_of, stale
from planning.ledger import Ledger
from planning.objections import Objection, refuse
from planning.week_write import clear_many, last_place, set_many_people
from planning.weekly_plans import WeeklyPlan, fit
from routing.wall import zone_of

FARTHEST = timedelta(days=2 * 366)


@dataclass(frozen=True)
class Changed:
    """The weekly shift that holds now, if one does, and what became of single days."""

    shift_id: str | None
    told: tuple[Objection, ...] = ()


def add(ledger: Ledger, line_id: str, plans: Sequence[WeeklyPlan], since: date) -> list[str]:
    """Add weekly shifts to a line's standing week from a local day on; return their ids."""
    zone = fit(ledger.connection, line_id, plans)
    _refuse_day(ledger, zone, since)
    return insert_rows(ledger, line_id, zone, plans, {"since": since})


def insert_rows(
    ledger: Ledger,
    line_id: str,
    zone: str,
    plans: Sequence[WeeklyPlan],
    more: dict[str, Any],
) -> list[str]:
    """Insert weekly rows with their people; return their ids. ``more`` are further columns."""
    place = last_place(ledger, line_id)
    common = {"line_id": line_id, "zone": zone, "origin": "hand", "cancelled": False, "version": 1}
    ids = ledger.insert_many(
        shifts,
        [
            plan.values() | common | {"position": place + n} | more
            for n, plan in enumerate(plans, start=1)
        ],
    )
    set_many_people(ledger, {i: plan.responders for i, plan in zip(ids, plans, strict=True)})
    ledger.moved.update(ids)
    return ids


def change(ledger: Ledger, weekly_id: str, version: int, plan: WeeklyPlan, since: date) -> Changed:
    """Make a weekly shift what the plan says, from a local day on.

    One that only begins on that day or later is changed as it is. Raises
    :class:`~planning.keys.StaleError` if somebody else has changed it since ``version``.
    """
    row = claim(ledger, weekly_id, version)
    zone = fit(ledger.connection, row.line_id, [plan])
    _refuse_day(ledger, row.zone, since)
    _refuse_if_over(row, since)
    if row.since is not None and row.since >= since:
        return _change_in_place(ledger, row, plan)
    ledger.update(shifts, row.id, until=since, version=row.version + 1)
    (new,) = insert_rows(ledger, row.line_id, zone, [plan], {"since": since, "until": row.until})
    ledger.update(shifts, new, position=row.position)
    if plan.is_slot_of(row):
        ledger.moved.discard(new)
    return Changed(new, _hand_over(ledger, row, since, new, plan))


def _change_in_place(ledger: Ledger, row: Row[Any], plan: WeeklyPlan) -> Changed:
    ledger.update(shifts, row.id, **plan.values(), version=row.version + 1)
    set_many_people(ledger, {row.id: plan.responders})
    if not plan.is_slot_of(row):
        ledger.moved.add(row.id)
    return Changed(row.id, _hand_over(ledger, row, row.since, row.id, plan))


def remove(ledger: Ledger, weekly_id: str, version: int, since: date) -> Changed:
    """End a weekly shift: it is not worked from a local day on.

    Raises :class:`~planning.keys.StaleError` if somebody else has changed it since ``version``.
    """
    row = claim(ledger, weekly_id, version)
    _refuse_day(ledger, row.zone, since)
    _refuse_if_over(row, since)
    told = _hand_over(ledger, row, since, None, None)
    if row.since is not None and row.since >= since:
        clear_many(ledger, [row.id])
        ledger.delete(shifts, [row.id])
    else:
        ledger.update(shifts, row.id, until=since, version=row.version + 1)
    return Changed(None, told)


def claim(ledger: Ledger, weekly_id: str, version: int, template_id: str | None = None) -> Row[Any]:
    """Return the row of a weekly shift to change; refuse one that is gone or was changed."""
    row = row_of(ledger.connection, weekly_id)
    if row is None or row.weekday is None or row.template_id != template_id:
        raise refuse("shift_gone")
    if row.version != version:
        raise stale(ledger.connection, ShiftKey(weekly_id))
    return row


def _refuse_day(ledger: Ledger, zone: str, since: date) -> None:
    """Refuse a day that has begun, or one that can only be mistyped."""
    today = ledger.at.astimezone(zone_of(zone)).date()
    if since <= today:
        raise refuse("weekly_from_tomorrow", day=today + timedelta(days=1))
    if since > today + FARTHEST:
        raise refuse("weekly_too_far", day=since)


def _refuse_if_over(row: Row[Any], since: date) -> None:
    if row.until is not None and row.until <= since:
        raise refuse("weekly_over_by_then", day=since, until=row.until - timedelta(days=1))


def _hand_over(
    ledger: Ledger, row: Row[Any], since: date, new: str | None, plan: WeeklyPlan | None
) -> tuple[Objection, ...]:
    """Find a place for what was decided for single days; return what should be known of it."""
    query = select(shifts).where(shifts.c.weekly_id == row.id, shifts.c.weekly_day >= since)
    told, gone = [], []
    for day in ledger.connection.execute(query.order_by(shifts.c.weekly_day)).all():
        same_day = plan is not None and plan.weekday == day.weekly_day.weekday()
        if not day.cancelled:
            told.append(_told(ledger, "weekly_day_kept", day))
            link = {"weekly_id": new} if same_day else {"weekly_id": None, "weekly_day": None}
            if link["weekly_id"] != row.id:
                ledger.update(shifts, day.id, **link)
        elif plan is not None and plan.is_slot_of(row):
            if new != row.id:
                ledger.update(shifts, day.id, weekly_id=new)
        else:
            gone.append(day.id)
            if same_day:
                told.append(_told(ledger, "weekly_day_on_again", day))
    clear_many(ledger, gone)
    ledger.delete(shifts, gone)
    return tuple(told)


def _told(ledger: Ledger, code: str, row: Row[Any]) -> Objection:
    query = select(partner_services.c.code).where(partner_services.c.id == row.service_id)
    service = ledger.connection.execute(query).scalar_one()
    times = {"day": row.day, "starts": row.starts, "ends": row.ends}
    return Objection(code, {"service": service, **times}, hard=False)


def coming_monday(at: datetime, zone: str) -> date:
    """Return the Monday after today in a zone: from when a change usually holds."""
    today = at.astimezone(zone_of(zone)).date()
    return today + timedelta(days=7 - today.weekday())
