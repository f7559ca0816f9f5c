"""The outbox: what is to be told is written down first, and crossed out when it is sent.

A notice is put within the transaction that decides on it. It is taken up by a guarded
UPDATE that is committed before anything is sent, so two senders never send the same one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, select, update

from logging_db.columns import new_id
from logging_db.engine import insert_if_absent
from logging_db.tables import notices
from notices.kinds import EMAIL, KINDS

MOST_ATTEMPTS = 6
FIRST_PAUSE = timedelta(minutes=1)
"""After the first failure; it doubles with each."""

STUCK_AFTER = timedelta(minutes=10)
"""Longer than any attempt can take: whoever made it is gone."""

REMEMBERED = timedelta(days=60)
"""How long what was told is remembered, so that it is not told again."""

_open = notices.c.sent_at.is_(None) & notices.c.dropped_at.is_(None)
_waiting = _open & notices.c.trying_at.is_(None)


@dataclass(frozen=True)
class Draft:
    """A notice to be put.

    ``key`` is what it is about: the same key is told once. It is for a user, or for the user
    that a responder logs in as; addresses are looked up when it is sent. ``params`` are for
    the words. From ``expires_at`` on it is not worth sending.
    """

    key: str
    kind: str
    language: str
    params: Mapping[str, Any]
    due_at: datetime
    expires_at: datetime
    user_id: str | None = None
    responder_id: str | None = None
    channel: str = EMAIL
    id: str = field(default_factory=new_id)


def put(connection: Connection, draft: Draft) -> bool:
    """Write the notice down unless its key is known; tell whether it was new."""
    if draft.kind not in KINDS:
        raise ValueError(f"There is no kind of notice '{draft.kind}'.")
    return insert_if_absent(
        connection, notices, vars(draft) | {"params": dict(draft.params), "attempts": 0}
    )


def known(connection: Connection, keys: Collection[str]) -> set[str]:
    """Return those of ``keys`` that have been put already."""
    found = connection.execute(select(notices.c.key).where(notices.c.key.in_(keys)))
    return set(found.scalars())


def take_back(connection: Connection, prefix: str, at: datetime) -> int:
    """Drop what begins with this key and nobody has begun to send; return how many."""
    mine = notices.c.key.startswith(prefix, autoescape=True)
    done = connection.execute(
        update(notices).where(_waiting, mine).values(_closed(at, error="taken_back"))
    )
    return done.rowcount


def due(connection: Connection, at: datetime, most: int = 100) -> Sequence[Row[Any]]:
    """Return the notices to be sent now, the oldest first."""
    query = select(notices).where(_waiting, notices.c.due_at <= at, notices.c.expires_at > at)
    return connection.execute(query.order_by(notices.c.due_at, notices.c.id).limit(most)).all()


def together(connection: Connection, first: Row[Any], at: datetime) -> Sequence[Row[Any]]:
    """Return what goes into one mail with ``first``: it alone, unless its kind gathers."""
    if not KINDS[first.kind].gathers:
        return [first]
    same = (
        notices.c.kind == first.kind,
        notices.c.channel == first.channel,
        notices.c.user_id.is_not_distinct_from(first.user_id),
        notices.c.responder_id.is_not_distinct_from(first.responder_id),
    )
    query = select(notices).where(
        _waiting, *same, notices.c.due_at <= at, notices.c.expires_at > at
    )
    return connection.execute(query.order_by(notices.c.due_at, notices.c.id)).all()


def claim(connection: Connection, notice_id: str, at: datetime) -> bool:
    """Take it on to send a notice; tell whether nobody else has. Commit before sending."""
    done = connection.execute(
        update(notices)
        .where(notices.c.id == notice_id, _waiting, notices.c.due_at <= at)
        .values(trying_at=at, attempts=notices.c.attempts + 1)
    )
    return done.rowcount == 1


def sent(connection: Connection, notice_ids: Collection[str], at: datetime) -> None:
    """Cross the notices out, and forget what stood in them."""
    which = notices.c.id.in_(notice_ids)
    connection.execute(
        update(notices).where(which).values(sent_at=at, trying_at=None, params={}, error=None)
    )


def drop(connection: Connection, notice_ids: Collection[str], at: datetime, error: str) -> None:
    """Give the notices up for good, and forget what stood in them."""
    _drop(connection, notices.c.id.in_(notice_ids), at, error)


def _drop(connection: Connection, which: ColumnElement[bool], at: datetime, error: str) -> int:
    done = connection.execute(update(notices).where(_open, which).values(_closed(at, error)))
    return done.rowcount


def _closed(at: datetime, error: str) -> dict[str, Any]:
    return {"dropped_at": at, "trying_at": None, "params": {}, "error": error[:64]}


def later(
    connection: Connection, notice_ids: Collection[str], at: datetime, error: str, *, blame: bool
) -> None:
    """Send the notices another time: after a pause that doubles, and not for ever.

    Without ``blame`` (nothing could be sent at all) the attempt does not count.
    """
    rows = connection.execute(select(notices).where(notices.c.id.in_(notice_ids), _open)).all()
    for row in rows:
        if blame and row.attempts >= MOST_ATTEMPTS:
            drop(connection, [row.id], at, error)
            continue
        counted = row.attempts if blame else max(0, row.attempts - 1)
        pause = FIRST_PAUSE * 2 ** max(0, counted - 1)
        connection.execute(
            update(notices)
            .where(notices.c.id == row.id)
            .values(trying_at=None, attempts=counted, due_at=at + pause, error=error[:64])
        )


def expire(connection: Connection, at: datetime) -> int:
    """Drop what is no longer worth sending; return how many."""
    return _drop(connection, _waiting & (notices.c.expires_at <= at), at, "expired")


def settle_stuck(connection: Connection, at: datetime) -> None:
    """Settle attempts whose sender is gone, so that nobody knows whether they were sent."""
    query = select(notices).where(_open, notices.c.trying_at <= at - STUCK_AFTER)
    for row in connection.execute(query).all():
        settle_unclear(connection, [row], at)


def settle_unclear(connection: Connection, rows: Sequence[Row[Any]], at: datetime) -> None:
    """Settle notices that may or may not have been sent: by their kind."""
    for row in rows:
        if KINDS[row.kind].once:
            drop(connection, [row.id], at, "unclear")
        else:
            later(connection, [row.id], at, "unclear", blame=True)


def retire(connection: Connection, kind: str, keys: Collection[str], at: datetime) -> int:
    """Free the keys of what was told and is no longer so: should it be so again, it is told.

    ``keys`` are those of ``kind`` that hold now.
    """
    done = connection.execute(
        update(notices)
        .where(
            ~_open,
            notices.c.kind == kind,
            notices.c.expires_at > at,
            notices.c.key.not_in(keys),
            ~notices.c.key.endswith(notices.c.id),
        )
        .values(key=notices.c.key + ":" + notices.c.id)
    )
    return done.rowcount


def forget(connection: Connection, at: datetime) -> int:
    """Delete what was settled long ago; return how many."""
    done = connection.execute(delete(notices).where(~_open, notices.c.due_at < at - REMEMBERED))
    return done.rowcount
