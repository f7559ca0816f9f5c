"""Mending the book by what the provider's list told, in the words of the webhooks' own functions.

A call that is over there is closed as its last webhook would have closed it, at the time at
which it ended; one that never reached us gets a record. What cannot be mended is written
down and shown.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

import structlog

from logging_db import calls as record
from logging_db import offers as offer_book
from logging_db import reconciliations as book
from logging_db.reconciliations import Run
from routing import states
from telephony import comparing, legs, moving
from telephony.comparing import Difference, Ours, Told
from telephony.desk import Desk, Step

log = structlog.get_logger(__name__)


def mend(desk: Desk, run: Run, ours: Ours, found: Iterable[Difference]) -> int:
    """Mend or write down each difference, and return how many could be neither.

    What belongs to one call goes into one transaction, the call before its legs: whoever was
    rung for it is let go of, and nobody is rung for a caller who left long ago.
    """
    left = 0
    by_work = sorted(found, key=lambda one: (one.work, one.kind != comparing.OPEN_HERE))
    for work, together in groupby(by_work, key=lambda one: one.work):
        group = list(together)
        try:
            with desk.step() as step:
                _mend(step, run, ours, group)
        except Exception:
            log.exception("difference_not_mended", work=work)
            left += len(group)
    return left


def _mend(step: Step, run: Run, ours: Ours, group: Sequence[Difference]) -> None:
    now = step.at
    for one in group:
        call_id, still_so, mended = one.call_id, True, False
        if one.kind == comparing.UNKNOWN_HERE and one.told and _reached_us(ours, one.told):
            call_id = _add(step, ours, one.told, now)
            still_so = mended = call_id is not None
        elif one.kind == comparing.OPEN_HERE and one.told:
            still_so = mended = _close(step, one, one.told, now)
        elif one.kind == comparing.LEG_OPEN_HERE and one.told:
            still_so = mended = _end(step, one, one.told, now)
        if still_so:
            book.note(
                step.connection, run, one.kind, one.sid, call_id=call_id, leg_id=one.leg_id,
                detail=one.detail, mended_at=now if mended else None,
            )  # fmt: skip


def _close(step: Step, one: Difference, told: Told, now: datetime) -> bool:
    """Close an open call at the time at which it ended there."""
    call = record.get(step.connection, one.call_id or "")
    if call is None:
        return False
    begun = max(filter(None, (call.received_at, call.claimed_at, call.answered_at)))
    step.at = _bounded(told.end, begun, now)
    closed = moving.close(step, call.id, told.status)
    step.at = now
    if closed:
        record.note(step.connection, call.id, now, "reconciled", told.status)
    return closed


def _end(step: Step, one: Difference, told: Told, now: datetime) -> bool:
    """End an open leg at the time at which it ended there."""
    leg = offer_book.get_leg(step.connection, one.leg_id or "")
    if leg is None or leg.ended_at is not None:
        return False
    step.at = _bounded(told.end, leg.answered_at or leg.placing_at or leg.place_at, now)
    legs.end(step, leg.id, told.status)
    step.at = now
    return True


def _reached_us(ours: Ours, told: Told) -> bool:
    """Tell whether calls of this number's line come to us at all, or still go elsewhere."""
    return ours.numbers[told.to][0] in ours.since


def _add(step: Step, ours: Ours, told: Told, now: datetime) -> str | None:
    """Open and close the record of a call that never reached us; ``None`` if it has."""
    line_id, language = ours.numbers[told.to]
    begun = min(told.started or told.end or now, now)
    call_id = record.open_call(
        step.connection,
        provider_sid=told.sid,
        line_id=line_id,
        at=begun,
        state=states.ENDED,
        outcome=comparing.outcome(told),
        ended_at=_bounded(told.end, begun, now),
        language=language,
        seen_at=now,
    )
    if call_id is not None:
        record.note(step.connection, call_id, now, "reconciled", told.status)
    return call_id


def _bounded(told: datetime | None, earliest: datetime, now: datetime) -> datetime:
    """Return when it ended: as told, but never before it began or after the present."""
    return max(earliest, min(told or now, now))
