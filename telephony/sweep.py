"""Twice a second: find each row whose bell was lost or whose time has come, and go on.

It needs the database alone. What the bell does at once, this does within a second or two.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import structlog
from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    Select,
    and_,
    bindparam,
    literal,
    or_,
    select,
    union_all,
)

from callbacks import requests
from logging_db.columns import UtcDateTime
from logging_db.engine import is_away, read
from logging_db.number_checks import ASKED
from logging_db.tables import callback_requests, calls, legs, number_checks, offers
from routing import states
from telephony import jobs, matching, moving, placing, taking_in
from telephony.desk import Desk
from telephony.stranded import alone, misplaced

log = structlog.get_logger(__name__)

LOOK_UP_AFTER = timedelta(seconds=2)
VANISHED_AFTER = timedelta(seconds=2)
QUIET_WAIT = timedelta(minutes=2)
QUIET_CALL = timedelta(minutes=10)
RING_MARGIN = timedelta(seconds=90)
"""Well past the longest ring: then the leg's final status must have been lost."""

_moments: dict[str, timedelta] = {}


def _ago(length: timedelta = timedelta()) -> BindParameter[datetime]:
    """Return a parameter for the instant ``length`` before a round of the sweep.

    The queries are built once and run twice a second, so their times are parameters.
    """
    name = f"ago_{int(length.total_seconds())}"
    _moments[name] = length
    return bindparam(name, type_=UtcDateTime())


JOBS: dict[str, Callable[[Desk, str], None]] = jobs.JOBS | {
    "look_up": placing.look_up,
    "ask_about_call": moving.ask_about_call,
    "expire": jobs.expire,
    "expire_check": jobs.expire_check,
}

URGENCY = (
    "match",
    "move",
    "hold",
    "tell",
    "drop",
    "place",
    "look_up",
    "ask_about_call",
    "ask_about_leg",
    "expire",
    "expire_check",
    "verify",
)
"""Callers first: a provider that does not answer must not keep them from being moved."""

LONGEST_ROUND = 8.0
"""Seconds after which a round is cut short, and begins anew with what is most urgent."""

Due = tuple[str, Select[Any]]


def tick(desk: Desk) -> None:
    """Do everything that is due now. One failure never keeps the rest from being done."""
    until = monotonic() + LONGEST_ROUND
    _keep_up(desk)
    for query in (TO_MATCH, TO_CARRY_OUT):  # what is matched now is rung now
        at = desk.clock()
        moments = {name: at - length for name, length in _moments.items()}
        with read(desk.engine) as connection:
            found = {(str(job), str(row_id)) for job, row_id in connection.execute(query, moments)}
        for job, row_id in sorted(found, key=lambda one: URGENCY.index(one[0])):
            if monotonic() > until:
                log.warning("sweep_cut_short", left=len(found))
                return
            _do(desk, job, row_id)


def _keep_up(desk: Desk) -> None:
    """First of all: who was served without the database must not be matched as if they waited."""
    try:
        taking_in.keep_up(desk, desk.clock())
    except Exception as error:
        if is_away(error):
            raise
        log.exception("spool_not_taken_in")


def _do(desk: Desk, job: str, row_id: str) -> None:
    try:
        JOBS[job](desk, row_id)
    except Exception:
        log.exception("sweep_job_failed", job=job, row=row_id)


def _to_match() -> Iterable[Due]:
    """Yield where somebody waits: a caller on the line, or a callback that is due."""
    yield (
        "match",
        select(calls.c.line_id)
        .where(
            calls.c.ended_at.is_(None),
            calls.c.state == states.WAITING,
            calls.c.seen_at > _ago(matching.SEEN_WITHIN),
        )
        .distinct(),
    )
    yield "match", _due_callbacks().distinct()


