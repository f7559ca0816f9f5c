"""A talk that has just ended by mistake: whether its caller still listens."""

from sqlalchemy import Connection, select

from logging_db.tables import calls, offers
from routing import states


def cut_off(connection: Connection, responder_id: str) -> str | None:
    """Return the offer whose caller hears goodbye right now, else ``None``.

    As long as they do, :func:`logging_db.rooms.bring_back` can bring them back.
    """
    query = (
        select(offers.c.id)
        .join(calls, calls.c.offer_id == offers.c.id)
        .where(
            offers.c.responder_id == responder_id,
            offers.c.state == states.TAKEN,
            calls.c.state == states.LEAVING,
            calls.c.ended_at.is_(None),
            calls.c.answered_at.is_not(None),
        )
        .order_by(offers.c.taken_at.desc())
        .limit(1)
    )
    return connection.execute(query).scalar_one_or_none()
