"""Asking the provider to change a call that lives: end it, move it, tell it, look at it.

The row says where somebody is wanted; these jobs bring them there. Each takes it on by a
guarded UPDATE first, so that the bell and the sweep never ask for the same thing at once.
"""

from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Row

from callbacks.dialler import DiallerError
from logging_db import calls as record
from logging_db import offers as book
from logging_db import room_state
from routing import states
from telephony import departing, legs, meeting, paths, retrying
from telephony.desk import Desk, Step
from telephony.hook import FINAL_STATUSES

log = structlog.get_logger(__name__)

ASK_AGAIN = timedelta(seconds=10)
"""How long a request to the provider is given before the sweep repeats it: longer than any
request may take, or the second would undo what the first has done. Where it was answered, and
not done, :mod:`telephony.retrying` has it repeated sooner."""

TELL_AGAIN = timedelta(seconds=15)
"""The same for telling a responder something: the words themselves take a while."""


def drop(desk: Desk, leg_id: str) -> None:
    """End a leg that is no longer wanted: stop its ringing, or say why and hang up."""
    with desk.step() as step:
        leg = book.get_leg(step.connection, leg_id)
        if leg is None or leg.ended_at is not None or leg.wanted:
            return
        if leg.state == states.PLANNED:
            legs.end(step, leg_id, "canceled")
            return
        if leg.provider_sid is None:
            return
        page = _last_page(step, leg)
        stays = page == "after" and not departing.released(step, leg)
        if stays or not _may_ask(step, leg_id, TELL_AGAIN if page else ASK_AGAIN):
            return
    try:
        if page:
            desk.dialler.redirect(leg.provider_sid, paths.leg(desk, leg_id, page))
            return  # the words end the call, and its last status the leg
        desk.dialler.hang_up(leg.provider_sid)
    except DiallerError as error:
        if error.unclear or error.throttled:
            _ask_leg_sooner(desk, leg_id, error, TELL_AGAIN if page else ASK_AGAIN)
            return
    with desk.step() as step:
        legs.end(step, leg_id, "canceled")


def _ask_leg_sooner(desk: Desk, leg_id: str, error: DiallerError, pause: timedelta) -> None:
    """Have the sweep repeat a request that was answered before the whole pause is over.

    Not what may have been done and is being heard: they would hear it from its beginning.
    """
    if error.unclear and pause == TELL_AGAIN:
        return
    with desk.step() as step:
        sooner = retrying.asked_at(leg_id, error, step.at, pause)
        if sooner is not None:
            book.amend_leg(step.connection, leg_id, asked_at=sooner)


def _last_page(step: Step, leg: Row[Any]) -> str | None:
    """Return where somebody who listens hears why their call ends; ``None``: nobody listens."""
    if leg.state != states.ANSWERED:
        return None
    offer = book.get_offer(step.connection, leg.offer_id)
    if offer is not None and offer.state == states.TAKEN:
        return "after"
    return "answer" if leg.party == "responder" else None


def _may_ask(step: Step, leg_id: str, pause: timedelta) -> bool:
    return book.claim_asking(step.connection, leg_id, step.at, pause)


def move(desk: Desk, call_id: str) -> None:
    """Bring a caller where their call stands: into the room, or back to the line."""
    with desk.step() as step:
        call = record.get(step.connection, call_id)
        page = _wanted_page(step, call) if call else None
        if call is None or page is None:
            return
        if not record.claim_asking(step.connection, call, step.at, ASK_AGAIN):
            return
    try:
        desk.dialler.redirect(call.provider_sid, paths.call(desk, call_id, page, call.language))
    except DiallerError as error:
        log.warning("caller_not_moved", call=call_id, page=page, code=error.code)
        if error.gone:
            end_call(desk, call_id, "completed")
            return
        with desk.step() as step:
            sooner = retrying.asked_at(f"{call_id} {page}", error, step.at, ASK_AGAIN)
            if sooner is not None:
                record.amend(step.connection, call_id, asked_at=sooner)


