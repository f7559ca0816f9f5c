"""Somebody leaves a room: who stays with the caller, whose the call is now, what is told."""

from typing import Any

from sqlalchemy import Row

from logging_db import offers as book
from logging_db import room_state as state
from telephony.desk import Step


def goes_on_without(step: Step, leg: Row[Any], offer: Row[Any]) -> bool:
    """A responder who was in the room is gone: go on if others are with the caller; tell."""
    room = state.of_offer(step.connection, offer)
    if room is None:
        return False
    if offer.room_id:
        state.note(step.connection, room, step.at, "guest_left", leg.id)
    colleague = next((one for one in room.present if one.party == "responder"), None)
    if colleague is None:
        _let_go(step, room)  # nobody is there who would know of them
    if not room.present or room.caller_sid is None:
        return False
    if room.founding.call_id and colleague is not None:
        _hand_over(step, room, offer, colleague)
    if colleague is None or len(room.staying) == 1:
        # Whoever could bring the caller back is gone, or has nobody left to talk to before.
        state.set_held(step.connection, room, step.at, held=False)
    _settle(step, room)
    return True


def _hand_over(step: Step, room: state.Room, offer: Row[Any], colleague: Row[Any]) -> None:
    call_id, new = room.founding.call_id, colleague.offer_id
    if state.give_call(step.connection, call_id, offer.id, new):
        state.note(step.connection, room, step.at, "handed_over", new)


def guest_gone(step: Step, leg: Row[Any]) -> None:
    """Somebody who was brought in is gone, or never came: their number is not needed any more."""
    state.erase_number(step.connection, leg.id)
    room = state.of_id(step.connection, leg.offer_id)
    guest = state.guest_of(step.connection, leg.id)
    if room is None or guest is None:
        return
    kind = "guest_left" if guest.joined_at else "guest_missed"
    state.note(step.connection, room, step.at, kind, leg.id)
    _settle(step, room)


def caller_gone(step: Step, offer: Row[Any]) -> None:
    """The caller is gone: nobody need be rung into the room any more."""
    room = state.of_offer(step.connection, offer)
    if room is not None:
        _let_go(step, room)


def _let_go(step: Step, room: state.Room) -> None:
    for leg_id in state.release_unanswered(step.connection, room):
        step.later("drop", leg_id)


def _settle(step: Step, room: state.Room) -> None:
    state.unsettle(step.connection, room.id)
    step.later("hold", room.id)


def released(step: Step, leg: Row[Any]) -> bool:
    """Tell whether somebody who asked to leave a room may do so now.

    Not before the provider knows that the room goes on without them, and not if they would
    leave the caller alone by now: then they stay.
    """
    room = state.of_id(step.connection, leg.offer_id)
    mine = next((one for one in room.present if one.id == leg.id), None) if room else None
    if room is None or mine is None or room.caller_sid is None:
        return True
    if not room.staying:
        book.amend_leg(step.connection, leg.id, wanted=True)
        return False
    if not state.ends_with(mine) and (leg.party == "guest" or _is_known_to_end(room)):
        return True
    _settle(step, room)
    return False


def _is_known_to_end(room: state.Room) -> bool:
    """Tell whether the provider ends the room with the last who stays, if only one does."""
    last, *others = room.staying
    return bool(others or (state.ends_with(last) and not last.ends_unclear))
