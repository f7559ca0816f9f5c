"""A responder is rung: told what waits, asked for a key, connected or thanked."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from callbacks import requests
from logging_db import calls as record
from logging_db import offers as book
from logging_db import room_state
from logging_db.tables import offers as offers_table
from routing import states
from routing.roster import Line
from telephony import paths, pausing, words
from telephony.desk import Step
from telephony.hook import Hook
from telephony.replies import Gather, Hangup, Redirect, Reply, Room, say

KEY_SECONDS = 10

Leg = Row[Any]
Offer = Row[Any]


def answer(step: Step, hook: Hook, leg: Leg, attempt: int = 1) -> Reply:
    """A responder picked up: say what waits and ask for a key. Voicemail presses none."""
    adopt(step, leg, hook.sid)
    book.move_leg(step.connection, leg.id, states.ANSWERED, answered_at=step.at)
    offer = _offer(step, leg)
    language = screening_language(step, offer)
    if offer.state == states.TAKEN:
        return enter_room(step, offer, leg, language)
    if offer.state != states.OFFERED:
        return (say(_why_gone(step, offer), language), Hangup())
    action = paths.leg(step.desk, leg.id, "key", attempt=attempt)
    return (Gather(action, (_invitation(step, offer, language),), KEY_SECONDS), Redirect(action))


def _offer(step: Step, leg: Leg) -> Offer:
    offer = book.get_offer(step.connection, leg.offer_id)
    if offer is None:
        raise LookupError(f"leg {leg.id} has no offer")
    return offer


def held(step: Step, offer: Offer) -> Offer:
    """Return the offer anew; nobody else changes it meanwhile, nor the work that it is about."""
    if offer.call_id:
        record.get(step.connection, offer.call_id, lock=True)
    else:
        requests.get(step.connection, offer.callback_id, lock=True)
    return book.get_offer(step.connection, offer.id, lock=True) or offer


def of_leg(step: Step, leg: Leg) -> Offer:
    """Return the offer that a leg carries, held."""
    return held(step, _offer(step, leg))


def adopt(step: Step, leg: Leg, sid: str) -> None:
    """Learn the provider's id of a leg from the provider itself.

    After an unclear answer to our request this is how we know that it was done.
    """
    if leg.provider_sid is None:
        book.amend_leg(step.connection, leg.id, provider_sid=sid)
        book.move_leg(step.connection, leg.id, states.RINGING)
        if not leg.wanted:
            step.later("drop", leg.id)


def screening_language(step: Step, offer: Offer) -> str:
    """Return the language in which to speak to the responder: their own, if we have it."""
    roster = step.book.by_id[offer.line_id]
    person = roster.responders.get(offer.responder_id)
    line_language = roster.line.languages[0]
    return words.spoken(person.languages, line_language) if person else line_language


def _invitation(step: Step, offer: Offer, language: str) -> Any:
    line: Line = step.book.by_id[offer.line_id].line
    since, wanted, key = _what_waits(step, offer)
    return say(
        key,
        language,
        line=line.name,
        language=words.language_name(wanted, language),
        wait=words.duration(step.at - since, language),
    )


def _what_waits(step: Step, offer: Offer) -> tuple[datetime, str, str]:
    if offer.call_id is not None:
        call = record.get(step.connection, offer.call_id)
        assert call is not None  # noqa: S101 # a foreign key holds it
        return call.waiting_at, call.language, "offer_join" if offer.room_id else "offer_call"
    request = requests.get(step.connection, offer.callback_id)
    assert request is not None  # noqa: S101 # a foreign key holds it
    return request.asked_at, request.language, "offer_join" if offer.room_id else "offer_callback"


def key(step: Step, hook: Hook, leg: Leg, attempt: int) -> Reply:
    """Take the responder's key: 1 takes, 2 declines, none declines, another asks once more."""
    # The leg's end may be told at this very moment, and others press their keys.
    offer = of_leg(step, leg)
    language = screening_language(step, offer)
    if hook.digits == "1":
        return _take(step, offer, leg, language)
    if hook.digits not in (None, "2") and attempt < 2:
        return answer(step, hook, leg, attempt + 1)
    refused = states.DECLINED if hook.digits == "2" else states.MISSED
    if book.move_offer(step.connection, offer.id, refused):
        _note(step, offer, refused)
        if refused == states.MISSED and offer.room_id is None:
            pausing.missed(step, offer.responder_id)
        step.later("match", offer.line_id)
    return (say("offer_declined", language), Hangup())


