"""What is known of a line's waits: who was answered lately, who waits, who is free."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select

from logging_db.tables import calls, offers
from routing import states
from routing.waiting import WITHIN, Answer

LONGEST = timedelta(hours=3)
"""Calls of longer ago are not looked at, however long they waited."""


def answers(connection: Connection, line_id: str, language: str, at: datetime) -> list[Answer]:
    """Return who was answered on a line in a language lately, by its responders.

    Not those who were forwarded to the fallback number: nobody of the line answered them.
    """
    query = (
        select(calls.c.waiting_at, calls.c.answered_at, offers.c.responder_id)
        .join(offers, offers.c.id == calls.c.offer_id)
        .where(
            calls.c.received_at > at - LONGEST,
            calls.c.line_id == line_id,
            calls.c.language == language,
            calls.c.answered_at > at - WITHIN,
        )
    )
    return [
        Answer(row.waiting_at, row.answered_at, row.responder_id)
        for row in connection.execute(query)
    ]


def first_since(connection: Connection, call: Row[Any]) -> datetime:
    """Return since when the first on a line waits of those who speak the caller's language."""
    query = select(func.min(calls.c.waiting_at)).where(
        calls.c.line_id == call.line_id,
        calls.c.language == call.language,
        calls.c.state == states.WAITING,
        calls.c.ended_at.is_(None),
    )
    own: datetime = call.waiting_at
    found: datetime | None = connection.execute(query).scalar_one()
    return own if found is None else min(found, own)


def busy(connection: Connection, responder_ids: Sequence[str], call_id: str) -> int:
    """Return how many of these people are busy with anything but ringing for ``call_id``."""
    query = select(func.count()).where(
        offers.c.open,
        offers.c.responder_id.in_(responder_ids),
        offers.c.call_id.is_distinct_from(call_id),
    )
    return int(connection.execute(query).scalar_one())
