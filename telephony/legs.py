"""What becomes of the calls that we placed: their states, their ends, and what follows."""

from typing import Any

from sqlalchemy import Row

from callbacks import requests
from logging_db import calls as record
from logging_db import offers as book
from logging_db import room_state
from routing import states
from telephony import departing, meeting, offers, pausing
from telephony.desk import Step
from telephony.hook import Hook

# The provider's words for a leg that nobody answered, and what they mean for the offer.
MISSED_ENDINGS = frozenset({"busy", "no-answer", "completed", "canceled"})

Leg = Row[Any]


def status(step: Step, hook: Hook, leg: Leg) -> None:
    """Follow a status of the provider's; it may come twice, late or out of order."""
    if leg.provider_sid is None:
        offers.of_leg(step, leg)  # the offer before its leg, as everywhere
        offers.adopt(step, leg, hook.sid)
    if hook.is_final:
        end(step, leg.id, hook.status)
    elif hook.status == "in-progress":
        book.move_leg(step.connection, leg.id, states.ANSWERED, answered_at=step.at)


def end(step: Step, leg_id: str, ending: str) -> None:
    """A leg is over: close it once, and settle what hung on it."""
    leg = book.get_leg(step.connection, leg_id)
    offer = book.get_offer(step.connection, leg.offer_id) if leg else None
    if leg is None or offer is None:
        return
    offer = offers.held(step, offer)
    if not book.move_leg(step.connection, leg_id, states.ENDED, ended_at=step.at, ending=ending):
        return
    if leg.party == "responder":
        _responder_gone(step, leg, offer, ending)
    elif leg.party == "guest":
        departing.guest_gone(step, leg)
    else:
        _callee_gone(step, leg, offer, ending)


def _responder_gone(step: Step, leg: Leg, offer: Row[Any], ending: str) -> None:
    if offer.state == states.OFFERED:
        missed = states.MISSED if ending in MISSED_ENDINGS else states.FAILED
        book.move_offer(step.connection, offer.id, missed)
        if missed == states.MISSED and offer.room_id is None:
            pausing.missed(step, offer.responder_id)
        if offer.call_id:
            record.note(step.connection, offer.call_id, step.at, missed, offer.id)
    elif offer.state == states.TAKEN and not departing.goes_on_without(step, leg, offer):
        if offer.call_id:
            _leave_call(step, offer, ending)
        else:
            _leave_callback(step, offer)
    # They may have pressed 1 while we waited for the offer, at a later instant than ours.
    over = max(step.at, offer.taken_at or offer.offered_at)
    book.close_offer(step.connection, offer.id, over)
    step.later("match", offer.line_id)


def _leave_call(step: Step, offer: Row[Any], ending: str) -> None:
    """Before the talk began, the caller goes back to the line and keeps the place."""
    call = record.get(step.connection, offer.call_id)
    if call is None or call.offer_id != offer.id:
        return
    if call.state == states.LEAVING and ending == "failed":
        # It was no hanging up, and whoever was cut off still hears the last words.
        if room_state.to_front(step.connection, call, step.at, place="room"):
            step.later("move", call.id)
        return
    if call.state != states.CLAIMED:
        return
    record.move(step.connection, call.id, states.WAITING, step.at, offer_id=None, asked_at=None)


def _leave_callback(step: Step, offer: Row[Any]) -> None:
    """The responder left: whoever is still being rung for them is let go.

    Somebody who talks already hears goodbye from the room, which ends by itself.
    """
    leg = book.leg_of(step.connection, offer.id, "caller")
    if leg is None or leg.ended_at is not None or leg.answered_at is not None:
        return
    requests.finish_attempt(step.connection, offer.callback_id, offer.id, "canceled", step.at)
    for leg_id in book.unwanted(step.connection, [offer.id]):
        step.later("drop", leg_id)


def _callee_gone(step: Step, leg: Leg, offer: Row[Any], ending: str) -> None:
    """The person rung back is gone: settle the attempt and let the responder know."""
    outcome = _outcome(step, leg, offer, ending)
    requests.finish_attempt(step.connection, offer.callback_id, offer.id, outcome, step.at)
    departing.caller_gone(step, offer)
    responder = book.leg_of(step.connection, offer.id, "responder")
    if responder is not None and responder.ended_at is None and outcome != requests.REACHED:
        step.later("tell", responder.id)


def _outcome(step: Step, leg: Leg, offer: Row[Any], ending: str) -> str:
    """Return what came of an attempt: only a talk in the room counts as reached."""
    request = requests.get(step.connection, offer.callback_id)
    if leg.answered_at is None or request is None:
        return ending if ending != "completed" else requests.NOT_CONNECTED
    return requests.REACHED if meeting.of_callback(step, offer) else requests.NOT_CONNECTED
