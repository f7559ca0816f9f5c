"""Open, move and close the record of a call. Every move is a guarded UPDATE."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Row,
    Update,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)

from logging_db.columns import new_id
from logging_db.engine import insert_if_absent
from logging_db.tables import call_events, calls
from routing import states
from routing.meetings import Told

ALONE = timedelta(seconds=40)
"""So long nobody else is rung for a call that was sent to somebody, if they can be rung."""

# Building a statement costs several times what running it does, so each is built once.
_THIS = calls.c.id == bindparam("this")
_GET = select(calls).where(_THIS)
_GET_LOCKED = _GET.with_for_update()
_BY_SID = select(calls).where(calls.c.provider_sid == bindparam("sid"))
_NOTE = insert(call_events)


@lru_cache
def _move(to: str, *columns: str) -> Update:
    allowed = calls.c.state.in_(states.states_before(states.CALL_MOVES, to))
    return update(calls).where(_THIS, allowed).values(state=to, **_given(columns))


@lru_cache
def _amend(*columns: str) -> Update:
    return update(calls).where(_THIS, calls.c.ended_at.is_(None)).values(**_given(columns))


def _given(columns: tuple[str, ...]) -> dict[str, BindParameter[Any]]:
    return {name: bindparam(name, type_=calls.c[name].type) for name in columns}


def open_call(
    connection: Connection, *, provider_sid: str, line_id: str, at: datetime, **more: Any
) -> str | None:
    """Open the record of an incoming call and return its id; ``None`` if it is open already.

    ``more`` sets further columns (``language``, ``state``, …).
    """
    call_id = new_id()
    values = {
        "id": call_id,
        "provider_sid": provider_sid,
        "line_id": line_id,
        "state": states.RECEIVED,
        "place": "words",
        "received_at": at,
        "seen_at": at,
    } | more
    return call_id if insert_if_absent(connection, calls, values) else None


def get(connection: Connection, call_id: str, *, lock: bool = False) -> Row[Any] | None:
    """Return the call's row, or ``None``; with ``lock`` nobody else changes it meanwhile.

    Others may still write what only refers to it: its history, its offers.
    """
    query = select(calls).where(calls.c.id == call_id)
    query = query.with_for_update(key_share=True) if lock else query
    return connection.execute(query).one_or_none()


def by_sid(connection: Connection, provider_sid: str) -> Row[Any] | None:
    """Return the row of the call that the provider knows by ``provider_sid``, or ``None``."""
    return connection.execute(_BY_SID, {"sid": provider_sid}).one_or_none()


def note(
    connection: Connection, call_id: str, at: datetime, kind: str, detail: str | None = None
) -> None:
    """Write a line into the call's history. ``detail`` must never hold a number."""
    row = {"call_id": call_id, "at": at, "kind": kind, "detail": detail and detail[:64]}
    connection.execute(_NOTE, row)


def move(connection: Connection, call_id: str, to: str, at: datetime, **more: Any) -> bool:
    """Move the call to the state ``to`` if that is allowed; tell whether it moved."""
    done = connection.execute(_move(to, *more), {"this": call_id, **more})
    if done.rowcount != 1:
        return False
    note(connection, call_id, at, to)
    return True


def amend(connection: Connection, call_id: str, **values: Any) -> None:
    """Set columns of a call that is not over yet."""
    connection.execute(_amend(*values), {"this": call_id, **values})


def touch(connection: Connection, call_id: str, at: datetime, place: str | None) -> None:
    """Note that the provider has spoken of a live call, and where its caller is.

    The place of a call in the line changes only while it is in the line: an old request
    for the wait document must not say that somebody who talks is back in the queue.
    """
    connection.execute(
        update(calls).where(calls.c.id == call_id, calls.c.ended_at.is_(None)).values(seen_at=at)
    )
    if place is not None:
        connection.execute(
            update(calls)
            .where(calls.c.id == call_id, calls.c.state == states.WAITING)
            .values(place=place)
        )


