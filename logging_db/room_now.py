"""What goes on in a responder's conversation right now, for a screen; without any number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from logging_db import offers as book
from logging_db import room_state as state
from logging_db.tables import (
    callback_requests,
    calls,
    contacts,
    guests,
    legs,
    offers,
    responders,
)
from routing import states


@dataclass(frozen=True)
class GuestNow:
    """Somebody beside the caller and whoever looks.

    ``kind``: ``contact``, ``number``, ``colleague``; ``name`` is ``None`` for a number.
    ``state``: ``placing``, ``ringing``, ``greeted`` (they have picked up and hear who is calling,
    or are asked for a key), ``talking``, ``over``; then ``why``: ``left``, ``busy``, ``no-answer``,
    ``declined``, ``failed``, ``canceled``. ``contact_id`` and ``responder_id`` say who it
    is. ``may_release``: whether :func:`logging_db.rooms.release` would let them go.
    """

    leg_id: str
    kind: str
    name: str | None
    state: str
    why: str | None
    contact_id: str | None
    responder_id: str | None
    may_release: bool


@dataclass(frozen=True)
class RoomNow:
    """The conversation that a responder is in.

    ``offer_id`` is theirs: every act is asked for by it. ``call_id`` is ``None`` where
    somebody was rung back. ``since`` is when they took it. ``held`` is what is wanted,
    ``held_there`` what the provider has done. ``leaving``: they asked to leave. ``guests``
    are in the order of their coming, with those who are gone again.
    """

    offer_id: str
    room_id: str
    call_id: str | None
    callback_id: str | None
    line_id: str
    language: str | None
    since: datetime
    held: bool
    held_there: bool
    caller_present: bool
    leaving: bool
    guests: tuple[GuestNow, ...]


@dataclass(frozen=True)
class Talk:
    """A conversation that may be taken over: its offer, who is in it, since when."""

    offer_id: str
    responder_id: str
    responder: str
    line_id: str
    language: str | None
    since: datetime


def now(connection: Connection, responder_id: str) -> RoomNow | None:
    """Return the conversation in which a responder is, or waits for the caller to come."""
    query = select(offers).where(
        offers.c.responder_id == responder_id, offers.c.open, offers.c.state == states.TAKEN
    )
    offer = connection.execute(query).one_or_none()
    if offer is None:
        return None
    leg = book.leg_of(connection, offer.id, "responder")
    room = state.of_offer(connection, offer)
    if leg is None or leg.ended_at is not None or room is None:
        return None
    return RoomNow(
        offer_id=offer.id,
        room_id=room.id,
        call_id=offer.call_id,
        callback_id=offer.callback_id,
        line_id=offer.line_id,
        language=room.language,
        since=offer.taken_at,
        held=room.founding.held,
        held_there=_held_there(room.founding),
        caller_present=room.caller_sid is not None,
        leaving=not leg.wanted,
        guests=tuple(_guests(connection, room, leg.id, responder_id)),
    )


def _held_there(founding: Row[Any]) -> bool:
    """While nobody knows what the provider did, what is wanted is not yet so."""
    return bool(founding.held_there) if not founding.hold_unclear else not founding.held


def _guests(connection: Connection, room: state.Room, mine: str, me: str) -> Sequence[GuestNow]:
    founding = room.founding
    work = (
        offers.c.call_id == founding.call_id
        if founding.call_id
        else offers.c.callback_id == founding.callback_id
    )
    host = (legs.c.party == "responder") & legs.c.ended_at.is_(None)
    before = (legs.c.party == "responder") & (offers.c.responder_id == me)  # who came in again
    query = (
        select(
            legs,
            guests,
            legs.c.id.label("this"),
            offers.c.state.label("offer_state"),
            offers.c.responder_id.label("theirs"),
            contacts.c.name.label("contact"),
            responders.c.name.label("responder"),
        )
        .join(offers, offers.c.id == legs.c.offer_id)
        .join(responders, responders.c.id == offers.c.responder_id)
        .outerjoin(guests, guests.c.leg_id == legs.c.id)
        .outerjoin(contacts, contacts.c.id == guests.c.contact_id)
        .where(
            work,
            func.coalesce(offers.c.room_id, offers.c.id) == room.id,
            or_(guests.c.leg_id.is_not(None), host),
            legs.c.id != mine,
            ~before,
        )
        .order_by(legs.c.place_at, legs.c.id)
    )
    return [_guest(row) for row in connection.execute(query)]


def _guest(row: Row[Any]) -> GuestNow:
    how = _state(row)
    kind = row.kind or state.COLLEAGUE
    is_colleague = kind == state.COLLEAGUE
    return GuestNow(
        leg_id=row.this,
        kind=kind,
        name=row.responder if is_colleague else row.contact,
        state=how,
        why=_why(row) if how == "over" else None,
        contact_id=row.contact_id,
        responder_id=row.theirs if is_colleague else None,
        may_release=how != "over" and not (is_colleague and how == "talking"),
    )


def _state(row: Row[Any]) -> str:
    if row.ended_at is not None:
        return "over"
    if row.state in (states.PLANNED, states.PLACING):
        return "placing"
    if state.is_in(row):
        return "talking"
    return "greeted" if row.state == states.ANSWERED else "ringing"


def _why(row: Row[Any]) -> str:
    if row.joined_at is not None:
        return "left"
    if row.offer_state == states.DECLINED:
        return "declined"
    return "no-answer" if row.ending == "completed" else str(row.ending)


def talks(connection: Connection) -> list[Talk]:
    """Return the conversations that go on, the oldest first: what may be taken over."""
    language = func.coalesce(callback_requests.c.language, calls.c.language)
    query = (
        select(offers, responders.c.name, language.label("language"))
        .join(responders, responders.c.id == offers.c.responder_id)
        .outerjoin(calls, calls.c.id == offers.c.call_id)
        .outerjoin(callback_requests, callback_requests.c.id == offers.c.callback_id)
        .where(offers.c.open, offers.c.state == states.TAKEN)
        .order_by(offers.c.taken_at)
    )
    return [
        Talk(row.id, row.responder_id, row.name, row.line_id, row.language, row.taken_at)
        for row in connection.execute(query)
    ]
