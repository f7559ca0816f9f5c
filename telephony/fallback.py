"""The provider could not use our answer: what the caller hears instead."""

from typing import Any

from sqlalchemy import Row

from logging_db import calls as record
from routing import states
from telephony import apology, calls, moving, room
from telephony.desk import Step
from telephony.hook import Hook
from telephony.replies import Hangup, Reply, say

SECOND_CHANCES = 1
"""How often a caller in the line is put back there before being forwarded."""


COMING_IN = frozenset({"room", "left"})
"""What a caller asks for on the way from the line into the room."""


def answer(step: Step, hook: Hook, page: str = "") -> Reply:
    """Put a waiting caller back into the line; otherwise apologise and forward.

    A caller for whom somebody waits in a room is sent there once more, if it is the way into
    it (``page``) that was lost.
    """
    if hook.direction.startswith("outbound"):
        return apology.sorry(None, ("fr", "nl"))
    roster = step.book.by_number.get(hook.to)
    if roster is None:
        return apology.sorry(None, apology.languages(None, None))
    call = _known(step, hook, roster.line.id)
    record.note(step.connection, call.id, step.at, "fallback", hook.error_code)
    if hook.is_final or call.state == states.ENDED:
        return (Hangup(),)
    again = _chances(step, call) <= SECOND_CHANCES
    coming_in = page in COMING_IN and call.state in (states.CLAIMED, states.TALKING)
    if again and coming_in:
        return room.enter(step, call)
    if again and call.state == states.WAITING:
        language = call.language or roster.line.languages[0]
        return (say("moment", language), *calls.into_queue(step, roster.line, call.id, language))
    if coming_in:  # they never were: that is no answer
        before = moving.answered_before(step, call)
        record.amend(step.connection, call.id, answered_at=before)
    _give_up(step, call)
    return apology.sorry(roster.line, apology.languages(roster.line, call.language))


def _known(step: Step, hook: Hook, line_id: str) -> Row[Any]:
    """Return the call's row; a call whose first webhook never reached us gets one now."""
    record.open_call(step.connection, provider_sid=hook.sid, line_id=line_id, at=step.at)
    call = record.by_sid(step.connection, hook.sid)
    assert call is not None  # noqa: S101 # opened two lines above
    return call


def _chances(step: Step, call: Row[Any]) -> int:
    return record.count_noted(step.connection, call.id, "fallback")


def _give_up(step: Step, call: Row[Any]) -> None:
    if call.pending != "callback":
        record.amend(step.connection, call.id, pending="failed", place="words")
    # Nobody moves them now, and a responder who waits for them in a room waits in vain.
    more = {"offer_id": None} if call.state == states.CLAIMED else {}
    record.move(step.connection, call.id, states.LEAVING, step.at, **more)
    moving.withdraw_offers(step, call)
