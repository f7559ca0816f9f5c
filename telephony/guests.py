"""Somebody from outside is rung into a room: an interpreter, a welfare office, a number."""

from typing import Any

from sqlalchemy import Row, select

from logging_db import offers as book
from logging_db import room_state as state
from logging_db.tables import contacts
from routing import states
from telephony import offers, paths, words
from telephony.desk import Step
from telephony.hook import Hook
from telephony.replies import Hangup, Redirect, Reply, say


def answer(step: Step, hook: Hook, leg: Row[Any]) -> Reply:
    """A guest picked up: say who is calling, if the room still goes on; then :func:`enter`."""
    offer = offers.of_leg(step, leg)  # its people may leave at this very moment
    offers.adopt(step, leg, hook.sid)
    book.move_leg(step.connection, leg.id, states.ANSWERED, answered_at=step.at)
    language = language_of(step, leg, offer)
    if not _may_come(step, leg):
        return (say("guest_too_late", language), Hangup())
    line = step.book.by_id[offer.line_id].line
    enters = paths.leg(step.desk, leg.id, "enter")
    return (say("guest_hello", language, line=line.name), Redirect(enters))


def enter(step: Step, hook: Hook, leg: Row[Any]) -> Reply:
    """A guest has heard who is calling. From here they are in: the provider connects them now."""
    offer = offers.of_leg(step, leg)
    offers.adopt(step, leg, hook.sid)
    if not _may_come(step, leg) or not offers.join(step, leg):
        return (say("guest_too_late", language_of(step, leg, offer)), Hangup())
    return (offers.guest_room(step, state.id_of(offer), leg.id),)


def _may_come(step: Step, leg: Row[Any]) -> bool:
    """Tell whether they are still wanted; nobody comes in whom the book holds to be gone."""
    fresh = book.get_leg(step.connection, leg.id)
    if fresh is None or not fresh.wanted or fresh.ended_at is not None:
        return False
    return offers.goes_on(state.of_id(step.connection, leg.offer_id))


def language_of(step: Step, leg: Row[Any], offer: Row[Any]) -> str:
    """Return the language in which to speak to a guest: a contact's own, else the caller's."""
    query = select(contacts.c.languages).select_from(contacts)
    guest = state.guest_of(step.connection, leg.id)
    theirs: tuple[str, ...] = ()
    if guest is not None and guest.contact_id:
        found = step.connection.execute(query.where(contacts.c.id == guest.contact_id)).scalar()
        theirs = tuple(found or ())
    room = state.of_offer(step.connection, offer)
    if room is not None and room.language:
        theirs = (*theirs, room.language)
    return words.spoken(theirs, step.book.by_id[offer.line_id].line.languages[0])


def after(step: Step, hook: Hook, leg: Row[Any]) -> Reply:
    """A guest is out of the room: thank them."""
    offer = book.get_offer(step.connection, leg.offer_id)
    if hook.is_final or offer is None:
        return ()
    book.amend_leg(step.connection, leg.id, asked_at=step.at)  # nobody need tell them again
    return (say("room_over", language_of(step, leg, offer)), Hangup())
