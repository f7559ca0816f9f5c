"""Writing up after a conversation: how long somebody is not rung, made longer or ended early.

An offer that was taken keeps in ``wrap_until`` what its responder said of it; without that,
the line says how many seconds it lasts.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, bindparam, select, update

from logging_db.columns import UtcDateTime
from logging_db.tables import lines, offers
from routing import states

LONGEST: Final = timedelta(minutes=30)
"""Nobody writes up for longer than that from now; whoever needs more pauses."""

_LOOK_BACK = timedelta(hours=4)  # a line gives an hour at most, and half hours are added to it

_CONVERSATIONS: Select[Any] = (
    select(
        offers.c.id,
        offers.c.responder_id,
        offers.c.closed_at,
        offers.c.wrap_until,
        lines.c.wrap_up_seconds,
    )
    .join(lines, lines.c.id == offers.c.line_id)
    .where(
        offers.c.state == states.TAKEN,
        offers.c.responder_id.in_(bindparam("people", expanding=True)),
        offers.c.closed_at > bindparam("since", type_=UtcDateTime()),
    )
)


def until(
    connection: Connection, responder_ids: Collection[str], at: datetime
) -> Mapping[str, datetime]:
    """Return who of these people writes up at ``at``, and until when (aware UTC)."""
    found: dict[str, datetime] = {}
    for row in _under_way(connection, responder_ids, at):
        found[row.responder_id] = max(_end(row), found.get(row.responder_id, at))
    return found


def extend(
    connection: Connection, responder_id: str, at: datetime, by: timedelta
) -> datetime | None:
    """Let somebody write up for longer by ``by``; return until when.

    ``None`` where they do not write up at ``at``: they may have been rung since.
    """
    rows = list(_under_way(connection, [responder_id], at))
    if not rows:
        return None
    last = max(rows, key=_end)
    end = min(_end(last) + by, max(_end(last), at + LONGEST))
    _set(connection, [last.id], end)
    return end


def ready(connection: Connection, responder_id: str, at: datetime) -> bool:
    """End somebody's writing up at ``at``; tell whether they did. Then match their lines."""
    ids = [row.id for row in _under_way(connection, [responder_id], at)]
    _set(connection, ids, at)
    return bool(ids)


def _under_way(
    connection: Connection, responder_ids: Collection[str], at: datetime
) -> Iterable[Row[Any]]:
    asked = {"people": list(responder_ids), "since": at - _LOOK_BACK}
    return (row for row in connection.execute(_CONVERSATIONS, asked) if at < _end(row))


def _end(row: Row[Any]) -> datetime:
    end: datetime = row.wrap_until or row.closed_at + timedelta(seconds=row.wrap_up_seconds)
    return end


def _set(connection: Connection, offer_ids: Collection[str], end: datetime) -> None:
    connection.execute(update(offers).where(offers.c.id.in_(offer_ids)).values(wrap_until=end))