def _take(step: Step, offer: Offer, leg: Leg, language: str) -> Reply:
    if offer.state == states.TAKEN:
        return enter_room(step, offer, leg, language)  # the same key, told twice
    won = offer.state == states.OFFERED and _claim(step, offer, leg)
    if not won:
        book.move_offer(step.connection, offer.id, states.WITHDRAWN)
        return (say(_why_gone(step, offer), language), Hangup())
    book.move_offer(step.connection, offer.id, states.TAKEN, taken_at=step.at)
    if offer.room_id is None:
        withdraw_all(step, call_id=offer.call_id, callback_id=offer.callback_id)
    return enter_room(step, offer, leg, language)


def _why_gone(step: Step, offer: Offer) -> str:
    """Return the prompt that says why there is nothing to take any more."""
    call = record.get(step.connection, offer.call_id) if offer.call_id else None
    if call is None or call.answered_at is not None or call.offer_id is not None:
        return "offer_gone"
    return "caller_left" if call.state == states.ENDED else "offer_gone"


def _claim(step: Step, offer: Offer, leg: Leg) -> bool:
    if offer.room_id:
        return join(step, leg)
    return _claim_call(step, offer) if offer.call_id else _claim_callback(step, offer)


def join(step: Step, leg: Leg) -> bool:
    """Let somebody into a room that goes on; tell whether it does. Safe to do twice."""
    room = room_state.of_id(step.connection, leg.offer_id)
    if room is None or not goes_on(room):
        return False
    if room_state.joined(step.connection, leg.id, step.at):
        room_state.note(step.connection, room, step.at, "guest_joined", leg.id)
        room_state.unsettle(step.connection, room.id)
        step.later("hold", room.id)
    return True


def goes_on(room: room_state.Room | None) -> bool:
    """Tell whether a room is there to come into: a caller, and somebody with them."""
    return room is not None and room.caller_sid is not None and bool(room.present)


def _claim_call(step: Step, offer: Offer) -> bool:
    """Compare and set: of all who press 1, the first one has the call."""
    won = record.move(
        step.connection,
        offer.call_id,
        states.CLAIMED,
        step.at,
        offer_id=offer.id,
        claimed_at=step.at,
        asked_at=None,
    )
    if won:
        step.later("move", offer.call_id)
    return won


def _claim_callback(step: Step, offer: Offer) -> bool:
    if not requests.take(step.connection, offer.callback_id, offer.id, step.at):
        return False
    slot = book.next_slot(step.connection, step.at, step.desk.calls_per_second)
    leg_id = book.plan_leg(step.connection, offer.id, "caller", slot)
    step.later("place", leg_id)
    _note(step, offer, "callback_taken")
    return True


def enter_room(step: Step, offer: Offer, leg: Leg, language: str) -> Reply:
    """Have the responder wait in the room for the caller."""
    if offer.room_id:
        return (say("offer_taken", language), guest_room(step, offer.room_id, leg.id))
    thanks = "offer_taken" if offer.call_id else "offer_taken_callback"
    return (say(thanks, language), room(step, offer.id, leg.id, "responder"))


def room(step: Step, room_id: str, leg_id: str, label: str, *, ends: bool = True) -> Room:
    """Return a room. At first it ends when either side leaves."""
    return Room(
        name=f"room-{room_id}",
        label=label,
        action=paths.leg(step.desk, leg_id, "after"),
        events_url=paths.room(step.desk, room_id, "events"),
        wait_url=paths.room(step.desk, room_id, "music"),
        ends=ends,
    )


def guest_room(step: Step, room_id: str, leg_id: str) -> Room:
    """Return a room for somebody who comes in later, and whose leaving does not end it.

    A tone tells those who talk that they are no longer among themselves.
    """
    later = room(step, room_id, leg_id, f"guest-{leg_id}", ends=False)
    return replace(later, beep=True)


def withdraw_all(step: Step, *, call_id: str | None = None, callback_id: str | None = None) -> None:
    """Take back every offer of a piece of work that nobody has taken; stop their ringing.

    The people stay reserved until their telephones are known to be free again.
    """
    mine = (
        offers_table.c.call_id == call_id if call_id else offers_table.c.callback_id == callback_id
    )
    pending = select(offers_table).where(mine, offers_table.c.state == states.OFFERED)
    pending = pending.order_by(offers_table.c.id)
    withdrawn = [
        offer.id
        for offer in step.connection.execute(pending).all()
        if book.move_offer(step.connection, offer.id, states.WITHDRAWN)
    ]
    if withdrawn:
        for leg_id in book.unwanted(step.connection, withdrawn):
            step.later("drop", leg_id)


def _note(step: Step, offer: Offer, kind: str) -> None:
    """Write into the history of the call that the offer is about."""
    call_id = offer.call_id
    if call_id is None:
        request = requests.get(step.connection, offer.callback_id)
        call_id = request.call_id if request else None
    if call_id is not None:
        record.note(step.connection, call_id, step.at, kind, offer.id)
