"""Bringing about at the provider what is wanted of a room: the hold, and whether it goes on.

A room ends for all when the caller leaves, or the last of those who are there for them. The
provider knows that by a mark on each person: it must stand on the caller always, and on
another only while they are the only one. So the ending needs no request of ours, but each
coming and going does. One request at a time; each is safe to make twice.
"""

from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import Row

from callbacks.dialler import DiallerError
from logging_db import offers as book
from logging_db import room_state as state
from telephony import moving, paths, retrying
from telephony.desk import Desk, Step

log = structlog.get_logger(__name__)

MOST_REQUESTS = 12
"""More than these no change of a room needs; the sweep goes on from there."""


@dataclass(frozen=True)
class _Request:
    """One thing to ask of the provider: ``find``, ``hold`` or ``ends``, and ``how``."""

    what: str
    conference: str = ""
    sid: str = ""
    how: bool = False
    leg_id: str | None = None


def arrange(desk: Desk, room_id: str) -> None:
    """Ask the provider for whatever differs from what is wanted, until nothing does."""
    for _ in range(MOST_REQUESTS):
        with desk.step() as step:
            request = _claim(step, room_id)
        if request is None:
            return
        try:
            found = _ask(desk, room_id, request)
        except DiallerError as error:
            log.warning("room_not_arranged", room=room_id, what=request.what, code=error.code)
            if error.gone:
                _forget(desk, room_id, request)
                error = DiallerError("They may be on their way to the room", unclear=True)
            _ask_sooner(desk, room_id, request, error)
            return  # the sweep repeats it, not too soon
        with desk.step() as step:
            _note(step, room_id, request, found)


def _ask_sooner(desk: Desk, room_id: str, request: _Request, error: DiallerError) -> None:
    """Do not leave somebody unheld, or held, for the whole pause."""
    with desk.step() as step:
        wanted = f"{room_id} {request.what}"
        sooner = retrying.asked_at(wanted, error, step.at, moving.ASK_AGAIN)
        if sooner is not None:
            book.amend_offer(step.connection, room_id, hold_asked_at=sooner)


def _claim(step: Step, room_id: str) -> _Request | None:
    offer = book.get_offer(step.connection, room_id)
    founding = state.lock(step.connection, offer) if offer else None
    if founding is None or not founding.unsettled:
        return None
    if founding.hold_asked_at and step.at - founding.hold_asked_at < moving.ASK_AGAIN:
        return None  # somebody is asking right now
    room = state.of_offer(step.connection, founding)
    request = _next(room) if room else None
    if request is None:
        book.amend_offer(step.connection, room_id, unsettled=False, hold_asked_at=None)
        return None
    _write_down(step, room_id, request)
    return request


def _write_down(step: Step, room_id: str, request: _Request) -> None:
    """Before the provider is asked: should nobody learn what it did, that much is known.

    By then something else may be wanted, which would look as if it were so already.
    """
    unclear = {"hold_unclear": True} if request.what == "hold" else {}
    book.amend_offer(step.connection, room_id, hold_asked_at=step.at, **unclear)
    if request.leg_id is not None:
        book.amend_leg(step.connection, request.leg_id, ends_unclear=True)


def _next(room: state.Room) -> _Request | None:
    """Return the most urgent thing that is not as it should be: first of all, who hears whom."""
    if room.caller_sid is None:
        return None  # nobody is there to be held, and the room has ended
    held = room.founding.held
    to_hold = room.founding.hold_unclear or held != room.founding.held_there
    wrong = [leg for leg in room.present if _is_wrong(room, leg)]
    if not to_hold and not wrong:
        return None
    conference = room.founding.conference_sid
    if conference is None:
        return _Request("find")
    if to_hold:
        return _Request("hold", conference, room.caller_sid, held)
    # Before somebody's leaving ceases to end the room, another's begins to.
    leg = max(wrong, key=lambda one: _should_end_with(room, one))
    return _Request("ends", conference, leg.provider_sid, _should_end_with(room, leg), leg.id)


def _is_wrong(room: state.Room, leg: Row[Any]) -> bool:
    return bool(leg.ends_unclear or state.ends_with(leg) != _should_end_with(room, leg))


def _should_end_with(room: state.Room, leg: Row[Any]) -> bool:
    if not room.staying:
        return state.ends_with(leg)
    return [one.id for one in room.staying] == [leg.id]


def _ask(desk: Desk, room_id: str, request: _Request) -> str | None:
    if request.what == "find":
        found = desk.dialler.find_room(f"room-{room_id}")
        if found is None:
            raise DiallerError("There is no such conference", gone=True)
        return found
    if request.what == "hold":
        url = paths.room(desk, room_id, "hold") if request.how else None
        desk.dialler.hold(request.conference, request.sid, url)
    else:
        desk.dialler.set_ending(request.conference, request.sid, ends=request.how)
    return None


def _note(step: Step, room_id: str, request: _Request, found: str | None) -> None:
    """Write down what was done, whatever is wanted by now."""
    done: dict[str, Any] = {"conference_sid": found} if found else {}
    if request.what == "hold":
        done |= {"held_there": request.how, "hold_unclear": False}
    book.amend_offer(step.connection, room_id, hold_asked_at=None, **done)
    if request.leg_id is None:
        return
    book.amend_leg(step.connection, request.leg_id, ends_room=request.how, ends_unclear=False)
    leg = book.get_leg(step.connection, request.leg_id)
    if leg is not None and not leg.wanted:
        step.later("drop", leg.id)  # now they may leave without ending the room


def _forget(desk: Desk, room_id: str, request: _Request) -> None:
    """They are not in the conference that we know: look for it anew before the next request.

    Or they are gone, and their end was not told.
    """
    with desk.step() as step:
        if request.leg_id is not None:
            step.later("ask_about_leg", request.leg_id)
        offer = book.get_offer(step.connection, room_id)
        if offer is not None and offer.conference_sid == request.conference:
            book.amend_offer(step.connection, room_id, conference_sid=None)
