"""Callback requests: consented to, due, taken, tried again, closed.

The number stands in the request, encrypted, from the caller's confirming key until the
request closes, and is erased in the same statement that closes it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from logging_db.cipher import FieldCipher, callback_place
from logging_db.columns import UtcDateTime, new_id
from logging_db.tables import callback_attempts, callback_requests, calls, consents

DUE, TAKEN, CLOSED = "due", "taken", "closed"
REACHED, UNREACHABLE, EXPIRED, WITHDRAWN = "reached", "unreachable", "expired", "withdrawn"

KEEP = timedelta(days=3)
KEEP_OPENINGS = 3
"""How long a request may stay open: three days, and in any case until the line has been
open three more times. Then it closes as expired and the number is erased."""

RETRY_AFTER = (timedelta(minutes=15), timedelta(hours=1))
"""The pauses after the first and the second attempt; after the third we give up."""

SOON = timedelta(minutes=2)
"""The pause after an attempt that failed on our side, and so does not count."""

MOST_FAILURES = 8
"""After so many of them something is wrong that waiting does not mend."""

NOT_CONNECTED = "not-connected"
OURS = frozenset({"failed", "canceled", NOT_CONNECTED})
"""Ends of an attempt that the person called had no part in."""

_DUE = (
    select(callback_requests)
    .join(calls, calls.c.id == callback_requests.c.call_id)
    .where(
        calls.c.ended_at.is_not(None),
        callback_requests.c.line_id == bindparam("line"),
        callback_requests.c.closed_at.is_(None),
        callback_requests.c.state == DUE,
        callback_requests.c.due_at <= bindparam("at", type_=UtcDateTime()),
    )
    .order_by(callback_requests.c.asked_at)
)


@dataclass(frozen=True)
class Consent:
    """What the caller agreed to: which words were spoken, and exactly which."""

    language: str
    wording: str
    wording_sha256: str
    channel: str = "key"
    purpose: str = "callback"


def ask(
    connection: Connection,
    cipher: FieldCipher,
    *,
    call: Row[Any],
    number: str,
    consent: Consent,
    at: datetime,
    expires_at: datetime,
) -> str:
    """Store the request of ``call`` with its consent, and return the request's id.

    A call has one request. When its caller corrects the number, the earlier consent is
    marked withdrawn and the request goes on with the new number; a request that somebody
    has taken already stays as it is.
    """
    known = connection.execute(
        select(callback_requests).where(callback_requests.c.call_id == call.id)
    ).one_or_none()
    if known is not None and known.state != DUE and known.outcome != WITHDRAWN:
        return str(known.id)
    callback_id = str(known.id) if known else new_id()
    sealed = cipher.seal(number, callback_place(callback_id))
    if known is None:
        _open(connection, callback_id, call, sealed, at, expires_at)
    else:
        _reopen(connection, callback_id, sealed, at)
    connection.execute(insert(consents).values(_consent_row(callback_id, consent, at)))
    return callback_id


def _reopen(connection: Connection, callback_id: str, sealed: bytes, at: datetime) -> None:
    _withdraw_consent(connection, callback_id, at)
    connection.execute(
        update(callback_requests)
        .where(callback_requests.c.id == callback_id)
        .values(state=DUE, number=sealed, closed_at=None, outcome=None, due_at=at)
    )


def _open(
    connection: Connection,
    callback_id: str,
    call: Row[Any],
    sealed: bytes,
    at: datetime,
    expires_at: datetime,
) -> None:
    connection.execute(
        insert(callback_requests).values(
            id=callback_id,
            call_id=call.id,
            line_id=call.line_id,
            language=call.language,
            number=sealed,
            state=DUE,
            asked_at=at,
            due_at=at,
            expires_at=expires_at,
            attempts=0,
        )
    )


def _consent_row(callback_id: str, consent: Consent, at: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "callback_id": callback_id,
        "purpose": consent.purpose,
        "channel": consent.channel,
        "language": consent.language,
        "wording": consent.wording,
        "wording_sha256": consent.wording_sha256,
        "given_at": at,
    }


def _withdraw_consent(connection: Connection, callback_id: str, at: datetime) -> None:
    connection.execute(
        update(consents)
        .where(consents.c.callback_id == callback_id, consents.c.withdrawn_at.is_(None))
        .values(withdrawn_at=at)
    )


def _set(connection: Connection, callback_id: str, **values: Any) -> bool:
    done = connection.execute(
        update(callback_requests)
        .where(callback_requests.c.id == callback_id, callback_requests.c.state != CLOSED)
        .values(**values)
    )
    return done.rowcount == 1


def get(connection: Connection, callback_id: str, *, lock: bool = False) -> Row[Any] | None:
    """Return the request's row, or ``None``; with ``lock`` nobody else changes it meanwhile."""
    query = select(callback_requests).where(callback_requests.c.id == callback_id)
    query = query.with_for_update(key_share=True) if lock else query
    return connection.execute(query).one_or_none()


