"""Guessing is slow: failed attempts are counted by what they were aimed at and whence.

- **An account**: after ten failures the next attempt waits a quarter of an hour. Attempts
  during the wait are refused unseen and do not prolong it. It makes no difference whether
  there is such an account.
- **A browser in which the person has logged in before** has a count of its own for them, so
  that a stranger who guesses at their account does not shut them out.
- **An address**: after a hundred failures in a quarter of an hour.

The counts stand in the database, under keyed digests: every process sees the same ones, and
the table names neither people nor addresses.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import request
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from console.office import office
from logging_db import log_in

WAIT = timedelta(minutes=15)
OF_ACCOUNT, OF_ADDRESS = 10, 100
KEPT = timedelta(days=1)
YEAR = 365 * 24 * 3600  # seconds a browser is known
MOST = 5  # people that one browser is known for


@dataclass(frozen=True)
class Aim:
    """What attempts are counted under: the account (or the known browser), and the address."""

    account: str
    address: str


def aim(what: str, user_id: str | None, name: str) -> Aim:
    """Return the counts for attempts at ``what`` (password, code, …) of an account.

    ``name`` is what was typed, where there is no such account.
    """
    known = _known().get(user_id or "")
    at = f"{user_id or name}:{known}" if known else (user_id or name)
    return Aim(_digest(f"{what}:{at}"), _digest(f"address:{request.remote_addr}"))


def wait(connection: Connection, aimed: Aim, at: datetime) -> timedelta | None:
    """Return how long to wait before the next attempt, ``None`` for not at all."""
    waits = [
        last + WAIT - at
        for key, most in ((aimed.account, OF_ACCOUNT), (aimed.address, OF_ADDRESS))
        for count, last in [log_in.failures(connection, key) or (0, at)]
        if count >= most and last + WAIT > at
    ]
    return max(waits, default=None)


def note(connection: Connection, aimed: Aim, at: datetime) -> bool:
    """Count a failure; tell whether it was one too many, so that a wait begins."""
    log_in.forget_old_failures(connection, at - KEPT)
    log_in.note_failure(connection, aimed.address, at, WAIT)
    return log_in.note_failure(connection, aimed.account, at, WAIT) == OF_ACCOUNT


def clear(connection: Connection, aimed: Aim) -> None:
    """Forget the failures of an account: its owner has come in. The address keeps its own."""
    log_in.forget_failures(connection, aimed.account)


def minutes(waiting: timedelta) -> int:
    """Return a wait in whole minutes, at least one."""
    return max(1, -(-int(waiting.total_seconds()) // 60))


def _digest(text: str) -> str:
    key = office().settings.session_key
    return hmac.new(key, b"attempts " + text.encode(), hashlib.sha256).hexdigest()


def _cookie() -> str:
    return "__Host-known" if office().settings.secure else "permanence_known"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(office().settings.session_key, salt="known browser")


def _known() -> dict[str, str]:
    """Return the people this browser is known for, each with the browser's secret for them."""
    try:
        found = _signer().loads(request.cookies.get(_cookie(), ""))
    except BadSignature:
        return {}
    return found if isinstance(found, dict) else {}


def remember_browser(response: Response, user_id: str) -> Response:
    """Keep in the browser that this person has logged in there; it proves nothing else."""
    known = _known()
    known[user_id] = known.pop(user_id, "") or secrets.token_urlsafe(12)
    latest = dict(list(known.items())[-MOST:])
    value = _signer().dumps(latest)
    text = value.decode() if isinstance(value, bytes) else value
    response.set_cookie(
        _cookie(),
        text,
        max_age=YEAR,
        secure=office().settings.secure,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response
