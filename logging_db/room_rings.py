"""Ringing somebody into a conversation, and letting them go: see :mod:`logging_db.rooms`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select

from logging_db import offers as book
from logging_db import phone_numbers
from logging_db import room_state as state
from logging_db.cipher import FieldCipher, guest_place
from logging_db.tables import contacts, guests, responders
from routing import states

MOST_GUESTS: Final = 3
"""So many may be brought in; more voices than that nobody follows on a telephone."""


@dataclass(frozen=True)
class Done:
    """What came of it: the bells to ring, as (job, id); or why it was ``refused``."""

    bells: tuple[tuple[str, str], ...] = ()
    refused: str | None = None
    leg_id: str | None = None

    def __bool__(self) -> bool:
        """Tell whether it was done."""
        return self.refused is None


@dataclass(frozen=True)
class Guest:
    """Who is to be brought in: a contact, or a number in E.164; one of the two."""

    contact_id: str | None = None
    number: str | None = None


NOT_THERE = Done(refused="not_there")


def invite(
    connection: Connection,
    cipher: FieldCipher,
    by: str,
    offer_id: str,
    guest: Guest,
    at: datetime,
    *,
    calls_per_second: float,
    hold_caller: bool = True,
) -> Done:
    """Ring somebody into the room; by default the caller is held, to talk to the guest first.

    Bells: ``place``, the leg; ``hold``, the room. The number of a ``guest`` is refused here
    too, whoever has looked at it before.
    """
    room = state.mine(connection, by, offer_id)
    refused = _no_place(room) or _not_rung(connection, guest)
    if room is None or refused:
        return Done(refused=refused)
    kind = state.CONTACT if guest.contact_id else state.NUMBER
    leg_id = _plan(connection, room.id, "guest", at, calls_per_second)
    number = phone_numbers.allowed(guest.number or "")  # in E.164, as it is dialled
    sealed = cipher.seal(number, guest_place(leg_id)) if number else None
    values = {"contact_id": guest.contact_id, "number": sealed, "kind": kind}
    return _invited(connection, room, leg_id, values, at, hold_caller=hold_caller)


def _no_place(room: state.Room | None) -> str | None:
    if room is None or room.caller_sid is None:
        return "not_there"
    if room.unanswered:
        return "one_rings"
    return "full" if len(room.present) > MOST_GUESTS else None


def _not_rung(connection: Connection, guest: Guest) -> str | None:
    if guest.contact_id is None:
        ours = phone_numbers.of_our_lines(connection)
        return phone_numbers.why_not(guest.number or "", ours)
    known = select(contacts.c.id).where(contacts.c.id == guest.contact_id, contacts.c.active)
    return None if connection.execute(known).first() else "no_contact"


def _plan(
    connection: Connection, offer_id: str, party: str, at: datetime, calls_per_second: float
) -> str:
    slot = book.next_slot(connection, at, calls_per_second)
    return book.plan_leg(connection, offer_id, party, slot)


def _invited(
    connection: Connection,
    room: state.Room,
    leg_id: str,
    values: Mapping[str, Any],
    at: datetime,
    *,
    hold_caller: bool,
) -> Done:
    connection.execute(insert(guests).values(leg_id=leg_id, asked_at=at, **values))
    state.note(connection, room, at, "guest_invited", leg_id)
    if hold_caller:
        state.set_held(connection, room, at, held=True)
    return Done((("hold", room.id), ("place", leg_id)), leg_id=leg_id)


def hand_over(
    connection: Connection,
    by: str,
    offer_id: str,
    to: str,
    at: datetime,
    *,
    calls_per_second: float,
    hold_caller: bool = False,
) -> Done:
    """Ring the colleague ``to`` into the room, on duty or not; they are asked for a key.

    When whoever has the call leaves, it is the colleague's. Bells: ``place``, ``hold``.
    """
    room = state.mine(connection, by, offer_id)
    if room is None:
        return NOT_THERE
    return _colleague(connection, room, to, at, calls_per_second, hold_caller=hold_caller)


def take_over(
    connection: Connection, by: str, offer_id: str, at: datetime, *, calls_per_second: float
) -> Done:
    """Ring ``by`` themselves into the room of a colleague's offer, who may then leave."""
    offer = book.get_offer(connection, offer_id)
    if offer is None or state.lock(connection, offer) is None:
        return NOT_THERE
    room = state.of_id(connection, offer_id)
    if room is None or not room.present:
        return NOT_THERE
    return _colleague(connection, room, by, at, calls_per_second, hold_caller=False)


def _colleague(
    connection: Connection,
    room: state.Room,
    responder_id: str,
    at: datetime,
    calls_per_second: float,
    *,
    hold_caller: bool,
) -> Done:
    known = select(responders.c.id).where(responders.c.id == responder_id, responders.c.active)
    if any(leg.responder_id == responder_id and leg.party == "responder" for leg in room.legs):
        return Done(refused="self")
    if not connection.execute(known).first():
        return Done(refused="no_colleague")
    refused = _no_place(room)
    if refused:
        return Done(refused=refused)
    book.lock_pace(connection)  # a match that has it may be writing an offer for them too
    offer_id = book.open_offer(
        connection,
        line_id=room.founding.line_id,
        responder_id=responder_id,
        at=at,
        call_id=room.founding.call_id,
        callback_id=room.founding.callback_id,
        room_id=room.id,
    )
    if offer_id is None:
        return Done(refused="busy")
    leg_id = _plan(connection, offer_id, "responder", at, calls_per_second)
    values = {"responder_id": responder_id, "kind": state.COLLEAGUE}
    return _invited(connection, room, leg_id, values, at, hold_caller=hold_caller)


def release(connection: Connection, by: str, leg_id: str, at: datetime) -> Done:
    """Let a guest go, whether they ring or talk; a colleague only until they are in.

    Bell: ``drop``, the leg.
    """
    leg = book.get_leg(connection, leg_id)
    offer = book.get_offer(connection, leg.offer_id) if leg else None
    if leg is None or offer is None or state.lock(connection, offer) is None:
        return NOT_THERE
    room = state.of_id(connection, offer.id)
    mine = room and any(one.responder_id == by and one.party == "responder" for one in room.present)
    theirs = next((one for one in room.legs if one.id == leg_id), None) if room else None
    if room is None or not mine or theirs is None or not _may_be_released(theirs):
        return NOT_THERE
    if theirs.party == "responder":
        book.move_offer(connection, theirs.offer_id, states.WITHDRAWN)
    book.amend_leg(connection, leg_id, wanted=False, asked_at=None)
    state.unsettle(connection, room.id)
    state.note(connection, room, at, "guest_released", leg_id)
    return Done((("drop", leg_id), ("hold", room.id)))


def _may_be_released(leg: Row[Any]) -> bool:
    return bool(leg.party == "guest" or (leg.room_id and not state.is_in(leg)))