def claim_asking(connection: Connection, call: Row[Any], at: datetime, pause: timedelta) -> bool:
    """Take it on to ask the provider to move a caller; one at a time, not within ``pause``."""
    done = connection.execute(
        update(calls)
        .where(
            calls.c.id == call.id,
            calls.c.state == call.state,
            or_(calls.c.asked_at.is_(None), calls.c.asked_at <= at - pause),
        )
        .values(asked_at=at)
    )
    return done.rowcount == 1


def consented_late(connection: Connection, call_id: str) -> None:
    """A confirming key was told after the end of its call: the call ended in a callback."""
    connection.execute(
        update(calls)
        .where(calls.c.id == call_id, calls.c.outcome.in_(("abandoned", "nobody", "closed")))
        .values(outcome="callback")
    )


def answered_elsewhere(connection: Connection, call_id: str, since: datetime) -> None:
    """Somebody outside answered a forwarded call; it may be told after the call's end."""
    this = update(calls).where(calls.c.id == call_id)
    connection.execute(this.where(calls.c.answered_at.is_(None)).values(answered_at=since))
    late = calls.c.outcome.in_(("abandoned", "nobody", "failed"))
    connection.execute(this.where(late).values(outcome="answered"))


def end_call(
    connection: Connection, call_id: str, at: datetime, provider_status: str
) -> Row[Any] | None:
    """Close the record, once; return its row as it was before, ``None`` if it was closed."""
    call = get(connection, call_id, lock=True)
    if call is None or call.ended_at is not None:
        return None
    outcome = states.outcome(
        answered=call.answered_at is not None,
        pending=call.pending,
        provider_status=provider_status,
    )
    # They may have been answered while we waited for the row, at a later instant than ours.
    over = max(at, call.answered_at or call.received_at)
    done = connection.execute(
        update(calls)
        .where(calls.c.id == call_id, calls.c.ended_at.is_(None))
        .values(state=states.ENDED, outcome=outcome, ended_at=over)
    )
    if done.rowcount != 1:
        return None
    note(connection, call_id, over, states.ENDED, outcome)
    return call


def people_before(connection: Connection, call: Row[Any]) -> int:
    """Return how many wait on the same line, in the same language, before ``call``.

    Whoever was moved to the front is before all others; among them, as among the others,
    whoever came first.
    """
    earlier = calls.c.waiting_at < call.waiting_at
    before = and_(calls.c.front, earlier) if call.front else or_(calls.c.front, earlier)
    query = (
        select(func.count())
        .select_from(calls)
        .where(
            calls.c.line_id == call.line_id,
            calls.c.state == states.WAITING,
            calls.c.ended_at.is_(None),
            calls.c.language == call.language,
            before,
        )
    )
    return int(connection.execute(query).scalar_one())


def told_of_room(connection: Connection, call_id: str, room_id: str) -> list[Told]:
    """Return what was told of a room of this call, in the order in which it was told."""
    query = select(call_events.c.kind, call_events.c.at).where(
        call_events.c.call_id == call_id, call_events.c.detail == room_id
    )
    rows = connection.execute(query.order_by(call_events.c.id))
    return [Told(row.kind, row.at) for row in rows]


def count_noted(connection: Connection, call_id: str, kind: str, detail: str | None = None) -> int:
    """Return how many lines of this kind the call's history holds, or of those with ``detail``."""
    query = select(func.count()).where(call_events.c.call_id == call_id, call_events.c.kind == kind)
    query = query if detail is None else query.where(call_events.c.detail == detail)
    return int(connection.execute(query).scalar_one())


def last_noted(connection: Connection, call_id: str, kind: str) -> datetime | None:
    """Return when the call's history last told this kind of thing; ``None`` if it never did."""
    query = select(call_events.c.at).where(
        call_events.c.call_id == call_id, call_events.c.kind == kind
    )
    found: datetime | None = connection.execute(
        query.order_by(call_events.c.id.desc()).limit(1)
    ).scalar()
    return found
