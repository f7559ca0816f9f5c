"""Asking things of the provider: place a leg, end one, move a caller, look a call up.

The row says what is wanted before the provider is asked, and what came of it afterwards.
Everything here may run twice, and may be cut off anywhere: the sweep goes on from the row.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Row, select

from callbacks import requests
from callbacks.dialler import DiallerError, Ring
from logging_db import calls as record
from logging_db import offers as book
from logging_db.cipher import phone_place
from logging_db.tables import responders
from routing import states
from telephony import legs, paths
from telephony.desk import Desk, Step
from telephony.hook import FINAL_STATUSES

log = structlog.get_logger(__name__)

CALLEE_RING_SECONDS = 40
"""How long we let the telephone of somebody ring who asked to be called back."""

ASK_AGAIN = timedelta(seconds=5)
"""How long a request to the provider is given before the sweep repeats it."""

TELL_AGAIN = timedelta(seconds=15)
"""The same for telling a responder something: the words themselves take a while."""

GIVE_UP_PLACING = timedelta(seconds=20)
"""How long we look for a call after an unclear answer before we call it failed. The REST
time limit is well below, so by then no request of ours can still be under way."""

GIVE_UP_THROTTLED = timedelta(seconds=30)


@dataclass(frozen=True)
class _Target:
    """Whom a leg rings, from which number, for how long."""

    number: str
    caller_id: str
    seconds: int


def place(desk: Desk, leg_id: str) -> None:
    """Place a planned leg, once: the claim is written before the provider is called."""
    with desk.step() as step:
        claimed = _claim(step, leg_id)
    if claimed is None:
        return
    leg, target = claimed
    page = "answer" if leg.party == "responder" else "callee"
    ring = Ring(
        to=target.number,
        caller_id=target.caller_id,
        answer_url=paths.leg(desk, leg_id, page),
        status_url=paths.leg(desk, leg_id, "status"),
        ring_seconds=target.seconds,
    )
    try:
        sid = desk.dialler.place(ring)
    except DiallerError as error:
        _not_placed(desk, leg, error)
        return
    with desk.step() as step:
        _placed(step, leg_id, sid)


def _claim(step: Step, leg_id: str) -> tuple[Row[Any], _Target] | None:
    leg = book.get_leg(step.connection, leg_id)
    if leg is None or leg.state != states.PLANNED or leg.place_at > step.at:
        return None
    if not leg.wanted:
        legs.end(step, leg_id, "canceled")
        return None
    target = _target(step, leg)
    if target is None:
        legs.end(step, leg_id, "failed")
        return None
    if not book.move_leg(step.connection, leg_id, states.PLACING, placing_at=step.at):
        return None
    return leg, target


def _target(step: Step, leg: Row[Any]) -> _Target | None:
    """Return the number behind a leg; it goes to the provider and nowhere else."""
    offer = book.get_offer(step.connection, leg.offer_id)
    if offer is None:
        return None
    line = step.book.by_id[offer.line_id].line
    if leg.party == "caller":
        request = requests.get(step.connection, offer.callback_id)
        if request is None or request.number is None:
            return None
        number = requests.number_of(step.desk.cipher, request)
        return _Target(number, line.caller_id, CALLEE_RING_SECONDS)
    sealed = step.connection.execute(
        select(responders.c.phone).where(responders.c.id == offer.responder_id)
    ).scalar_one()
    number = step.desk.cipher.open(sealed, phone_place(offer.responder_id))
    return _Target(number, line.caller_id, line.ring_seconds)


def _placed(step: Step, leg_id: str, sid: str) -> None:
    leg = book.get_leg(step.connection, leg_id)
    if leg is None or leg.ended_at is not None:
        return
    if leg.provider_sid is None:
        book.amend_leg(step.connection, leg_id, provider_sid=sid)
    book.move_leg(step.connection, leg_id, states.RINGING)
    if not leg.wanted:
        step.later("drop", leg_id)


def _not_placed(desk: Desk, leg: Row[Any], error: DiallerError) -> None:
    """Settle a refusal: later if throttled, look first if unclear, else on to the next."""
    log.warning("leg_not_placed", leg=leg.id, unclear=error.unclear, code=error.code)
    if error.unclear:
        return  # the sweep looks the call up; dialling again could ring twice
    with desk.step() as step:
        offer = book.get_offer(step.connection, leg.offer_id)
        patient = offer is not None and step.at - offer.offered_at < GIVE_UP_THROTTLED
        if error.throttled and patient:
            pause = timedelta(seconds=1 + random.random())  # noqa: S311 # jitter, no secret
            book.amend_leg(step.connection, leg.id, state=states.PLANNED, place_at=step.at + pause)
        else:
            legs.end(step, leg.id, "failed")


def look_up(desk: Desk, leg_id: str) -> None:
    """Find out whether a leg whose request had no clear answer exists at the provider."""
    with desk.step() as step:
        leg = book.get_leg(step.connection, leg_id)
        target = _target(step, leg) if leg and leg.state == states.PLACING else None
    if leg is None or target is None or leg.placing_at is None:
        return
    try:
        sid = desk.dialler.find(target.number, target.caller_id, leg.placing_at)
    except DiallerError as error:
        log.warning("leg_not_found_out", leg=leg_id, code=error.code)
        sid = None
    with desk.step() as step:
        if sid is not None and _is_unknown(step, sid):
            _placed(step, leg_id, sid)
        elif step.at - leg.placing_at > GIVE_UP_PLACING:
            legs.end(step, leg_id, "failed")


def _is_unknown(step: Step, sid: str) -> bool:
    return book.leg_by_sid(step.connection, sid) is None


def drop(desk: Desk, leg_id: str) -> None:
    """End a leg that is no longer wanted: stop its ringing, or say why and hang up."""
    with desk.step() as step:
        leg = book.get_leg(step.connection, leg_id)
        if leg is None or leg.ended_at is not None or leg.wanted:
            return
        if leg.state == states.PLANNED:
            legs.end(step, leg_id, "canceled")
            return
        listens = leg.state == states.ANSWERED and leg.party == "responder"
        pause = TELL_AGAIN if listens else ASK_AGAIN
        if leg.provider_sid is None or _just_asked(leg.asked_at, step.at, pause):
            return
        book.amend_leg(step.connection, leg_id, asked_at=step.at)
    try:
        if listens:
            desk.dialler.redirect(leg.provider_sid, paths.leg(desk, leg_id, "answer"))
            return  # the words end the call, and its last status the leg
        desk.dialler.hang_up(leg.provider_sid)
    except DiallerError as error:
        if error.unclear or error.throttled:
            return
    with desk.step() as step:
        legs.end(step, leg_id, "canceled")


def _just_asked(asked_at: datetime | None, at: datetime, pause: timedelta = ASK_AGAIN) -> bool:
    return asked_at is not None and at - asked_at < pause


def move(desk: Desk, call_id: str) -> None:
    """Bring a caller where their call stands: into the room, or back to the line."""
    with desk.step() as step:
        call = record.get(step.connection, call_id)
        page = _wanted_page(step, call) if call else None
        if call is None or page is None or _just_asked(call.asked_at, step.at):
            return
        record.amend(step.connection, call_id, asked_at=step.at)
    try:
        desk.dialler.redirect(call.provider_sid, paths.call(desk, call_id, page, call.language))
    except DiallerError as error:
        log.warning("caller_not_moved", call=call_id, page=page, code=error.code)
        if error.gone:
            end_call(desk, call_id, "completed")


def _wanted_page(step: Step, call: Row[Any]) -> str | None:
    if call.ended_at is not None:
        return None
    if call.state == states.CLAIMED:
        return "room"
    if call.state == states.WAITING and call.place == "room":
        return "back"
    if call.state == states.TALKING and call.place == "room":
        leg = book.leg_of(step.connection, call.offer_id, "responder")
        return "after" if leg is None or leg.ended_at is not None else None
    return None


def tell(desk: Desk, leg_id: str) -> None:
    """Tell somebody who is alone in a room that nobody will come."""
    with desk.step() as step:
        leg = book.get_leg(step.connection, leg_id)
        if leg is None or leg.state != states.ANSWERED or leg.provider_sid is None:
            return
        if _just_asked(leg.asked_at, step.at, TELL_AGAIN):
            return
        book.amend_leg(step.connection, leg_id, asked_at=step.at)
    try:
        desk.dialler.redirect(leg.provider_sid, paths.leg(desk, leg_id, "after"))
    except DiallerError as error:
        if error.gone:
            with desk.step() as step:
                legs.end(step, leg_id, "completed")


def end_call(desk: Desk, call_id: str, status: str) -> None:
    """Close a record whose end the provider told us in another way than by a webhook."""
    with desk.step() as step:
        close(step, call_id, status)


def close(step: Step, call_id: str, status: str) -> bool:
    """Close the record of a call, once, and let go of everybody who was busy with it."""
    before = record.end_call(step.connection, call_id, step.at, status)
    if before is None:
        return False
    withdraw_offers(step, before)
    step.later("match", before.line_id)
    return True


def withdraw_offers(step: Step, call: Row[Any]) -> None:
    """Stop ringing for a call that is over, and tell whoever waits in its room."""
    for leg in book.live_legs_of_call(step.connection, call.id):
        if book.move_offer(step.connection, leg.offer_id, states.WITHDRAWN):
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
