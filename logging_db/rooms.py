"""What a responder may do in a conversation: hold, bring in, hand over, leave, end, bring back.

Every function checks that whoever asks (``by``, a responder's id) is in the conversation of
``offer_id`` right now, writes what is wanted, and returns :class:`Done`: true if it was done.
After the commit its ``bells`` are to be rung, each ``step.later(*bell)``; the sweep does it where
they are lost. Where it was not done, ``refused`` says why, by a code:

``not_there``: whoever asks is not in that conversation, or its caller is not there;
``full``: three others are in already; ``one_rings``: somebody is being rung; ``no_contact``;
``busy``: the colleague has another call; ``no_colleague``; ``self``; ``alone``: who leaves would
leave nobody with the caller; ``gone``: too late. A number is refused with a code of
:data:`callbacks.numbers.REFUSALS`.
"""

from datetime import datetime

from sqlalchemy import Connection, update

from logging_db import calls as record
from logging_db import offers as book
from logging_db import room_state as state
from logging_db.room_now import GuestNow, RoomNow, Talk, now, talks
from logging_db.room_rings import (
    MOST_GUESTS,
    NOT_THERE,
    Done,
    Guest,
    hand_over,
    invite,
    release,
    take_over,
)
from logging_db.tables import calls, offers
from routing import states

__all__ = [
    "MOST_GUESTS", "Done", "Guest", "GuestNow", "RoomNow", "Talk",
    "bring_back", "end", "hand_over", "hold", "invite", "leave", "now", "release", "resume",
    "take_over", "talks",
]  # fmt: skip


def hold(connection: Connection, by: str, offer_id: str, at: datetime) -> Done:
    """Let the caller hear music, and nobody hear the caller. Bell: ``hold``, the room."""
    return _hold(connection, by, offer_id, at, held=True)


def resume(connection: Connection, by: str, offer_id: str, at: datetime) -> Done:
    """Bring a held caller back to whoever is in the room: *join*, after a word with a guest."""
    return _hold(connection, by, offer_id, at, held=False)


def _hold(connection: Connection, by: str, offer_id: str, at: datetime, *, held: bool) -> Done:
    room = state.mine(connection, by, offer_id)
    if room is None:
        return NOT_THERE
    state.set_held(connection, room, at, held=held)
    return Done((("hold", room.id),))


def leave(connection: Connection, by: str, offer_id: str, at: datetime) -> Done:
    """Leave the others together: the conversation goes on, ``by`` is free.

    Bells: ``hold``, the room, which must no longer end with them; ``drop``, their leg.
    """
    room = state.mine(connection, by, offer_id)
    if room is None:
        return NOT_THERE
    mine = next(leg for leg in room.present if leg.offer_id == offer_id and leg.party != "guest")
    if all(leg.id == mine.id for leg in room.staying):
        return Done(refused="alone")
    book.amend_leg(connection, mine.id, wanted=False, asked_at=None)
    state.set_held(connection, room, at, held=False)
    state.unsettle(connection, room.id)
    return Done((("hold", room.id), ("drop", mine.id)))


def end(connection: Connection, by: str, offer_id: str, at: datetime) -> Done:
    """End the conversation for all, on purpose: the caller hears goodbye.

    Bells: ``move``, the call (``drop``, the leg of somebody rung back); ``drop``, who rings.
    """
    room = state.mine(connection, by, offer_id)
    if room is None:
        return NOT_THERE
    bells = [("drop", leg_id) for leg_id in state.release_unanswered(connection, room)]
    state.note(connection, room, at, state.ON_PURPOSE, room.id)
    if room.founding.call_id:
        record.move(connection, room.founding.call_id, states.LEAVING, at, asked_at=None)
        return Done((("move", room.founding.call_id), *bells))
    rung = book.leg_of(connection, room.id, "caller")
    if rung is not None:
        book.amend_leg(connection, rung.id, wanted=False, asked_at=None)
        bells.insert(0, ("drop", rung.id))
    return Done(tuple(bells))


def bring_back(connection: Connection, by: str, offer_id: str, at: datetime) -> Done:
    """Undo having hung up by mistake: the caller, who still listens, comes first in the line.

    ``by`` is free for them at once, without writing up, and is rung first. Bells: ``move``,
    ``match``.
    """
    offer = book.get_offer(connection, offer_id)
    if offer is None or offer.responder_id != by or offer.call_id is None:
        return NOT_THERE
    call = record.get(connection, offer.call_id, lock=True)
    if call is None or call.offer_id != offer_id or call.state != states.LEAVING:
        return Done(refused="gone")
    if not state.to_front(connection, call, at, place="room"):
        return Done(refused="gone")
    connection.execute(update(offers).where(offers.c.id == offer_id).values(wrap_until=at))
    first = {"wanted_responder_id": by, "wanted_until": at + record.ALONE}
    connection.execute(update(calls).where(calls.c.id == call.id).values(**first))
    return Done((("move", call.id), ("match", call.line_id)))