def _wanted_page(step: Step, call: Row[Any]) -> str | None:
    if call.ended_at is not None:
        return None
    if call.state == states.CLAIMED:
        return "room"
    if call.place != "room":
        return None
    if call.state == states.TALKING:
        room = room_state.of_id(step.connection, call.offer_id)
        return None if room and room.present else "after"
    return {states.WAITING: "back", states.LEAVING: "after"}.get(call.state)


def tell(desk: Desk, leg_id: str) -> None:
    """Tell somebody who is alone in a room that nobody will come."""
    with desk.step() as step:
        leg = book.get_leg(step.connection, leg_id)
        if leg is None or leg.state != states.ANSWERED or leg.provider_sid is None:
            return
        if not _may_ask(step, leg_id, TELL_AGAIN):
            return
    try:
        desk.dialler.redirect(leg.provider_sid, paths.leg(desk, leg_id, "after"))
    except DiallerError as error:
        _ask_leg_sooner(desk, leg_id, error, TELL_AGAIN)
        if error.gone:
            with desk.step() as step:
                legs.end(step, leg_id, "completed")


def end_call(desk: Desk, call_id: str, status: str) -> None:
    """Close a record whose end the provider told us in another way than by a webhook."""
    with desk.step() as step:
        close(step, call_id, status)


def close(step: Step, call_id: str, status: str) -> bool:
    """Close the record of a call, once, and let go of everybody who was busy with it."""
    call = record.get(step.connection, call_id)
    if call is not None and call.state == states.TALKING and not meeting.of_call(step, call):
        # They were brought into the room, but nobody was there: that is no answer.
        record.amend(step.connection, call_id, answered_at=answered_before(step, call))
    if call is not None and call.offer_id is None and call.answered_at is not None:
        last = room_state.last_taken(step.connection, call_id)
        record.amend(step.connection, call_id, offer_id=last)  # whose talk it was
    before = record.end_call(step.connection, call_id, step.at, status)
    if before is None:
        return False
    withdraw_offers(step, before)
    step.later("match", before.line_id)
    return True


def answered_before(step: Step, call: Row[Any]) -> datetime | None:
    """Return when a call was answered before it broke off and came back to the line."""
    kept = record.count_noted(step.connection, call.id, room_state.CUT_OFF)
    return call.answered_at if kept else None


def withdraw_offers(step: Step, call: Row[Any]) -> None:
    """Stop ringing for a call that is over, and tell whoever waits in its room."""
    for leg in book.live_legs_of_call(step.connection, call.id):
        still_rings = leg.party == "guest" and leg.state != states.ANSWERED
        if still_rings or book.move_offer(step.connection, leg.offer_id, states.WITHDRAWN):
            book.amend_leg(step.connection, leg.id, wanted=False)
            step.later("drop", leg.id)
        elif leg.offer_id == call.offer_id and call.place != "room":
            step.later("tell", leg.id)


def ask_about_leg(desk: Desk, leg_id: str) -> None:
    """Ask the provider what became of a leg that has been quiet for too long."""
    with desk.step() as step:
        leg = book.get_leg(step.connection, leg_id)
        if leg is None or leg.ended_at is not None or leg.provider_sid is None:
            return
        book.amend_leg(step.connection, leg_id, asked_at=step.at)
    ending = _ended(desk, leg.provider_sid)
    if ending:
        with desk.step() as step:
            legs.end(step, leg_id, ending)


def ask_about_call(desk: Desk, call_id: str) -> None:
    """Ask the provider what became of a call that has been quiet for too long."""
    with desk.step() as step:
        call = record.get(step.connection, call_id)
        if call is None or call.ended_at is not None:
            return
        record.amend(step.connection, call_id, seen_at=step.at)
    ending = _ended(desk, call.provider_sid)
    if ending:
        end_call(desk, call_id, ending)


def _ended(desk: Desk, sid: str) -> str | None:
    """Return the final status of a call at the provider; ``None`` while it lives."""
    try:
        status = desk.dialler.status(sid)
    except DiallerError as error:
        log.warning("provider_did_not_say", code=error.code)
        return None
    if status is None:
        return "completed"  # the provider has no such call any more
    return status if status in FINAL_STATUSES else None
