"""Out of the spool into the book: every call that was served without it, once.

A file goes into the book when its call is over, in one transaction; only then it is dropped. A
crash in between repeats what repeats harmlessly: the call is found by the provider's id of it,
its offers by ids that follow from what they are.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import structlog
from sqlalchemy import Row
from sqlalchemy.exc import IntegrityError

from callbacks.dialler import DiallerError
from logging_db import calls as record
from logging_db import spooled
from logging_db.engine import is_away, read
from routing import states
from telephony import journal, late, moving
from telephony.desk import Desk, Step
from telephony.hook import FINAL_STATUSES
from telephony.journal import Journal
from telephony.spool import Event, UnreadableError
from telephony.webhooks import voice

log = structlog.get_logger(__name__)

CALLS = "CA"
BY_HEARSAY = ("failed", "abandoned")
"""What a call is closed as by somebody who knows no more than that it is over."""

QUIET = timedelta(minutes=10)
"""So long a call says nothing before the provider is asked whether it still lives."""


LONGEST = 3.0
"""Seconds after which the rest is left to the next round: the sweep waits for it."""


def take_in(desk: Desk) -> None:
    """Take in what can be taken in; raises what the database raises, and goes on next time."""
    until = monotonic() + LONGEST
    for name in desk.spool.names(CALLS):  # also while it is another's turn: people are rung next
        _with_care(desk, name, _hold)
    with desk.spool.turn() as ours:
        if not ours:
            return  # another process of this machine does it right now
        # What was told of rooms decides whether a call that ended had been answered.
        if not _take_in_news(desk):
            return
        for name in desk.spool.names(CALLS):
            _with_care(desk, name, _take_in_call)
            if monotonic() > until:
                return


def _with_care(desk: Desk, name: str, do: Callable[[Desk, Journal], None]) -> None:
    """Do it with what is told of a call; what cannot be done keeps no other call back."""
    try:
        do(desk, journal.read(name, desk.spool.read(name)))
    except IntegrityError:
        # It speaks of a line or a person that the book has no more.
        log.warning("spool_file_does_not_fit", name=name)
        desk.spool.put_aside(name)
    except Exception as error:
        if is_away(error):
            raise
        log.warning("spool_file_not_understood", name=name, reason=type(error).__name__)
        if not isinstance(error, OSError):  # the disk may let us read it the next time
            desk.spool.put_aside(name)


def _take_in_call(desk: Desk, told: Journal) -> None:
    if told.first_at is None:
        desk.spool.take(told.sid)  # nothing was written: the disk was full, or we were killed
        if not desk.spool.read(told.sid):
            desk.spool.drop(told.sid)
        return
    if told.ended_at is None and not _ended(desk, told.sid):
        status = _status_if_quiet(desk, told)
        if status is None:
            return
        desk.spool.add(told.sid, told.over_at or desk.clock(), "status", status=status)
    desk.spool.take(told.sid)
    told = journal.read(told.sid, desk.spool.read(told.sid))
    with desk.step() as step:
        absorb(step, told)
    desk.spool.drop(told.sid)
    log.info("call_taken_in", outcome=told.outcome(), offers=len(told.rings))


def _ended(desk: Desk, sid: str) -> bool:
    with read(desk.engine) as connection:
        call = record.by_sid(connection, sid)
    return call is not None and call.ended_at is not None


def _status_if_quiet(desk: Desk, told: Journal) -> str | None:
    """Return the last status of a call whose end nobody told, if it is over: the provider knows."""
    at = desk.clock()
    if told.last_at is None or abs(at - told.last_at) < QUIET:
        return None
    try:
        status = desk.dialler.status(told.sid)
    except DiallerError as error:
        log.warning("provider_did_not_say", code=error.code)
        return None
    if status is None or status in FINAL_STATUSES:
        return status or "completed"
    desk.spool.add(told.sid, at, "asked")
    return None


def _hold(desk: Desk, told: Journal) -> None:
    """Keep the book from ringing people for a caller whom we connect in another way."""
    if not told.seen or told.ended_at is not None:
        return
    with read(desk.engine) as connection:
        call = record.by_sid(connection, told.sid)
    if call is None or call.state not in (states.RECEIVED, states.WAITING, states.CLAIMED):
        return
    with desk.step() as step:
        record.move(step.connection, call.id, states.LEAVING, step.at, offer_id=None)
        moving.withdraw_offers(step, call)


def absorb(step: Step, told: Journal) -> None:
    """Bring what is told into the book, whatever the book knows of it already."""
    call = record.by_sid(step.connection, told.sid) or _open(step, told)
    if call is None:
        raise ValueError("no line is told of, and the book does not know the call")
    learned = _offers(step, call, told)
    if call.language is None and told.language is not None:
        learned["language"] = told.language
    if call.ended_at is not None:
        if told.seen and (told.taken or call.outcome in BY_HEARSAY):
            learned["outcome"] = told.outcome()
        if told.seen and told.first_at is not None and told.first_at < call.received_at:
            learned["received_at"] = told.first_at
        spooled.correct(step.connection, call.id, **learned)
        return
    pending = call.pending if told.pending is None else told.pending
    record.amend(step.connection, call.id, pending=pending, place="words", **learned)
    step.at = told.ended_at or step.at
    moving.close(step, call.id, told.status)


def _open(step: Step, told: Journal) -> Row[Any] | None:
    if told.line_id is None or told.first_at is None:
        return None
    record.open_call(
        step.connection,
        provider_sid=told.sid,
        line_id=told.line_id,
        at=told.first_at,
        pending=None if told.seen else "failed",
    )
    call = record.by_sid(step.connection, told.sid)
    if call is not None:
        record.note(step.connection, call.id, told.first_at, "without_database")
    return call


def _offers(step: Step, call: Row[Any], told: Journal) -> dict[str, Any]:
    """Write who was rung; return what the call learns from who took it."""
    learned: dict[str, Any] = {}
    for ring in told.rings:
        offer_id, new = spooled.write_ring(
            step.connection,
            call_id=call.id,
            line_id=call.line_id,
            responder_id=ring.responder,
            state=ring.state,
            offered_at=ring.at,
            taken_at=ring.taken_at,
            closed_at=ring.over_at or told.ended_at or told.last_at or ring.at,
        )
        if new:
            record.note(step.connection, call.id, ring.at, "offered", offer_id)
        if ring is told.taken and call.answered_at is None:
            learned = {"answered_at": ring.taken_at, "offer_id": offer_id}
    return learned


def _take_in_news(desk: Desk) -> bool:
    """Tell the news that came meanwhile, all in the order in which they came.

    Return whether the database was there to take them.
    """
    told: dict[str, list[Event]] = {}
    for name in desk.spool.names(late.PREFIX):
        try:
            desk.spool.take(name)
            told[name] = desk.spool.read(name)
        except UnreadableError as error:
            log.warning("spool_file_not_understood", name=name, reason=str(error))
            desk.spool.put_aside(name)
        except OSError as error:
            log.warning("spool_file_not_read", name=name, reason=error.strerror)
    if not told:
        return True
    try:
        refused = late.tell(desk, voice, [event for each in told.values() for event in each])
    except late.AgainLaterError:
        return False
    for name, events in told.items():
        if any(event in refused for event in events):
            desk.spool.put_aside(name)
        else:
            desk.spool.drop(name)
    return True


def keep_up(desk: Desk, at: datetime) -> None:
    """With the database at hand: know what to do without it, and take in what was spooled."""
    if desk.snapshots.are_due(at):
        with read(desk.engine) as connection:
            desk.snapshots.keep(connection, desk.rosters.load(connection, at), at)
    take_in(desk)
