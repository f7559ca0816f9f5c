"""What a coordinator does to a caller who waits: to the front, to one person, and back again.

Every act is a guarded UPDATE and a line or two in the call's history, with who did it: the id
of a user. ``False`` means that the caller waits no more.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from logging_db import calls as record
from logging_db import offers as book
from logging_db.tables import calls, lines, offers
from routing import states


def hold_line(connection: Connection, call_id: str) -> None:
    """Let nobody match a call's line meanwhile: who is free stays so, who rings is seen."""
    query = select(lines.c.id).join(calls, calls.c.line_id == lines.c.id)
    held = query.where(calls.c.id == call_id).with_for_update(key_share=True, of=lines)
    connection.execute(held)


def to_front(connection: Connection, call_id: str, at: datetime, by: str) -> bool:
    """Have a caller served before all others."""
    return _set(connection, call_id, at, "front", by, front=True)


def from_front(connection: Connection, call_id: str, at: datetime, by: str) -> bool:
    """Give a caller back the place that they had."""
    return _set(connection, call_id, at, "front_undone", by, front=False)


def send(connection: Connection, call_id: str, responder_id: str, at: datetime, by: str) -> bool:
    """Have only this person rung for a caller, for :data:`logging_db.calls.ALONE`."""
    wish = {"wanted_responder_id": responder_id, "wanted_until": at + record.ALONE}
    if not _set(connection, call_id, at, "sent", by, **wish):
        return False
    record.note(connection, call_id, at, "sent_to", responder_id)
    return True


def to_everybody(connection: Connection, call_id: str, at: datetime, by: str) -> bool:
    """Have everybody rung for a caller again."""
    nobody = {"wanted_responder_id": None, "wanted_until": None}
    return _set(connection, call_id, at, "sent_undone", by, **nobody)


def withdraw(connection: Connection, call_id: str, keep: str) -> Sequence[str]:
    """Stop ringing those who are rung for a caller, but ``keep``; return the legs to end.

    They missed nothing, and may be rung for the next caller as soon as their telephone is
    still. The call is locked before its offers, as everywhere.
    """
    record.get(connection, call_id, lock=True)
    ringing = select(offers.c.id).where(
        offers.c.call_id == call_id,
        offers.c.responder_id != keep,
        offers.c.state == states.OFFERED,
    )
    found = connection.execute(ringing.order_by(offers.c.id)).scalars().all()
    taken_back = [one for one in found if book.move_offer(connection, one, states.WITHDRAWN)]
    return book.unwanted(connection, taken_back) if taken_back else []


def line_of(connection: Connection, call_id: str) -> str | None:
    """Return the line that a call came in on, or ``None`` where there is no such call."""
    query = select(calls.c.line_id).where(calls.c.id == call_id)
    return connection.execute(query).scalar_one_or_none()


def _set(
    connection: Connection, call_id: str, at: datetime, kind: str, by: str, **values: Any
) -> bool:
    done = connection.execute(
        update(calls)
        .where(calls.c.id == call_id, calls.c.ended_at.is_(None), calls.c.state == states.WAITING)
        .values(**values)
    )
    if done.rowcount != 1:
        return False
    record.note(connection, call_id, at, kind, by)
    return True
