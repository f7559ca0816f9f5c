"""The caller is out of the room: goodbye, and a key for whoever was cut off by mistake."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from logging_db import calls as record
from logging_db import offers as book
from logging_db import room_state
from routing import states
from routing.roster import Line
from telephony import calls, farewell, meeting, moving, paths
from telephony.desk import Step
from telephony.hook import Hook
from telephony.pausing import to_be_reached
from telephony.replies import Gather, Hangup, Reply, say
from telephony.speech import speak

BROKEN_OFF = timedelta(seconds=10)
"""A talk that ends sooner was cut off: too short for words and a conversation."""

MOST_RETURNS = 2
"""So often a caller comes back by themselves; then something is wrong that this does not mend."""

KEY_SECONDS = 8

Call = Row[Any]


def after(step: Step, hook: Hook, call: Call) -> Reply:
    """Say goodbye; or, if nobody ever came or the talk broke off, back to the line."""
    record.amend(step.connection, call.id, place="words", seen_at=step.at)
    if hook.is_final or call.state == states.ENDED:
        return ()
    line = step.book.by_id[call.line_id].line
    language = call.language or line.languages[0]
    if call.state in (states.WAITING, states.CLAIMED):
        fresh = record.get(step.connection, call.id) or call
        return calls.back_to_line(step, fresh)
    if call.state == states.TALKING and not meeting.of_call(step, call):
        return _nobody_was_there(step, line, call, language)
    if call.state == states.TALKING and _broke_off(step, call):
        return _to_front(step, line, call, language, room_state.BROKEN_OFF)
    if call.state == states.TALKING and (_crossed(step, call) or _in_doubt(step, call)):
        return _to_front(step, line, call, language, room_state.CUT_OFF)
    record.move(step.connection, call.id, states.LEAVING, step.at)
    return _goodbye(step, line, call, language)


def _nobody_was_there(step: Step, line: Line, call: Call, language: str) -> Reply:
    before = moving.answered_before(step, call)
    more = {"offer_id": None, "answered_at": before}
    record.move(step.connection, call.id, states.WAITING, step.at, **more)
    step.later("match", call.line_id)
    said = speak(step, line, "back_in_line", language)
    return (said, *calls.into_queue(step, line, call.id, language))


def _goodbye(step: Step, line: Line, call: Call, language: str) -> Reply:
    """Say that the talk is over; unless it was ended on purpose, a key leads back."""
    over = speak(step, line, "after_talk", language)
    if _on_purpose(step, call):
        return (over, Hangup())
    action = paths.call(step.desk, call.id, "again", language)
    return (Gather(action, (over, say("cut_off_key", language)), KEY_SECONDS), Hangup())


def _on_purpose(step: Step, call: Call) -> bool:
    """Tell whether a responder ended this room, and not one from which they were brought back."""
    offer = book.get_offer(step.connection, call.offer_id) if call.offer_id else None
    room_id = room_state.id_of(offer) if offer else None
    ended = record.count_noted(step.connection, call.id, room_state.ON_PURPOSE, room_id)
    return room_id is not None and ended > 0


def again(step: Step, hook: Hook, call: Call) -> Reply:
    """Take the key of somebody who was cut off: they come before all others in the line."""
    record.amend(step.connection, call.id, place="words", seen_at=step.at)
    line = step.book.by_id[call.line_id].line
    language = call.language or line.languages[0]
    if call.state != states.LEAVING:
        return calls.back_to_line(step, call)  # brought back meanwhile, or told twice
    if hook.digits != "1" or call.answered_at is None:
        return (speak(step, line, "goodbye", language), Hangup())
    return _to_front(step, line, call, language, room_state.CUT_OFF)


def _to_front(step: Step, line: Line, call: Call, language: str, kind: str) -> Reply:
    if kind == room_state.BROKEN_OFF:
        before = moving.answered_before(step, call)
        record.amend(step.connection, call.id, answered_at=before)
    duty = to_be_reached(step, step.book.by_id[call.line_id], language)
    if not duty.responders:
        record.move(step.connection, call.id, states.LEAVING, step.at)
        return farewell.turn_away(step, line, call.id, language, duty)
    room_state.to_front(step.connection, call, step.at, place="words", kind=kind)
    step.later("match", call.line_id)
    return (say("back_in_front", language), *calls.into_queue(step, line, call.id, language))


def _broke_off(step: Step, call: Call) -> bool:
    """Tell whether a talk ended in a way in which no conversation ends."""
    returns = record.count_noted(step.connection, call.id, room_state.BROKEN_OFF)
    if returns >= MOST_RETURNS:
        return False
    leg = book.leg_of(step.connection, call.offer_id, "responder")
    if leg is not None and leg.ending == "failed":
        return True
    return step.at - meeting.talks_since(step, call) < BROKEN_OFF


def _crossed(step: Step, call: Call) -> bool:
    """Tell whether the room ended with one responder while a colleague was just coming in.

    They pressed 1 and are told so; but the provider did not know yet that the room goes on.
    """
    room = room_state.of_id(step.connection, call.offer_id)
    others = [one for one in room.staying if one.party == "responder"] if room else []
    came = [one.joined_at for one in others if one.joined_at]
    return _may_return(step, call) and any(step.at - joined < BROKEN_OFF for joined in came)


def _in_doubt(step: Step, call: Call) -> bool:
    """Tell whether the caller may have sat alone: rather too often in front than sent away."""
    return _may_return(step, call) and meeting.in_doubt(step, call)


def _may_return(step: Step, call: Call) -> bool:
    return record.count_noted(step.connection, call.id, room_state.CUT_OFF) < MOST_RETURNS
