"""Who is on duty and yet not rung: at their own wish, or because they missed several offers."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, or_, select, update

from logging_db.columns import new_id
from logging_db.engine import insert_if_absent
from logging_db.tables import legs, offers, pauses
from routing import states

OWN: Final = "own"
MISSED: Final = "missed"  # set aside until they say that they are back
COORDINATOR: Final = "coordinator"

MOST_MISSED = 3
"""So many offers missed in a row set somebody aside: they seem not to be at their telephone."""

_open = pauses.c.ended_at.is_(None)
_ALL = select(pauses).where(_open)


def begin(connection: Connection, responder_id: str, reason: str, at: datetime) -> str | None:
    """Have somebody rung no more; return the pause's id, ``None`` if they paused already."""
    pause_id = new_id()
    values = {
        "id": pause_id,
        "responder_id": responder_id,
        "reason": reason,
        "began_at": at,
        "ended_at": None,
    }
    return pause_id if insert_if_absent(connection, pauses, values) else None


def end(connection: Connection, responder_id: str, at: datetime) -> bool:
    """Have somebody rung again; tell whether they had paused."""
    theirs = pauses.c.responder_id == responder_id
    done = connection.execute(update(pauses).where(theirs, _open).values(ended_at=at))
    return done.rowcount > 0


def of(connection: Connection, responder_ids: Collection[str]) -> Mapping[str, Row[Any]]:
    """Return the pauses under way of these people, by person."""
    query = select(pauses).where(pauses.c.responder_id.in_(responder_ids), _open)
    return {row.responder_id: row for row in connection.execute(query)}


def under_way(connection: Connection) -> Mapping[str, Row[Any]]:
    """Return all pauses under way, by person."""
    return {row.responder_id: row for row in connection.execute(_ALL)}


def missed_in_a_row(connection: Connection, responder_id: str) -> int:
    """Return how many offers somebody missed since they last took or declined one, or paused.

    What was withdrawn, or what the provider could not ring, says nothing about them; nor does
    a busy telephone: whoever talks on it is there.
    """
    own = offers.c.responder_id == responder_id
    heard_of = select(func.max(offers.c.offered_at)).where(
        own, offers.c.state.in_((states.TAKEN, states.DECLINED))
    )
    back = select(func.max(pauses.c.ended_at)).where(pauses.c.responder_id == responder_id)
    found = [connection.execute(query).scalar() for query in (heard_of, back)]
    since = [at for at in found if at is not None]
    rang = select(legs.c.id).where(
        legs.c.offer_id == offers.c.id,
        legs.c.party == "responder",
        or_(legs.c.ending.is_(None), legs.c.ending != "busy"),
    )
    asked_in = offers.c.room_id.is_not(None)  # by a colleague, on duty or not: no duty of theirs
    missed = select(func.count()).where(
        own, offers.c.state == states.MISSED, ~asked_in, rang.exists()
    )
    if since:
        missed = missed.where(offers.c.offered_at > max(since))
    return int(connection.execute(missed).scalar_one())
