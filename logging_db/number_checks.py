"""Proving a responder's number: a call asks for a code that only their screen shows.

The number waits sealed in the check's row and leaves it when the check is over: proved, it
becomes the responder's; otherwise it is gone. Of the code we keep a digest.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from logging_db import phone_numbers
from logging_db.cipher import FieldCipher, SealBrokenError, check_place, phone_place
from logging_db.columns import new_id
from logging_db.federation_marks import decided_here
from logging_db.tables import number_checks, responders

ASKED, RINGING, PROVED, FAILED, EXPIRED = "asked", "ringing", "proved", "failed", "expired"
LIVES = timedelta(minutes=10)
A_DAY, MOST_A_DAY = timedelta(days=1), 5
MOST_TRIES = 3
DIGITS = 6

_checks = number_checks.c
_ONE = select(number_checks)


class NumberRefusedError(Exception):
    """The number will not be rung; nothing has changed.

    ``reason`` is one of ``phone_numbers.REASONS``, or ``taken`` (another active responder
    answers there), ``too_many`` (:data:`MOST_A_DAY` were asked for within a day) or
    ``unknown`` (no such active responder).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"The number cannot be proved: {reason}")
        self.reason = reason


@dataclass(frozen=True)
class NumberCheck:
    """How far a check is. ``state`` is asked, ringing, proved, failed or expired."""

    id: str
    state: str
    tries_left: int
    asked_at: datetime
    expires_at: datetime


def ask(
    connection: Connection,
    cipher: FieldCipher,
    responder_id: str,
    number: str,
    language: str,
    at: datetime,
) -> tuple[str, str]:
    """Ask for a call to ``number``, and return the check's id and the code to show.

    The sweep places the call within a second. An open check of the same person is closed.
    Raises :class:`NumberRefusedError`.
    """
    _hold(connection, responder_id)
    phone = _fit(connection, cipher, responder_id, number)
    since = (_checks.responder_id == responder_id) & (_checks.asked_at > at - A_DAY)
    asked = connection.execute(select(func.count()).select_from(number_checks).where(since))
    if asked.scalar_one() >= MOST_A_DAY:
        raise NumberRefusedError("too_many")
    _close(connection, at, EXPIRED, _checks.responder_id == responder_id)
    check_id, code = new_id(), f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    connection.execute(
        insert(number_checks).values(
            id=check_id,
            responder_id=responder_id,
            number=cipher.seal(phone, check_place(check_id)),
            code_sha256=_digest(check_id, code),
            language=language,
            state=ASKED,
            tries=0,
            asked_at=at,
            expires_at=at + LIVES,
        )
    )
    return check_id, code


def _hold(connection: Connection, responder_id: str) -> None:
    """Let one transaction at a time ask for this person."""
    found = select(responders.c.id).where(responders.c.id == responder_id, responders.c.active)
    if connection.execute(found.with_for_update()).first() is None:
        raise NumberRefusedError("unknown")


def _fit(connection: Connection, cipher: FieldCipher, responder_id: str, number: str) -> str:
    reason = phone_numbers.why_not(number, phone_numbers.of_our_lines(connection))
    phone = phone_numbers.allowed(number)
    if reason is not None or phone is None:
        raise NumberRefusedError(reason or "malformed")
    if is_taken(connection, cipher, responder_id, phone):
        raise NumberRefusedError("taken")
    return phone


def is_taken(connection: Connection, cipher: FieldCipher, responder_id: str, phone: str) -> bool:
    """Tell whether another active responder answers at ``phone`` (E.164)."""
    query = select(responders.c.id, responders.c.phone).where(
        responders.c.active, responders.c.id != responder_id
    )
    return any(
        opened(cipher, row.phone, phone_place(row.id)) == phone for row in connection.execute(query)
    )


def opened(cipher: FieldCipher, sealed: bytes, place: str) -> str | None:
    """Return what was sealed, or ``None`` where it does not open."""
    try:
        return cipher.open(sealed, place)
    except SealBrokenError:
        return None


