"""Nobody came within the line's limit: what the caller may choose then.

The pool of people has widened as far as it goes; its last step is the line's fallback number.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from logging_db import calls as record
from routing import states
from routing.roster import Line
from telephony import farewell, paths
from telephony.desk import Step
from telephony.replies import Forward, Leave, Redirect, Reply
from telephony.speech import speak

FORWARD_KEY = "2"
RING_SECONDS = 30
TOLD = "too_long"

Call = Row[Any]


def too_long(step: Step, line: Line, call: Call, language: str) -> Reply:
    """Say so, and offer a callback, the fallback number if there is one, and to wait on."""
    until = step.at + timedelta(seconds=line.max_wait_seconds)
    record.amend(step.connection, call.id, pending="nobody", wait_until=until)
    record.note(step.connection, call.id, step.at, TOLD)
    first = (
        speak(step, line, "too_long", language),
        speak(step, line, "emergency", language),
    )
    offer = "callback_offer_forward" if line.fallback_number else "callback_offer_waiting"
    return farewell.offer_callback(step, line, call.id, language, first, offer)


def may_be_forwarded(step: Step, line: Line, call: Call) -> bool:
    """Tell whether the caller was offered the fallback number and has not chosen otherwise."""
    if line.fallback_number is None or call.pending != "nobody":
        return False
    at_limit = call.state == states.WAITING and record.count_noted(step.connection, call.id, TOLD)
    return call.state == states.FORWARDED or bool(at_limit)


def on_the_way(step: Step, call: Call, language: str) -> Reply:
    """Bring a caller who is to be forwarded out of the queue: there, nobody can be dialled.

    Out of it, the queue's action leads to :func:`connect`, and if they were out, this does.
    """
    return (Leave(), Redirect(paths.call(step.desk, call.id, "forward", language)))


def connect(step: Step, line: Line, call: Call, language: str) -> Reply:
    """Dial the line's fallback number, showing the line's own: a caller stays unknown to it."""
    record.amend(step.connection, call.id, place="words", seen_at=step.at)
    if line.fallback_number is None:  # it was taken away in this very moment
        return (Redirect(paths.call(step.desk, call.id, "forwarded", language)),)
    action = paths.call(step.desk, call.id, "forwarded", language)
    forward = Forward(line.fallback_number, line.caller_id, action, RING_SECONDS)
    return (speak(step, line, "forwarding", language), forward)
