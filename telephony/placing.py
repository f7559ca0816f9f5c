"""Placing the calls that are written down, each once, and finding out what became of them.

The row says what is wanted before the provider is asked, and what came of it afterwards.
Everything here may run twice, and may be cut off anywhere: the sweep goes on from the row.
"""

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Row, select

from callbacks import requests
from callbacks.dialler import DiallerError, Ring
from logging_db import calls as record
from logging_db import offers as book
from logging_db import room_state
from logging_db.cipher import SealBrokenError, contact_place, guest_place, phone_place
from logging_db.tables import contacts, responders
from routing import states
from telephony import legs, offers, paths
from telephony.desk import Desk, Step

log = structlog.get_logger(__name__)

CALLEE_RING_SECONDS = 40
"""How long we let the telephone of somebody ring who asked to be called back."""

GUEST_RING_SECONDS = 45
"""The same for somebody outside whom a responder brings in: offices take their time."""

PAGES = {"responder": "answer", "caller": "callee", "guest": "guest"}
"""What somebody hears who picks up."""

GIVE_UP_PLACING = timedelta(seconds=20)
"""How long we look for a call after an unclear answer before we call it failed. The REST
time limit is well below, so by then no request of ours can still be under way."""

GIVE_UP_BLIND = timedelta(seconds=90)
"""The same where the provider does not even let us look."""

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
    ring = Ring(
        to=target.number,
        caller_id=target.caller_id,
        answer_url=paths.leg(desk, leg_id, PAGES[leg.party]),
        status_url=paths.leg(desk, leg_id, "status"),
        fallback_url=desk.url(paths.FALLBACK),
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
    if not leg.wanted or not _still_waits(step, leg):
        legs.end(step, leg_id, "canceled")
        return None
    target = _target(step, leg)
    if target is None:
        legs.end(step, leg_id, "failed")
        return None
    if not book.move_leg(step.connection, leg_id, states.PLACING, placing_at=step.at):
        return None
    return leg, target


def _still_waits(step: Step, leg: Row[Any]) -> bool:
    """Tell whether there is still somebody to ring for; else take the offer back.

    The work may have gone in the moment in which it was matched.
    """
    offer = offers.of_leg(step, leg)
    if leg.party == "guest" or offer.room_id:
        return _room_goes_on(step, offer)
    if offer.state != states.OFFERED:
        return bool(leg.party == "caller")
    if offer.call_id:
        call = record.get(step.connection, offer.call_id)
        waits = call is not None and call.state == states.WAITING
    else:
        request = requests.get(step.connection, offer.callback_id)
        waits = request is not None and request.state == requests.DUE
    if not waits:
        book.move_offer(step.connection, offer.id, states.WITHDRAWN)
    return waits


def _room_goes_on(step: Step, offer: Row[Any]) -> bool:
    goes_on = offers.goes_on(room_state.of_offer(step.connection, offer))
    if not goes_on and offer.room_id:
        book.move_offer(step.connection, offer.id, states.WITHDRAWN)
    return goes_on


def _target(step: Step, leg: Row[Any]) -> _Target | None:
    """Return the number behind a leg; it goes to the provider and nowhere else."""
    offer = book.get_offer(step.connection, leg.offer_id)
    if offer is None:
        return None
    line = step.book.by_id[offer.line_id].line
    try:
        if leg.party == "responder":
            return _Target(_phone(step, offer), line.caller_id, line.ring_seconds)
        if leg.party == "guest":
            rung = _guest_number(step, leg)
            return _Target(rung, line.caller_id, GUEST_RING_SECONDS) if rung else None
        request = requests.get(step.connection, offer.callback_id)
        if request is None or request.number is None:
            return None
        number = requests.number_of(step.desk.cipher, request)
    except SealBrokenError as error:
        log.error("number_does_not_open", leg=leg.id, reason=str(error))  # noqa: TRY400 # the reason says it all
        return None
    return _Target(number, line.caller_id, CALLEE_RING_SECONDS)


def _phone(step: Step, offer: Row[Any]) -> str:
    sealed = step.connection.execute(
        select(responders.c.phone).where(responders.c.id == offer.responder_id)
    ).scalar_one()
    return step.desk.cipher.open(sealed, phone_place(offer.responder_id))


def _guest_number(step: Step, leg: Row[Any]) -> str | None:
    guest = room_state.guest_of(step.connection, leg.id)
    if guest is None:
        return None
    if guest.number is not None:
        return step.desk.cipher.open(guest.number, guest_place(leg.id))
    query = select(contacts.c.number).where(contacts.c.id == guest.contact_id)
    sealed = step.connection.execute(query).scalar_one_or_none()
    return step.desk.cipher.open(sealed, contact_place(guest.contact_id)) if sealed else None


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
        since = (offer.taken_at or offer.offered_at) if offer else step.at
        guest = room_state.guest_of(step.connection, leg.id)
        since = guest.asked_at if guest else since
        patient = step.at - since < GIVE_UP_THROTTLED
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
    if leg is None or leg.state != states.PLACING or leg.placing_at is None:
        return
    patience, sid = GIVE_UP_PLACING, None
    if target is not None:
        try:
            sid = desk.dialler.find(target.number, target.caller_id, leg.placing_at)
        except DiallerError as error:
            # Nobody could look, so the telephone may be ringing: it must have rung out.
            log.warning("leg_not_found_out", leg=leg_id, code=error.code)
            patience = GIVE_UP_BLIND
    with desk.step() as step:
        if sid is not None and _is_unknown(step, sid):
            _placed(step, leg_id, sid)
        elif step.at - leg.placing_at > patience:
            legs.end(step, leg_id, "failed")


def _is_unknown(step: Step, sid: str) -> bool:
    return book.leg_by_sid(step.connection, sid) is None
