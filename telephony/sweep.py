"""Every second: find each row whose bell was lost or whose time has come, and go on.

It needs the database alone. What the bell does at once, this does within a second or two.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, Select, and_, or_, select

from callbacks import requests
from logging_db.engine import read
from logging_db.tables import callback_requests, calls, legs, offers
from routing import states
from telephony import jobs, placing
from telephony.desk import Desk

log = structlog.get_logger(__name__)

LOOK_UP_AFTER = timedelta(seconds=2)
VANISHED_AFTER = timedelta(seconds=2)
QUIET_WAIT = timedelta(minutes=2)
QUIET_CALL = timedelta(minutes=10)
RING_MARGIN = timedelta(seconds=90)
"""Well past the longest ring: then the leg's final status must have been lost."""

Job = Callable[[Desk, str], None]


def tick(desk: Desk) -> None:
    """Do everything that is due now. One failure never keeps the rest from being done."""
    at = desk.clock()
    for query, job in _due(at):
        with read(desk.engine) as connection:
            ids = _ids(connection, query)
        _each(desk, job, ids)
    _expire(desk)


def _ids(connection: Connection, query: Select[Any]) -> list[str]:
    return list(dict.fromkeys(connection.execute(query).scalars()))


def _each(desk: Desk, job: Job, ids: Iterable[str]) -> None:
    for row_id in ids:
        try:
            job(desk, row_id)
        except Exception:
            log.exception("sweep_job_failed", job=job.__name__, row=row_id)


def _due(at: Any) -> Iterable[tuple[Select[Any], Job]]:
    """Yield what to look for, and what to do with each row found; queries run in turn."""
    waiting = select(calls.c.line_id).where(
        calls.c.ended_at.is_(None), calls.c.state == states.WAITING
    )
    yield waiting, jobs.match
    yield _due_callbacks(at), jobs.match
    live = legs.c.ended_at.is_(None)
    planned = select(legs.c.id).where(live, legs.c.state == states.PLANNED)
    yield planned.where(legs.c.place_at <= at).order_by(legs.c.place_at), placing.place
    yield _unwanted(at), placing.drop
    unclear = select(legs.c.id).where(live, legs.c.state == states.PLACING)
    yield unclear.where(legs.c.placing_at <= at - LOOK_UP_AFTER), placing.look_up
    yield _misplaced_callers(at), placing.move
    yield _lonely(at), placing.tell
    yield _quiet_legs(at), placing.ask_about_leg
    yield _quiet_calls(at), placing.ask_about_call


def _due_callbacks(at: Any) -> Select[Any]:
    return select(callback_requests.c.line_id).where(
        callback_requests.c.closed_at.is_(None),
        callback_requests.c.state == requests.DUE,
        callback_requests.c.due_at <= at,
    )


def _unwanted(at: Any) -> Select[Any]:
    return select(legs.c.id).where(
        legs.c.ended_at.is_(None),
        legs.c.wanted.is_(False),
        or_(legs.c.asked_at.is_(None), legs.c.asked_at <= at - placing.ASK_AGAIN),
    )


def _misplaced_callers(at: Any) -> Select[Any]:
    """Callers who are claimed but not moved, or in a room that their responder has left."""
    responder = and_(legs.c.offer_id == calls.c.offer_id, legs.c.party == "responder")
    vanished = and_(
        calls.c.state == states.TALKING,
        calls.c.place == "room",
        legs.c.ended_at <= at - VANISHED_AFTER,
    )
    in_wrong_place = or_(
        calls.c.state == states.CLAIMED,
        and_(calls.c.state == states.WAITING, calls.c.place == "room"),
        vanished,
    )
    return (
        select(calls.c.id)
        .outerjoin(legs, responder)
        .where(
            calls.c.ended_at.is_(None),
            or_(calls.c.asked_at.is_(None), calls.c.asked_at <= at - placing.ASK_AGAIN),
            in_wrong_place,
        )
    )


def _lonely(at: Any) -> Select[Any]:
    """People who are in a room, or on their way, for somebody who will not come."""
    gone = at - VANISHED_AFTER
    other = legs.alias("other")
    nobody_comes = or_(
        calls.c.ended_at <= gone,
        calls.c.offer_id.is_distinct_from(offers.c.id) & offers.c.call_id.is_not(None),
        other.c.ended_at <= gone,
    )
    return (
        select(legs.c.id)
        .join(offers, offers.c.id == legs.c.offer_id)
        .outerjoin(calls, offers.c.call_id == calls.c.id)
        .outerjoin(other, and_(other.c.offer_id == offers.c.id, other.c.party != legs.c.party))
        .where(
            legs.c.ended_at.is_(None),
            legs.c.state == states.ANSWERED,
            offers.c.state == states.TAKEN,
            or_(legs.c.asked_at.is_(None), legs.c.asked_at <= at - placing.TELL_AGAIN),
            nobody_comes,
        )
    )


def _quiet_legs(at: Any) -> Select[Any]:
    """Legs that ring for too long, or have talked for long without a word of the provider."""
    return select(legs.c.id).where(
        legs.c.ended_at.is_(None),
        legs.c.provider_sid.is_not(None),
        or_(
            and_(legs.c.state == states.RINGING, legs.c.placing_at <= at - RING_MARGIN),
            and_(legs.c.state == states.ANSWERED, legs.c.answered_at <= at - QUIET_WAIT),
        ),
        or_(legs.c.asked_at.is_(None), legs.c.asked_at <= at - QUIET_WAIT),
    )


def _quiet_calls(at: Any) -> Select[Any]:
    return select(calls.c.id).where(
        calls.c.ended_at.is_(None),
        or_(
            and_(calls.c.state != states.TALKING, calls.c.seen_at <= at - QUIET_WAIT),
            calls.c.seen_at <= at - QUIET_CALL,
        ),
    )


def _expire(desk: Desk) -> None:
    with read(desk.engine) as connection:
        overdue = connection.execute(
            select(callback_requests.c.id)
            .where(
                callback_requests.c.closed_at.is_(None),
                callback_requests.c.state == requests.DUE,
                callback_requests.c.expires_at <= desk.clock(),
            )
            .limit(1)
        ).first()
    if overdue:
        with desk.step() as step:
            requests.close_expired(step.connection, step.at)
