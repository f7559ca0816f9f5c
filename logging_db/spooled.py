"""Writing into the book, late and once, what happened while it could not be written."""

import hashlib
from datetime import datetime

from sqlalchemy import Connection, update

from logging_db.engine import insert_if_absent
from logging_db.tables import calls, offers
from routing import states


def write_ring(
    connection: Connection,
    *,
    call_id: str,
    line_id: str,
    responder_id: str,
    state: str,
    offered_at: datetime,
    taken_at: datetime | None,
    closed_at: datetime,
) -> tuple[str, bool]:
    """Write an offer that is over; return its id, and whether it was not there yet.

    The id follows from the call and the person, so the same ring told twice, or by two machines
    of which each knows a part, is one offer. Who knows more than that it rang corrects it.
    """
    offer_id = hashlib.sha256(f"{call_id} {responder_id}".encode()).hexdigest()[:32]
    values = {
        "id": offer_id,
        "line_id": line_id,
        "call_id": call_id,
        "responder_id": responder_id,
        "state": state,
        "open": False,
        "offered_at": offered_at,
        "taken_at": taken_at,
        "closed_at": closed_at,
    }
    new = insert_if_absent(connection, offers, values)
    if not new and state != states.WITHDRAWN:
        known_less = offers.c.state != states.TAKEN
        connection.execute(
            update(offers)
            .where(offers.c.id == offer_id, known_less)
            .values(state=state, taken_at=taken_at, closed_at=closed_at)
        )
    return offer_id, new


def correct(connection: Connection, call_id: str, **values: object) -> None:
    """Set columns of a call that was closed by somebody who knew less of it."""
    if values:
        connection.execute(update(calls).where(calls.c.id == call_id).values(**values))
