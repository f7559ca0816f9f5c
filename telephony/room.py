"""The room: a conference that a responder waits in and the caller is brought to."""

import re
from typing import Any

from sqlalchemy import Row

from callbacks import requests
from logging_db import calls as record
from logging_db import offers as book
from logging_db import room_state
from routing import meetings, states
from telephony import calls, farewell, guests, meeting, offers, paths, words
from telephony.desk import Desk, Step
from telephony.hook import Hook
from telephony.replies import Hangup, Play, Reply, Room, say
from telephony.speech import in_text

CONFERENCE = re.compile(r"CF[0-9a-fA-F]{32}")

EVENTS = {
    "conference-start": meetings.STARTED,
    "conference-end": meetings.ENDED,
    "participant-join": "joined_",  # and who it was
    "participant-leave": "left_",
}


def enter(step: Step, call: Row[Any]) -> Reply:
    """The caller is being moved: into the room, if the responder is still there.

    The provider asks for this document exactly when it connects the caller, so the talk
    counts from here, whatever later becomes of the room's events.
    """
    language = call.language or step.book.by_id[call.line_id].line.languages[0]
    record.amend(step.connection, call.id, place="room", seen_at=step.at)
    if call.state == states.CLAIMED:
        first = call.answered_at or step.at  # they may have been cut off, and come back
        record.move(step.connection, call.id, states.TALKING, step.at, answered_at=first)
    elif call.state != states.TALKING:
        fresh = record.get(step.connection, call.id) or call
        return calls.back_to_line(step, fresh)
    offer = book.get_offer(step.connection, call.offer_id)
    room_id = room_state.id_of(offer) if offer else call.offer_id  # a colleague may have it by now
    return (
        Room(
            name=f"room-{room_id}",
            label="caller",
            action=paths.call(step.desk, call.id, "after", language),
            events_url=paths.room(step.desk, room_id, "events"),
            wait_url=paths.room(step.desk, room_id, "music"),
        ),
    )


def left_queue(step: Step, hook: Hook, call: Row[Any]) -> Reply:
    """The provider says that the caller is no longer in its queue: go on from there."""
    if hook.is_final or hook.queue_result in ("hangup", "redirected", "bridged"):
        return ()
    if hook.queue_result not in (None, "leave"):
        record.note(step.connection, call.id, step.at, "queue_error", hook.queue_result)
    record.amend(step.connection, call.id, place="words", seen_at=step.at)
    if call.state in (states.CLAIMED, states.TALKING):
        return enter(step, call)
    language = call.language or step.book.by_id[call.line_id].line.languages[0]
    if call.state != states.WAITING or hook.queue_result in (None, "leave"):
        return calls.back_to_line(step, record.get(step.connection, call.id) or call)
    record.amend(step.connection, call.id, pending="failed")
    line = step.book.by_id[call.line_id].line
    return farewell.offer_callback(step, line, call.id, language, (say("sorry", language),))


def leg_after(step: Step, hook: Hook, leg: Row[Any]) -> Reply:
    """Whoever we rang is out of the room."""
    if leg.party == "responder":
        return responder_after(step, hook, leg)
    if leg.party == "guest":
        return guests.after(step, hook, leg)
    return callee_after(step, hook, leg)


def responder_after(step: Step, hook: Hook, leg: Row[Any]) -> Reply:
    """The responder is out of the room: say why."""
    if hook.is_final:
        return ()
    offer = book.get_offer(step.connection, leg.offer_id)
    if offer is None:
        return (Hangup(),)
    book.amend_leg(step.connection, leg.id, asked_at=step.at)  # nobody need tell them again
    language = offers.screening_language(step, offer)
    key = "left_room" if _goes_on_without(step, leg, offer) else _why_over(step, offer)
    return (say(key, language), Hangup())


def _goes_on_without(step: Step, leg: Row[Any], offer: Row[Any]) -> bool:
    """Tell whether a responder left the others together."""
    room = room_state.of_offer(step.connection, offer)
    if leg.wanted or room is None:
        return False
    return room.caller_sid is not None and bool(room.staying)


