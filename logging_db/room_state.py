"""What a room is in the book: one conversation, whoever comes and goes.

A room bears the id of the offer that founded it. Colleagues who come in have offers of their
own, with ``room_id``; guests from outside have a leg of the founding offer. Whatever the provider
has yet to be asked for marks the founding offer ``unsettled``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select, update

from logging_db import calls as record
from logging_db import offers as book
from logging_db.tables import callback_requests, calls, guests, legs, lines, offers
from routing import states

CONTACT: Final = "contact"
NUMBER: Final = "number"  # keyed in by a responder
COLLEAGUE: Final = "colleague"

CUT_OFF: Final = "cut_off"  # a talk broke off and its caller is back in the line
ON_PURPOSE: Final = "ended_on_purpose"  # by the responder: goodbye, and no key to come back
BROKEN_OFF: Final = "broken_off"  # the same, so soon that it was none

_room_of = func.coalesce(offers.c.room_id, offers.c.id)


@dataclass(frozen=True)
class Room:
    """A room and its people; ``call_id`` is the call that its history is written into.

    ``caller_sid`` is the provider's id of the caller's call, ``None`` while they are not in.
    ``legs`` are those of everybody else who is not gone, as :func:`_legs` finds them.
    """

    founding: Row[Any]
    call_id: str | None
    language: str | None
    caller_sid: str | None
    legs: Sequence[Row[Any]]

    @property
    def id(self) -> str:
        """The id of the offer that founded it, which is in its name."""
        return str(self.founding.id)

    @property
    def present(self) -> Sequence[Row[Any]]:
        """The legs of those who are in, or on their last steps to it; the caller's not."""
        return [leg for leg in self.legs if is_in(leg)]

    @property
    def staying(self) -> Sequence[Row[Any]]:
        """Those who are in and do not mean to leave."""
        return [leg for leg in self.present if leg.wanted]

    @property
    def unanswered(self) -> Sequence[Row[Any]]:
        """The legs of those who are still being rung, or asked for a key."""
        return [leg for leg in self.legs if not is_in(leg)]


def is_in(leg: Row[Any]) -> bool:
    """Tell whether somebody whose leg it is takes part.

    A colleague has pressed 1, a guest from outside has heard who is calling.
    """
    took = leg.state == states.ANSWERED and leg.offer_state == states.TAKEN
    return took and (leg.party != "guest" or leg.joined_at is not None)


def ends_with(leg: Row[Any]) -> bool:
    """Tell whether the room ends when this person leaves; at first as their document said."""
    at_first = leg.party == "responder" and leg.room_id is None
    return at_first if leg.ends_room is None else bool(leg.ends_room)


def id_of(offer: Row[Any]) -> str:
    """Return the id of the room in which an offer takes place."""
    return str(offer.room_id or offer.id)


def of_offer(connection: Connection, offer: Row[Any]) -> Room | None:
    """Return the room of an offer, whether it is going on or not."""
    founding = book.get_offer(connection, id_of(offer)) if offer.room_id else offer
    if founding is None:
        return None
    found = _legs(connection, founding)
    theirs = [leg for leg in found if leg.party != "caller"]
    if founding.call_id:
        call = record.get(connection, founding.call_id)
        sid = call.provider_sid if call and _is_in(connection, call, founding) else None
        return Room(founding, founding.call_id, call and call.language, sid, theirs)
    query = select(callback_requests.c.call_id, callback_requests.c.language)
    asked = connection.execute(query.where(callback_requests.c.id == founding.callback_id)).one()
    rung = [leg for leg in found if leg.party == "caller" and leg.state == states.ANSWERED]
    sid = rung[0].provider_sid if rung else None
    return Room(founding, asked.call_id, asked.language, sid, theirs)


def of_id(connection: Connection, offer_id: str) -> Room | None:
    """Return the room in which the offer takes place, by the id of the offer."""
    offer = book.get_offer(connection, offer_id)
    return None if offer is None else of_offer(connection, offer)


def _is_in(connection: Connection, call: Row[Any], founding: Row[Any]) -> bool:
    if call.ended_at is not None or call.state != states.TALKING or call.place != "room":
        return False
    taken = book.get_offer(connection, call.offer_id) if call.offer_id else None
    return taken is not None and id_of(taken) == founding.id


def _legs(connection: Connection, founding: Row[Any]) -> Sequence[Row[Any]]:
    """Return the legs of a room that are not over, found by the work: that has an index."""
    mine = (
        offers.c.call_id == founding.call_id
        if founding.call_id
        else offers.c.callback_id == founding.callback_id
    )
    return connection.execute(
        select(
            legs,
            offers.c.state.label("offer_state"),
            offers.c.responder_id,
            offers.c.room_id,
            guests.c.joined_at,
        )
        .join(offers, offers.c.id == legs.c.offer_id)
        .outerjoin(guests, guests.c.leg_id == legs.c.id)
        .where(mine, _room_of == founding.id, legs.c.ended_at.is_(None))
        .order_by(legs.c.place_at, legs.c.id)
    ).all()


