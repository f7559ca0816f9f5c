"""What waits at this moment, for the live board: callers and callbacks, without any number."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, func, select

from logging_db.calls import ALONE
from logging_db.tables import callback_requests, calls, offers
from routing import states


@dataclass(frozen=True)
class Waiting:
    """A caller in the line; ``ringing`` are the people who are being rung for them.

    ``wanted``: whom they were sent to, until that one did not take them.
    """

    id: str
    line_id: str
    language: str | None
    since: datetime
    front: bool
    wanted: str | None
    wanted_until: datetime | None
    ringing: tuple[str, ...]


@dataclass(frozen=True)
class Callbacks:
    """A line's open requests: ``due`` now, ``later``, being rung back; the oldest, the promise.

    ``oldest``: since when the one that waits longest has; ``promised``: until when the first
    promise runs.
    """

    due: int = 0
    later: int = 0
    taken: int = 0
    oldest: datetime | None = None
    promised: datetime | None = None


def waiting(connection: Connection) -> Sequence[Waiting]:
    """Return who waits, on all lines, in the order in which they are served in a language."""
    rung: defaultdict[str, list[str]] = defaultdict(list)
    open_ones = select(offers.c.call_id, offers.c.responder_id).where(
        offers.c.open, offers.c.state == states.OFFERED, offers.c.call_id.is_not(None)
    )
    for row in connection.execute(open_ones.order_by(offers.c.offered_at, offers.c.id)):
        rung[row.call_id].append(row.responder_id)
    query = (
        select(calls)
        .where(calls.c.ended_at.is_(None), calls.c.state == states.WAITING)
        .order_by(calls.c.front.desc(), calls.c.waiting_at, calls.c.id)
    )
    rows = connection.execute(query).all()
    spent = _spent(connection, {row.id: row for row in rows if row.wanted_responder_id})
    return [
        Waiting(
            id=row.id,
            line_id=row.line_id,
            language=row.language,
            since=row.waiting_at,
            front=row.front,
            wanted=None if row.id in spent else row.wanted_responder_id,
            wanted_until=row.wanted_until,
            ringing=tuple(rung[row.id]),
        )
        for row in rows
    ]


def _spent(connection: Connection, sent: Mapping[str, Row[Any]]) -> set[str]:
    """Return which of the calls that were sent to somebody they declined or missed since."""
    if not sent:
        return set()
    query = select(offers.c.call_id, offers.c.responder_id, offers.c.closed_at).where(
        offers.c.call_id.in_(sent),
        offers.c.state.in_((states.DECLINED, states.MISSED, states.FAILED)),
    )
    return {
        row.call_id
        for row in connection.execute(query)
        if row.responder_id == sent[row.call_id].wanted_responder_id
        and (row.closed_at is None or row.closed_at > sent[row.call_id].wanted_until - ALONE)
    }


def callbacks(connection: Connection, at: datetime) -> Mapping[str, Callbacks]:
    """Return the open requests by line."""
    waits = callback_requests.c.state == "due"
    due = waits & (callback_requests.c.due_at <= at)
    query = (
        select(
            callback_requests.c.line_id,
            func.sum(case((due, 1), else_=0)).label("due"),
            func.sum(case((waits & ~due, 1), else_=0)).label("later"),
            func.sum(case((~waits, 1), else_=0)).label("taken"),
            func.min(callback_requests.c.asked_at).filter(waits).label("oldest"),
            func.min(callback_requests.c.expires_at).filter(waits).label("promised"),
        )
        .where(callback_requests.c.closed_at.is_(None))
        .group_by(callback_requests.c.line_id)
    )
    return {
        row.line_id: Callbacks(row.due, row.later, row.taken, row.oldest, row.promised)
        for row in connection.execute(query)
    }
