"""What is over is read-only."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import RowMapping, Table

from logging_db.tables import absences, closures, opening_hours, shifts
from planning.ledger import restored
from planning.objections import refuse
from routing.duty import span, zone_of

Values = Mapping[str, Any] | RowMapping


def has_ended(shift: Values, at: datetime) -> bool:
    """Tell whether a dated shift, as a row, is over at ``at``. A weekly one never is."""
    if shift["day"] is None:
        return False
    zone = zone_of(shift["zone"])
    return span(shift["day"], shift["starts"], shift["ends"], zone)[1] <= at


def has_begun(shift: Values, at: datetime) -> bool:
    """Tell whether a dated shift, as a row, has begun at ``at``."""
    if shift["day"] is None:
        return False
    zone = zone_of(shift["zone"])
    return span(shift["day"], shift["starts"], shift["ends"], zone)[0] <= at


def refuse_the_past(
    table: Table,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    at: datetime,
) -> None:
    """Refuse to take back what a change did to a row, where that reaches into the past.

    ``before`` and ``after`` are the row as :func:`planning.ledger.seen` has it.
    """
    if table not in (shifts, opening_hours, closures, absences):
        return
    rows = [restored(table, values) for values in (before, after) if values is not None]
    if table is shifts:
        _refuse_past_shift(rows, at)
        return
    today = at.astimezone(UTC).date()
    if table is opening_hours and (_since(rows) or date.min) < today:
        raise refuse("holds_since_then", day=_since(rows) or today)
    if table is closures and rows[0]["day"] < today:
        raise refuse("closure_is_over", day=rows[0]["day"])
    if table is absences and max(row["ends_at"] for row in rows) <= at:
        raise refuse("absence_is_over")


def _refuse_past_shift(rows: list[dict[str, Any]], at: datetime) -> None:
    for row in rows:
        if has_ended(row, at):
            raise refuse("shift_is_over", day=row["day"])
    if rows[0]["weekday"] is None or rows[0]["template_id"] is not None:
        return
    today = at.astimezone(zone_of(rows[0]["zone"])).date()
    since = _since(rows)
    if since is None or since <= today:
        raise refuse("holds_since_then", day=since or today)


def _since(rows: list[dict[str, Any]]) -> date | None:
    """Return the first day for which a row says something else; ``None``: since always."""
    if len(rows) == 2:
        edges: set[date] = {
            edge
            for name in ("since", "until")
            for edge in (rows[0][name], rows[1][name])
            if rows[0][name] != rows[1][name] and edge is not None
        }
        if edges:
            return min(edges)
    first: date | None = rows[0]["since"]
    return first