def state(connection: Connection, responder_id: str, at: datetime) -> NumberCheck | None:
    """Return how far the person's newest check is, or ``None`` if there never was one."""
    query = _ONE.where(_checks.responder_id == responder_id)
    row = connection.execute(query.order_by(_checks.asked_at.desc(), _checks.id).limit(1)).first()
    if row is None:
        return None
    late = row.closed_at is None and row.expires_at <= at  # the sweep has not come by yet
    return NumberCheck(
        id=row.id,
        state=EXPIRED if late else row.state,
        tries_left=max(0, MOST_TRIES - row.tries),
        asked_at=row.asked_at,
        expires_at=row.expires_at,
    )


def get(connection: Connection, check_id: str, *, lock: bool = False) -> Row[Any] | None:
    """Return the check's row, or ``None``; with ``lock`` nobody else changes it meanwhile."""
    query = _ONE.where(_checks.id == check_id)
    return connection.execute(query.with_for_update() if lock else query).one_or_none()


def claim(connection: Connection, check_id: str, at: datetime) -> bool:
    """Take it on to place the call; tell whether it was still to be placed."""
    done = connection.execute(
        update(number_checks)
        .where(
            _checks.id == check_id,
            _checks.state == ASKED,
            _checks.closed_at.is_(None),
            _checks.expires_at > at,
        )
        .values(state=RINGING, placing_at=at)
    )
    return done.rowcount == 1


def put_back(connection: Connection, check_id: str) -> None:
    """Undo a claim: the provider has placed no call, and may be asked again."""
    connection.execute(
        update(number_checks)
        .where(_checks.id == check_id, _checks.state == RINGING, _checks.provider_sid.is_(None))
        .values(state=ASKED, placing_at=None)
    )


def adopt(connection: Connection, check_id: str, provider_sid: str) -> None:
    """Write down by what id the provider knows the call, unless that is known."""
    connection.execute(
        update(number_checks)
        .where(_checks.id == check_id, _checks.provider_sid.is_(None))
        .values(provider_sid=provider_sid)
    )


def fail(connection: Connection, check_id: str, at: datetime) -> bool:
    """Close an open check: nobody proved the number. Tell whether it was open."""
    return _close(connection, at, FAILED, _checks.id == check_id)


def expire(connection: Connection, check_id: str, at: datetime) -> bool:
    """Close an open check whose time is over; tell whether it was one."""
    return _close(connection, at, EXPIRED, (_checks.id == check_id) & (_checks.expires_at <= at))


def _close(connection: Connection, at: datetime, state: str, which: Any) -> bool:
    done = connection.execute(
        update(number_checks)
        .where(_checks.closed_at.is_(None), which)
        .values(state=state, closed_at=at, number=None)
    )
    return done.rowcount > 0


def try_code(
    connection: Connection, cipher: FieldCipher, check_id: str, code: str, at: datetime
) -> str:
    """Compare a code that was keyed in, and return what the check now is.

    ``proved``: the number is the responder's from now on. ``ringing``: the code was wrong and
    may be tried again. ``failed``: it was wrong once too often. ``expired``: this check is
    over, however it ended.
    """
    row = get(connection, check_id, lock=True)
    if row is not None and row.state == PROVED:
        return PROVED  # the same keys, told twice
    if row is None or row.closed_at is not None or row.expires_at <= at:
        return EXPIRED
    tries = row.tries + 1
    connection.execute(
        update(number_checks).where(_checks.id == check_id).values(tries=tries, state=RINGING)
    )
    if hmac.compare_digest(row.code_sha256, _digest(check_id, code)):
        return _prove(connection, cipher, row, at)
    if tries < MOST_TRIES:
        return RINGING
    fail(connection, check_id, at)
    return FAILED


def _prove(connection: Connection, cipher: FieldCipher, row: Row[Any], at: datetime) -> str:
    phone = opened(cipher, row.number, check_place(row.id))
    if phone is None or is_taken(connection, cipher, row.responder_id, phone):
        fail(connection, row.id, at)  # somebody else has proved it meanwhile
        return FAILED
    connection.execute(
        update(responders)
        .where(responders.c.id == row.responder_id)
        .values(phone=cipher.seal(phone, phone_place(row.responder_id)), verified_at=at)
    )
    decided_here(connection, row.responder_id)  # no file brings an older number back
    _close(connection, at, PROVED, _checks.id == row.id)
    return PROVED


def _digest(check_id: str, code: str) -> str:
    return hashlib.sha256(f"{check_id}{code}".encode()).hexdigest()