def due(connection: Connection, line_id: str, at: datetime) -> list[Row[Any]]:
    """Return the requests of a line that are to be offered at ``at``, the oldest first.

    Not while their caller is still on the telephone, hearing the number read back.
    """
    return list(connection.execute(_DUE, {"line": line_id, "at": at}))


def take(connection: Connection, callback_id: str, offer_id: str, at: datetime) -> bool:
    """Give the request to the responder behind ``offer_id``; tell whether it was still free.

    The attempt is written here, before anybody is rung.
    """
    done = connection.execute(
        update(callback_requests)
        .where(callback_requests.c.id == callback_id, callback_requests.c.state == DUE)
        .values(state=TAKEN, offer_id=offer_id, attempts=callback_requests.c.attempts + 1)
    )
    if done.rowcount != 1:
        return False
    connection.execute(
        insert(callback_attempts).values(
            id=new_id(), callback_id=callback_id, offer_id=offer_id, started_at=at
        )
    )
    return True


def number_of(cipher: FieldCipher, request: Row[Any]) -> str:
    """Return the number to ring. It must go nowhere but to the provider."""
    return cipher.open(request.number, callback_place(request.id))


def finish_attempt(
    connection: Connection, callback_id: str, offer_id: str, outcome: str, at: datetime
) -> None:
    """Settle an attempt, once: close the request, or put it back for later.

    ``outcome`` is ``reached``, the provider's word for why not (``busy``, ``no-answer``,
    ``failed``, ``canceled``), or ``not-connected`` for somebody who picked up in vain.
    """
    done = connection.execute(
        update(callback_attempts)
        .where(callback_attempts.c.offer_id == offer_id, callback_attempts.c.ended_at.is_(None))
        .values(ended_at=at, outcome=outcome)
    )
    request = get(connection, callback_id)
    if done.rowcount != 1 or request is None or request.state != TAKEN:
        return
    if outcome == REACHED:
        close(connection, callback_id, REACHED, at)
    elif outcome in OURS:
        _try_again_soon(connection, request, at)
    elif request.attempts > len(RETRY_AFTER):
        close(connection, callback_id, UNREACHABLE, at)
    else:
        pause = RETRY_AFTER[request.attempts - 1]
        _set(connection, callback_id, state=DUE, offer_id=None, due_at=at + pause)


def _try_again_soon(connection: Connection, request: Row[Any], at: datetime) -> None:
    """After a failure of ours: at longer and longer intervals, and not for ever."""
    failures = connection.execute(
        select(func.count()).where(
            callback_attempts.c.callback_id == request.id, callback_attempts.c.outcome.in_(OURS)
        )
    ).scalar_one()
    if failures >= MOST_FAILURES:
        close(connection, request.id, UNREACHABLE, at)
        return
    pause = min(SOON * 2 ** (failures - 1), RETRY_AFTER[-1])
    values = {"due_at": at + pause, "attempts": request.attempts - 1}
    _set(connection, request.id, state=DUE, offer_id=None, **values)


def reached_after_all(
    connection: Connection, callback_id: str, offer_id: str, at: datetime
) -> None:
    """Close a request whose talk became known only after its attempt was settled."""
    done = connection.execute(
        update(callback_attempts)
        .where(
            callback_attempts.c.offer_id == offer_id,
            callback_attempts.c.outcome == NOT_CONNECTED,
        )
        .values(outcome=REACHED)
    )
    request = get(connection, callback_id)
    if done.rowcount == 1 and request is not None and request.state == DUE:
        _set(connection, callback_id, attempts=request.attempts + 1)  # it counts after all
        close(connection, callback_id, REACHED, at)


def withdraw(connection: Connection, callback_id: str, at: datetime) -> bool:
    """Undo a request that nobody has taken yet: the number goes, the record stays."""
    request = get(connection, callback_id, lock=True)
    if request is None or request.state != DUE:
        return False
    _withdraw_consent(connection, callback_id, at)
    return close(connection, callback_id, WITHDRAWN, at)


def close(connection: Connection, callback_id: str, outcome: str, at: datetime) -> bool:
    """Close the request and erase its number, in one statement; tell whether it was open."""
    return _set(connection, callback_id, state=CLOSED, outcome=outcome, closed_at=at, number=None)


def expire(connection: Connection, callback_id: str, at: datetime) -> None:
    """Close a request whose time is over and that nobody is working on."""
    request = get(connection, callback_id, lock=True)  # it may be taken at this very moment
    if request is not None and request.state == DUE and request.expires_at <= at:
        close(connection, callback_id, EXPIRED, at)


def of_call(connection: Connection, call_id: str) -> Row[Any] | None:
    """Return the request that was made in a call, or ``None``."""
    return connection.execute(
        select(callback_requests).where(callback_requests.c.call_id == call_id)
    ).one_or_none()