def _to_carry_out() -> Iterable[Due]:
    """Yield what is to be asked of the provider, and on which rows."""
    live = legs.c.ended_at.is_(None)
    planned = select(legs.c.id).where(live, legs.c.state == states.PLANNED)
    yield "place", planned.where(legs.c.place_at <= _ago())
    yield "drop", _unwanted()
    unclear = select(legs.c.id).where(live, legs.c.state == states.PLACING)
    yield "look_up", unclear.where(legs.c.placing_at <= _ago(LOOK_UP_AFTER))
    yield "move", _misplaced_callers()
    yield "hold", _unsettled()
    yield "tell", _lonely()
    yield "ask_about_leg", _quiet_legs()
    yield "ask_about_call", _quiet_calls()
    yield "expire", _expired()
    unproved = select(number_checks.c.id).where(number_checks.c.closed_at.is_(None))
    yield "verify", unproved.where(number_checks.c.state == ASKED)
    yield "expire_check", unproved.where(number_checks.c.expires_at <= _ago())


def _due_callbacks() -> Select[Any]:
    return select(callback_requests.c.line_id).where(
        callback_requests.c.closed_at.is_(None),
        callback_requests.c.state == requests.DUE,
        callback_requests.c.due_at <= _ago(),
    )


def _expired() -> Select[Any]:
    return select(callback_requests.c.id).where(
        callback_requests.c.closed_at.is_(None),
        callback_requests.c.state == requests.DUE,
        callback_requests.c.expires_at <= _ago(),
    )


def _unwanted() -> Select[Any]:
    return select(legs.c.id).where(
        legs.c.ended_at.is_(None),
        legs.c.wanted.is_(False),
        or_(legs.c.asked_at.is_(None), legs.c.asked_at <= _ago(moving.ASK_AGAIN)),
    )


def _misplaced_callers() -> Select[Any]:
    """Callers who are claimed but not moved, or in a room that everybody else has left."""
    asked_long_ago = or_(calls.c.asked_at.is_(None), calls.c.asked_at <= _ago(moving.ASK_AGAIN))
    return select(calls.c.id).where(
        calls.c.ended_at.is_(None), asked_long_ago, misplaced(_ago(VANISHED_AFTER))
    )


def _unsettled() -> Select[Any]:
    """Rooms of which something is yet to be brought about."""
    return select(offers.c.id).where(
        offers.c.unsettled,
        or_(offers.c.hold_asked_at.is_(None), offers.c.hold_asked_at <= _ago(moving.ASK_AGAIN)),
    )


def _lonely() -> Select[Any]:
    """People who are in a room, or on their way, for somebody who will not come."""
    return alone(_ago(VANISHED_AFTER)).where(
        or_(legs.c.asked_at.is_(None), legs.c.asked_at <= _ago(moving.TELL_AGAIN))
    )


def _quiet_legs() -> Select[Any]:
    """Legs that ring for too long, or have talked for long without a word of the provider."""
    return select(legs.c.id).where(
        legs.c.ended_at.is_(None),
        legs.c.provider_sid.is_not(None),
        or_(
            and_(legs.c.state == states.RINGING, legs.c.placing_at <= _ago(RING_MARGIN)),
            and_(legs.c.state == states.ANSWERED, legs.c.answered_at <= _ago(QUIET_WAIT)),
        ),
        or_(legs.c.asked_at.is_(None), legs.c.asked_at <= _ago(QUIET_WAIT)),
    )


def _quiet_calls() -> Select[Any]:
    return select(calls.c.id).where(
        calls.c.ended_at.is_(None),
        or_(
            and_(calls.c.state != states.TALKING, calls.c.seen_at <= _ago(QUIET_WAIT)),
            calls.c.seen_at <= _ago(QUIET_CALL),
        ),
    )


def _union(due: Iterable[Due]) -> CompoundSelect[Any]:
    return union_all(*(select(literal(job), query.subquery().c[0]) for job, query in due))


TO_MATCH = _union(_to_match())
TO_CARRY_OUT = _union(_to_carry_out())
