"""The state of the lines as JSON, for the phone wall of the demo. Off without a token."""

import hmac
from datetime import datetime
from typing import Any

from flask import Flask, Response, abort, jsonify, request
from sqlalchemy import Connection

from logging_db import live
from logging_db.engine import read
from routing.duty import on_duty
from routing.roster import Roster
from telephony.desk import Desk

PATH = "/board.json"
LATEST = 20


def install(app: Flask, desk: Desk, token: str) -> None:
    """Serve the board at :data:`PATH` to whoever gives ``token``; without one, not at all."""
    if not token:
        return

    def board() -> Response:
        if not hmac.compare_digest(request.args.get("token", ""), token):
            abort(403)
        at = desk.clock()
        with read(desk.engine) as connection:
            state = _state(desk, connection, at)
        response = jsonify(_plain(state))
        response.headers["Cache-Control"] = "no-store"
        return response

    app.add_url_rule(PATH, view_func=board)


def _state(desk: Desk, connection: Connection, at: datetime) -> dict[str, Any]:
    book = desk.rosters.load(connection, at)
    return {
        "at": at,
        "lines": [_line(connection, roster, at) for roster in book.by_id.values()],
        "calls": live.latest_calls(connection, LATEST),
        "callbacks": live.latest_callbacks(connection, LATEST),
    }


def _line(connection: Connection, roster: Roster, at: datetime) -> dict[str, Any]:
    line, duty = roster.line, on_duty(roster, at)
    people = [person.id for person in duty.responders]
    doing = live.presences(connection, people, people, at)
    return {
        "number": line.number,
        "name": line.name,
        "languages": line.languages,
        "open": duty.open,
        "reason": duty.reason,
        "waiting": live.waiting(connection, line.id),
        "on_duty": [
            {
                "name": person.name,
                "service": person.service,
                "languages": person.languages,
                "state": doing[person.id].state,
            }
            for person in duty.responders
        ],
    }


def _plain(value: Any) -> Any:
    """Return the value with every instant written in ISO 8601."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
