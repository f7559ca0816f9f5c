"""A caller who chose the line's fallback number: on the way there, and what came of it.

Whoever is answered there was answered: a person of the coordinators' choice spoke with them.
The record has no responder and no service then, and its history says ``forwarded``.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from logging_db import calls as record
from routing import states
from telephony import calls, limit, offers
from telephony.desk import Step
from telephony.hook import Hook
from telephony.replies import Hangup, Reply
from telephony.speech import speak

Call = Row[Any]


def choose(step: Step, call: Call) -> Reply:
    """Take the key that asks for the fallback number, unless somebody is there after all."""
    language = call.language or step.book.by_id[call.line_id].line.languages[0]
    moved = record.move(step.connection, call.id, states.FORWARDED, step.at)
    if not moved and call.state != states.FORWARDED:
        return calls.connecting(step, record.get(step.connection, call.id) or call, language)
    offers.withdraw_all(step, call_id=call.id)
    return limit.on_the_way(step, call, language)


def go(step: Step, call: Call) -> Reply:
    """The caller is out of the queue: dial, if that is still what they are here for."""
    return calls.back_to_line(step, call)


def done(step: Step, hook: Hook, call: Call) -> Reply:
    """The fallback number was dialled: goodbye, or back to the line if nobody answered."""
    if hook.was_answered:
        _answered(step, hook, call)
    if hook.is_final or call.state == states.ENDED:
        return ()
    line = step.book.by_id[call.line_id].line
    language = call.language or line.languages[0]
    record.amend(step.connection, call.id, seen_at=step.at)
    if call.state != states.FORWARDED:
        return calls.back_to_line(step, call)
    record.move(step.connection, call.id, states.LEAVING, step.at)
    if hook.was_answered:
        return (speak(step, line, "after_talk", language), Hangup())
    fresh = record.get(step.connection, call.id) or call
    sorry = speak(step, line, "forward_failed", language)
    return (sorry, *calls.back_to_line(step, fresh))


def _answered(step: Step, hook: Hook, call: Call) -> None:
    """Write down since when they talked; it may be told after the end of the call."""
    end = call.ended_at or step.at
    since = end - timedelta(seconds=hook.dial_seconds)
    record.answered_elsewhere(step.connection, call.id, max(since, call.received_at))
