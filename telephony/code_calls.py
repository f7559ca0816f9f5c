"""Placing the call that proves a responder's number, once.

Callers come first: it is placed only where no other call waits for its turn. After an
unclear answer nothing is repeated; if the call exists, its first webhook says so, and if
not, the check expires and the person asks for another.
"""

from datetime import timedelta

import structlog
from sqlalchemy import Row

from callbacks.dialler import DiallerError, Ring
from logging_db import number_checks as checks
from logging_db import offers as book
from logging_db.cipher import check_place
from telephony import paths, verifying
from telephony.desk import Desk, Step

log = structlog.get_logger(__name__)

RING_SECONDS = 40
GIVE_UP_THROTTLED = timedelta(seconds=60)


def place(desk: Desk, check_id: str) -> None:
    """Ring the number of a check that was asked for; the claim is written first."""
    with desk.step() as step:
        ring = _claim(step, check_id)
    if ring is None:
        return
    try:
        sid = desk.dialler.place(ring)
    except DiallerError as error:
        log.warning("check_not_placed", check=check_id, unclear=error.unclear, code=error.code)
        if not error.unclear:
            _not_placed(desk, check_id, error)
        return
    with desk.step() as step:
        checks.adopt(step.connection, check_id, sid)


def _claim(step: Step, check_id: str) -> Ring | None:
    check = checks.get(step.connection, check_id)
    if check is None or check.state != checks.ASKED or check.expires_at <= step.at:
        return None
    line = verifying.line_of(step.book, check.responder_id)
    number = checks.opened(step.desk.cipher, check.number, check_place(check_id))
    if line is None or number is None:
        log.error("check_cannot_be_placed", check=check_id, has_line=line is not None)
        checks.fail(step.connection, check_id, step.at)
        return None
    if not book.free_slot(step.connection, step.at, step.desk.calls_per_second):
        return None  # the sweep comes by again
    if not checks.claim(step.connection, check_id, step.at):
        return None
    return _ring(step.desk, check, number, line.caller_id)


def _ring(desk: Desk, check: Row[tuple[object, ...]], number: str, caller_id: str) -> Ring:
    language = verifying.language_of(check)
    return Ring(
        to=number,
        caller_id=caller_id,
        answer_url=paths.check(desk, check.id, "answer", language),
        status_url=paths.check(desk, check.id, "status", language),
        fallback_url=desk.url(paths.FALLBACK),
        ring_seconds=RING_SECONDS,
    )


def _not_placed(desk: Desk, check_id: str, error: DiallerError) -> None:
    """Settle a refusal: later if throttled, and otherwise the check has failed."""
    with desk.step() as step:
        check = checks.get(step.connection, check_id)
        if check is None:
            return
        if error.throttled and step.at - check.asked_at < GIVE_UP_THROTTLED:
            checks.put_back(step.connection, check_id)
        else:
            checks.fail(step.connection, check_id, step.at)