def _why_over(step: Step, offer: Row[Any]) -> str:
    if offer.call_id:
        call = record.get(step.connection, offer.call_id)
        mine = call is not None and (offer.room_id is not None or call.offer_id == offer.id)
        talked = call is not None and mine and call.answered_at is not None
        return "room_over" if talked else "caller_left"
    callee = book.leg_of(step.connection, room_state.id_of(offer), "caller")
    return "room_over" if callee and callee.answered_at else "callee_unreachable"


def callee_enter(step: Step, hook: Hook, leg: Row[Any]) -> Reply:
    """Somebody who asked to be called back picked up: into the responder's room."""
    offers.adopt(step, leg, hook.sid)
    book.move_leg(step.connection, leg.id, states.ANSWERED, answered_at=step.at)
    offer = book.get_offer(step.connection, leg.offer_id)
    request = requests.get(step.connection, offer.callback_id) if offer else None
    if offer is None or request is None:
        return (Hangup(),)
    if not offer.open or request.offer_id != offer.id:
        return (say("callee_not_connected", request.language), Hangup())
    return (
        say("callee_hello", request.language),
        offers.room(step, offer.id, leg.id, "caller"),
    )


def callee_after(step: Step, hook: Hook, leg: Row[Any]) -> Reply:
    """The person rung back is out of the room."""
    offer = book.get_offer(step.connection, leg.offer_id)
    request = requests.get(step.connection, offer.callback_id) if offer else None
    if hook.is_final or request is None:
        return ()
    book.amend_leg(step.connection, leg.id, asked_at=step.at)
    talked = offer is not None and meeting.of_callback(step, offer)
    line = step.book.by_id[request.line_id].line
    key = "after_talk" if talked else "callee_not_connected"
    return (in_text(line, key, request.language), Hangup())


def music(desk: Desk) -> Reply:
    """What is heard in a room until the other side comes."""
    return (Play(desk.url(paths.MUSIC)),)


def on_hold(step: Step, room_id: str) -> Reply:
    """What a caller hears who is held: words now and then, in their language, and music."""
    room = room_state.of_id(step.connection, room_id)
    language = words.spoken((room.language,) if room and room.language else ())
    return (say("on_hold", language), Play(step.desk.url(paths.MUSIC)))


def event(
    step: Step, name: str, label: str, offer_id: str, *, conference: str = "", sid: str = ""
) -> None:
    """Write what happens in the room into the call's history.

    ``conference`` and ``sid`` are the provider's ids of the room and of whoever comes or goes.
    Those who were brought in have lines of their own in the history.
    """
    kind = EVENTS.get(name)
    offer = book.get_offer(step.connection, offer_id)
    if kind is None or offer is None:
        return
    begins = kind in ("joined_", meetings.STARTED) and CONFERENCE.fullmatch(conference)
    if begins and offer.conference_sid != conference:
        book.amend_offer(step.connection, offer_id, conference_sid=conference)
    if kind == "left_":
        _look_after_leaving(step, offer, sid)
    if label.startswith("guest-"):
        return
    if kind.endswith("_"):
        kind += "caller" if label == "caller" else "responder"
    call_id = offer.call_id
    if call_id is None:
        request = requests.get(step.connection, offer.callback_id)
        call_id = request.call_id if request else None
    if call_id is None:
        return
    record.note(step.connection, call_id, step.at, kind, offer_id)
    if offer.callback_id and meeting.of_callback(step, offer):
        requests.reached_after_all(step.connection, offer.callback_id, offer_id, step.at)


def _look_after_leaving(step: Step, offer: Row[Any], sid: str) -> None:
    """Of three, somebody left: should their end be lost, the others must still be known alone."""
    room = room_state.of_offer(step.connection, offer)
    if room is None or len(room.present) < 2:
        return  # of two, whoever is left leaves with them
    for leg in room.present:
        if leg.provider_sid == sid:
            step.later("ask_about_leg", leg.id)