def lock_work(connection: Connection, offer: Row[Any]) -> None:
    """Let nobody else change what the offer is about: the work comes before its offers."""
    if offer.call_id:
        record.get(connection, offer.call_id, lock=True)
        return
    query = select(callback_requests.c.id).where(callback_requests.c.id == offer.callback_id)
    connection.execute(query.with_for_update(key_share=True))


def lock(connection: Connection, offer: Row[Any]) -> Row[Any] | None:
    """Return the offer anew; nobody else changes it meanwhile, its work or its room."""
    lock_work(connection, offer)
    if offer.room_id:
        book.get_offer(connection, offer.room_id, lock=True)
    return book.get_offer(connection, offer.id, lock=True)


def unsettle(connection: Connection, room_id: str, **values: Any) -> None:
    """Write what is wanted of a room; the job ``hold`` asks the provider for it."""
    mine = offers.c.id == room_id
    connection.execute(update(offers).where(mine).values(unsettled=True, **values))


def note(connection: Connection, room: Room, at: datetime, kind: str, detail: str) -> None:
    """Write into the history of the call that the room is about; ids only."""
    if room.call_id is not None:
        record.note(connection, room.call_id, at, kind, detail)


def mine(connection: Connection, by: str, offer_id: str) -> Room | None:
    """Return the room of ``offer_id``, locked, if the responder ``by`` and the caller are in it."""
    offer = book.get_offer(connection, offer_id)
    if offer is None or offer.responder_id != by or lock(connection, offer) is None:
        return None
    room = of_id(connection, offer_id)
    if room is None or room.caller_sid is None:
        return None
    theirs = [leg for leg in room.staying if leg.offer_id == offer_id and leg.party != "guest"]
    return room if theirs else None


def set_held(connection: Connection, room: Room, at: datetime, *, held: bool) -> None:
    """Write down that the caller is to be held, or to talk; their history tells it."""
    if room.founding.held != held:
        unsettle(connection, room.id, held=held)
        note(connection, room, at, "held" if held else "resumed", room.id)


def release_unanswered(connection: Connection, room: Room) -> list[str]:
    """Take back whom nobody needs any more before they came in; return the legs to end."""
    ids = [leg.id for leg in room.unanswered]
    for leg in room.unanswered:
        if leg.party == "responder":
            book.move_offer(connection, leg.offer_id, states.WITHDRAWN)
        book.amend_leg(connection, leg.id, wanted=False, asked_at=None)
    return ids


def to_front(
    connection: Connection, call: Row[Any], at: datetime, *, place: str, kind: str = CUT_OFF
) -> bool:
    """Put a caller whose talk broke off before all others in the line; tell whether it was done.

    They keep the talk that they had: the record stays answered, unless it is of the ``kind``
    :data:`BROKEN_OFF`. ``place`` is ``words`` where the caller is being answered right now,
    ``room`` where they must be fetched from wherever they are.
    """
    longest = connection.execute(
        select(lines.c.max_wait_seconds).where(lines.c.id == call.line_id)
    ).scalar_one()
    done = record.move(
        connection,
        call.id,
        states.WAITING,
        at,
        front=True,
        place=place,
        offer_id=None,
        pending=None,
        asked_at=None,
        seen_at=at,
        waiting_at=call.waiting_at or at,
        wait_until=at + timedelta(seconds=longest),
    )
    if done:
        record.note(connection, call.id, at, kind, call.offer_id)
    return done


def last_taken(connection: Connection, call_id: str) -> str | None:
    """Return the offer by which a call was last taken, if it was."""
    query = select(offers.c.id).where(offers.c.call_id == call_id, offers.c.state == states.TAKEN)
    return connection.execute(query.order_by(offers.c.taken_at.desc()).limit(1)).scalar()


def erase_number(connection: Connection, leg_id: str) -> None:
    """Forget the number that was keyed in for a guest: their leg is over."""
    connection.execute(update(guests).where(guests.c.leg_id == leg_id).values(number=None))


def guest_of(connection: Connection, leg_id: str) -> Row[Any] | None:
    """Return the guest behind a leg, ``None`` if it is no guest's."""
    return connection.execute(select(guests).where(guests.c.leg_id == leg_id)).one_or_none()


def joined(connection: Connection, leg_id: str, at: datetime) -> bool:
    """Note that a guest came in; tell whether that was news."""
    mine = (guests.c.leg_id == leg_id) & guests.c.joined_at.is_(None)
    return connection.execute(update(guests).where(mine).values(joined_at=at)).rowcount == 1


def give_call(connection: Connection, call_id: str, old: str, new: str) -> bool:
    """Make the offer ``new`` the call's, in place of ``old``; tell whether it was done."""
    done = connection.execute(
        update(calls)
        .where(calls.c.id == call_id, calls.c.offer_id == old, calls.c.ended_at.is_(None))
        .values(offer_id=new)
    )
    return done.rowcount == 1
