"""What happens right now, for a screen: calls, offers and callbacks, without any number."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from logging_db import pauses, wrapping
from logging_db.tables import (
    call_events,
    callback_requests,
    calls,
    lines,
    offers,
    partner_services,
    responders,
)
from routing import states
from routing.presence import Offer, Pause, Presence, presence


def latest_calls(connection: Connection, limit: int) -> list[dict[str, Any]]:
    """Return the newest calls with their history, the newest first; times are aware UTC."""
    query = (
        select(
            calls,
            lines.c.number.label("line"),
            responders.c.name.label("responder"),
            partner_services.c.code.label("service"),
        )
        .join(lines, lines.c.id == calls.c.line_id)
        .outerjoin(offers, offers.c.id == calls.c.offer_id)
        .outerjoin(responders, responders.c.id == offers.c.responder_id)
        .outerjoin(partner_services, partner_services.c.id == responders.c.service_id)
        .order_by(calls.c.received_at.desc())
        .limit(limit)
    )
    rows = connection.execute(query).all()
    history = _history(connection, [row.id for row in rows])
    return [_call(row, history.get(row.id, [])) for row in rows]


def _history(connection: Connection, call_ids: list[str]) -> dict[str, list[dict[str, Any]]]:
    events: dict[str, list[dict[str, Any]]] = {}
    query = (
        select(call_events.c.call_id, call_events.c.at, call_events.c.kind)
        .where(call_events.c.call_id.in_(call_ids))
        .order_by(call_events.c.id)
    )
    for row in connection.execute(query):
        events.setdefault(row.call_id, []).append({"at": row.at, "kind": row.kind})
    return events


def _call(row: Any, events: list[dict[str, Any]]) -> dict[str, Any]:
    until = row.answered_at or row.ended_at
    talked = row.answered_at and row.ended_at
    return {
        "id": row.id,
        "line": row.line,
        "language": row.language,
        "state": row.state,
        "outcome": row.outcome or states.IN_PROGRESS,
        "received_at": row.received_at,
        "answered_at": row.answered_at,
        "ended_at": row.ended_at,
        "wait_seconds": (until - row.received_at).total_seconds() if until else None,
        "talk_seconds": (row.ended_at - row.answered_at).total_seconds() if talked else None,
        "responder": row.responder,
        "service": row.service,
        "offers": sum(event["kind"] == "offered" for event in events),
        "events": [{"at": row.received_at, "kind": "received"}, *events],
    }


def latest_callbacks(connection: Connection, limit: int) -> list[dict[str, Any]]:
    """Return the newest callback requests, the newest first."""
    query = (
        select(callback_requests, lines.c.number.label("line"))
        .join(lines, lines.c.id == callback_requests.c.line_id)
        .order_by(callback_requests.c.asked_at.desc())
        .limit(limit)
    )
    keys = ("id", "call_id", "line", "state", "due_at", "attempts", "outcome")
    return [{key: row._mapping[key] for key in keys} for row in connection.execute(query)]


def waiting(connection: Connection, line_id: str) -> int:
    """Return how many callers wait on a line."""
    query = select(calls.c.id).where(
        calls.c.line_id == line_id, calls.c.ended_at.is_(None), calls.c.state == states.WAITING
    )
    return len(connection.execute(query).all())


def presences(
    connection: Connection, responder_ids: Collection[str], duty: Collection[str], at: datetime
) -> dict[str, Presence]:
    """Return what each of these people does; ``duty``: who is on duty or stands by."""
    busy = {row.responder_id: row for row in open_offers(connection)}
    paused = pauses.of(connection, responder_ids)
    writing = wrapping.until(connection, responder_ids, at)
    return {
        one: presence(
            duty=one in duty,
            offer=_offer(busy[one]) if one in busy else None,
            pause=Pause(paused[one].reason, paused[one].began_at) if one in paused else None,
            wrap_until=writing.get(one),
        )
        for one in responder_ids
    }


def names(connection: Connection, responder_ids: Collection[str]) -> dict[str, str]:
    """Return what these people are called, whether they still answer or not."""
    query = select(responders.c.id, responders.c.name).where(responders.c.id.in_(responder_ids))
    return {row.id: row.name for row in connection.execute(query)}


def open_offers(connection: Connection) -> Sequence[Row[Any]]:
    """Return the offers that keep somebody busy."""
    return connection.execute(select(offers).where(offers.c.open)).all()


def busy(connection: Connection) -> dict[str, str]:
    """Return, for each responder who is busy, with what: ``ringing`` or ``talking``."""
    return {
        row.responder_id: "talking" if row.state == states.TAKEN else "ringing"
        for row in open_offers(connection)
    }


def _offer(row: Any) -> Offer:
    taken = row.state == states.TAKEN
    return Offer(taken, row.taken_at if taken and row.taken_at else row.offered_at)
