"""Offers and the outbound legs that carry them: written, moved and closed by guarded UPDATEs."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, or_, select, update

from logging_db.columns import new_id
from logging_db.engine import insert_if_absent
from logging_db.tables import legs, offers, pace
from routing import states

# Building a statement costs several times what running it does.
_OFFER = select(offers).where(offers.c.id == bindparam("this"))
_OFFER_LOCKED = _OFFER.with_for_update()
_LEG = select(legs).where(legs.c.id == bindparam("this"))
_FREED = select(func.max(offers.c.closed_at)).where(
    offers.c.responder_id == bindparam("who"), offers.c.closed_at > bindparam("at")
)

LONGEST_QUEUE = 120.0
"""Seconds: no pace makes a call wait for longer."""


def open_offer(
    connection: Connection,
    *,
    line_id: str,
    responder_id: str,
    at: datetime,
    call_id: str | None = None,
    callback_id: str | None = None,
    room_id: str | None = None,
) -> str | None:
    """Offer a piece of work to a responder; ``None`` if they are busy with another.

    ``room_id`` is the offer in whose room they are to join somebody who has it. The database
    refuses a second open offer of one person, whoever asks at the same time; and the book says
    of none that it began before the person's last one was over.
    """
    offer_id = new_id()
    values = {
        "id": offer_id,
        "line_id": line_id,
        "call_id": call_id,
        "callback_id": callback_id,
        "responder_id": responder_id,
        "state": states.OFFERED,
        "open": True,
        "offered_at": at,
        "room_id": room_id,
    }
    if not insert_if_absent(connection, offers, values):
        return None
    # ``at`` was read before we waited for others, who may have set this person free since then.
    free_since = connection.execute(_FREED, {"who": responder_id, "at": at}).scalar()
    if free_since is not None:
        amend_offer(connection, offer_id, offered_at=free_since)
    return offer_id


def plan_leg(connection: Connection, offer_id: str, party: str, place_at: datetime) -> str:
    """Write down a call that is to be placed at ``place_at``, and return the leg's id."""
    leg_id = new_id()
    connection.execute(
        insert(legs).values(
            id=leg_id,
            party=party,
            offer_id=offer_id,
            state=states.PLANNED,
            wanted=True,
            place_at=place_at,
        )
    )
    return leg_id


def next_slot(connection: Connection, at: datetime, calls_per_second: float) -> datetime:
    """Take the next place in the pace of outbound calls, at or after ``at``."""
    now, gap = at.timestamp(), 1.0 / calls_per_second
    earliest = connection.execute(
        select(pace.c.next_at).where(pace.c.id == 1).with_for_update()
    ).scalar_one()
    if earliest > now + LONGEST_QUEUE:
        earliest = now  # the clock was set back: nobody waits for the old time to come
    slot = max(now, earliest)
    connection.execute(update(pace).where(pace.c.id == 1).values(next_at=slot + gap))
    return at if slot == now else datetime.fromtimestamp(slot, tz=at.tzinfo)


def free_slot(connection: Connection, at: datetime, calls_per_second: float) -> bool:
    """Take a place in the pace of outbound calls at ``at`` if nobody waits for one; tell."""
    earliest = connection.execute(
        select(pace.c.next_at).where(pace.c.id == 1).with_for_update()
    ).scalar_one()
    if at.timestamp() < earliest <= at.timestamp() + LONGEST_QUEUE:
        return False
    next_slot(connection, at, calls_per_second)
    return True


def get_offer(connection: Connection, offer_id: str, *, lock: bool = False) -> Row[Any] | None:
    """Return the offer's row, or ``None``; with ``lock`` nobody else changes it meanwhile.

    The work is locked before its offers, and an offer before its legs, everywhere, so that
    no two transactions wait for each other.
    """
    query = select(offers).where(offers.c.id == offer_id)
    query = query.with_for_update(key_share=True) if lock else query
    return connection.execute(query).one_or_none()


def lock_pace(connection: Connection) -> None:
    """Let one transaction at a time write offers, whatever lines they are for."""
    connection.execute(select(pace.c.id).where(pace.c.id == 1).with_for_update())


def claim_asking(connection: Connection, leg_id: str, at: datetime, pause: timedelta) -> bool:
    """Take it on to ask something of the provider; one at a time, not within ``pause``."""
    done = connection.execute(
        update(legs)
        .where(legs.c.id == leg_id, or_(legs.c.asked_at.is_(None), legs.c.asked_at <= at - pause))
        .values(asked_at=at)
    )
    return done.rowcount == 1


def get_leg(connection: Connection, leg_id: str) -> Row[Any] | None:
    """Return the leg's row, or ``None``."""
    return connection.execute(_LEG, {"this": leg_id}).one_or_none()


def leg_of(connection: Connection, offer_id: str, party: str) -> Row[Any] | None:
    """Return the leg of an offer to ``party``, or ``None``."""
    query = select(legs).where(legs.c.offer_id == offer_id, legs.c.party == party)
    return connection.execute(query).one_or_none()


def move_offer(connection: Connection, offer_id: str, to: str, **more: Any) -> bool:
    """Move the offer to the state ``to`` if that is allowed; tell whether it moved."""
    allowed = states.states_before(states.OFFER_MOVES, to)
    done = connection.execute(
        update(offers)
        .where(offers.c.id == offer_id, offers.c.state.in_(allowed))
        .values(state=to, **more)
    )
    return done.rowcount == 1


def close_offer(connection: Connection, offer_id: str, at: datetime) -> None:
    """Give the responder back: from now on they are no longer busy with this offer."""
    connection.execute(
        update(offers)
        .where(offers.c.id == offer_id, offers.c.open)
        .values(open=False, closed_at=at)
    )


def move_leg(connection: Connection, leg_id: str, to: str, **more: Any) -> bool:
    """Move the leg to the state ``to`` if that is allowed; tell whether it moved."""
    allowed = states.states_before(states.LEG_MOVES, to)
    done = connection.execute(
        update(legs).where(legs.c.id == leg_id, legs.c.state.in_(allowed)).values(state=to, **more)
    )
    return done.rowcount == 1


def amend_offer(connection: Connection, offer_id: str, **values: Any) -> None:
    """Set columns of an offer."""
    connection.execute(update(offers).where(offers.c.id == offer_id).values(**values))


def amend_leg(connection: Connection, leg_id: str, **values: Any) -> None:
    """Set columns of a leg."""
    connection.execute(update(legs).where(legs.c.id == leg_id).values(**values))


def unwanted(connection: Connection, offer_ids: Sequence[str]) -> list[str]:
    """Mark the live legs of ``offer_ids`` as to be ended, and return their ids."""
    found = select(legs.c.id).where(legs.c.offer_id.in_(offer_ids), legs.c.ended_at.is_(None))
    ids = list(connection.execute(found).scalars())
    if ids:
        connection.execute(update(legs).where(legs.c.id.in_(ids)).values(wanted=False))
    return ids


def leg_by_sid(connection: Connection, provider_sid: str) -> Row[Any] | None:
    """Return the leg that the provider knows by ``provider_sid``, or ``None``."""
    query = select(legs).where(legs.c.provider_sid == provider_sid)
    return connection.execute(query).one_or_none()


def live_legs_of_call(connection: Connection, call_id: str) -> Sequence[Row[Any]]:
    """Return the legs that are not over, of all offers of a call."""
    return connection.execute(
        select(legs)
        .join(offers, offers.c.id == legs.c.offer_id)
        .where(offers.c.call_id == call_id, legs.c.ended_at.is_(None))
    ).all()
