"""What happens right now, for a screen: calls, offers and callbacks, without any number."""

from typing import Any

from sqlalchemy import Connection, select

from logging_db.tables import (
    call_events,
    callback_requests,
    calls,
    legs,
    lines,
    offers,
    partner_services,
    responders,
)
from routing import states


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


def busy(connection: Connection) -> dict[str, str]:
    """Return, for each responder who is busy, with what: ``ringing`` or ``talking``."""
    query = (
        select(offers.c.responder_id, offers.c.state, legs.c.state.label("leg"))
        .outerjoin(legs, (legs.c.offer_id == offers.c.id) & (legs.c.party == "responder"))
        .where(offers.c.open)
    )
    return {
        row.responder_id: "talking" if row.state == states.TAKEN else "ringing"
        for row in connection.execute(query)
    }
