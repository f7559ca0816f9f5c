"""Who met in a room: what was told of it, and when the two were led there and left the line."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from callbacks import requests
from logging_db import calls as record
from logging_db import offers as book
from logging_db import room_state
from routing import meetings, states
from telephony.desk import Step

HELLO = timedelta(seconds=5)
"""So long somebody who is called back is greeted before they are led into the room."""


def of_call(step: Step, call: Row[Any]) -> bool:
    """Tell whether a caller and a responder met in the room of a call.

    A responder who left the caller with a guest was the last who took it.
    """
    offer = _taken(step, call)
    return offer is not None and _met(step, call.id, offer, talks_since(step, call))


def in_doubt(step: Step, call: Row[Any]) -> bool:
    """Tell whether we have fetched a caller out of a room of which too little was told.

    When a responder leaves a room, it ends by itself. If it did not, they may not have met.
    """
    offer = _taken(step, call)
    if offer is None or call.asked_at is None or call.asked_at <= talks_since(step, call):
        return False
    told = record.told_of_room(step.connection, call.id, room_state.id_of(offer))
    return meetings.surely(told) is None


def _taken(step: Step, call: Row[Any]) -> Row[Any] | None:
    offer_id = call.offer_id or room_state.last_taken(step.connection, call.id)
    return book.get_offer(step.connection, offer_id) if offer_id else None


def of_callback(step: Step, offer: Row[Any]) -> bool:
    """Tell whether a responder and the person they rang back met."""
    request = requests.get(step.connection, offer.callback_id)
    callee = book.leg_of(step.connection, room_state.id_of(offer), "caller")
    if request is None or callee is None or callee.answered_at is None:
        return False
    until = callee.ended_at or step.at
    return _met(step, request.call_id, offer, callee.answered_at + HELLO, until)


def talks_since(step: Step, call: Row[Any]) -> datetime:
    """Return when a caller was last led into a room."""
    since = record.last_noted(step.connection, call.id, states.TALKING)
    return since or call.answered_at or step.at


def _met(
    step: Step, call_id: str, offer: Row[Any], since: datetime, until: datetime | None = None
) -> bool:
    told = record.told_of_room(step.connection, call_id, room_state.id_of(offer))
    responder = book.leg_of(step.connection, offer.id, "responder")
    ends = [until or step.at]
    if responder is not None and responder.ended_at is not None:
        ends.append(responder.ended_at)
    return meetings.met(told, since, min(ends))
