"""The gate that every webhook passes: verified, parsed, answered in words, whatever happens."""

from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from flask import Blueprint, Response, current_app, g, request
from sqlalchemy import Row
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from logging_db import calls as record
from logging_db import number_checks as checks
from logging_db import offers as book
from logging_db.columns import is_id
from logging_db.engine import is_away, may_be_tried_again
from telephony import apology, degraded, late, paths, signature, twiml
from telephony.desk import Desk, Step
from telephony.hook import Hook, SenselessError, parse
from telephony.replies import Leave, Redirect, Reply

log = structlog.get_logger(__name__)

LARGEST_BODY = 64 * 1024  # bytes; the provider's requests have about one thousand

voice = Blueprint("voice", __name__, url_prefix="/voice")
Result = TypeVar("Result")
Handler = Callable[[Step, Hook], Reply]


class UnknownError(Exception):
    """A signed request for a call or leg that the book does not know."""


def desk_here() -> Desk:
    """Return the desk of the application that serves this request."""
    desk: Desk = current_app.extensions["desk"]
    return desk


def called_url(public_url: str) -> str:
    """Return the address as the provider called it.

    The framework shows a decoded path and query, over which a valid signature fails; so
    the raw request line counts, under our configured public address.
    """
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI")
    if not raw:
        raw = request.full_path.removesuffix("?")
    if not raw.startswith("/"):  # an absolute request line
        raw = "/" + raw.split("://", 1)[-1].partition("/")[2]
    return public_url + str(raw)


@voice.before_request
def verify() -> Response | None:
    """Refuse whatever the provider did not sign."""
    request.max_content_length = LARGEST_BODY
    desk = desk_here()
    body: Any = request.form
    if request.mimetype == "application/json":
        body = request.get_data(as_text=True)
    given = request.headers.get(signature.HEADER, "")
    if signature.is_genuine(called_url(desk.public_url), body, given, desk.tokens):
        return None
    log.warning("webhook_refused", path=request.path, reason="signature" if given else "unsigned")
    return Response("The signature does not match.\n", 403, mimetype="text/plain")


def answer(handle: Handler) -> Response:
    """Do one webhook in one transaction and write its reply."""
    try:
        hook = parse(request.form)
    except SenselessError as error:
        log.warning("webhook_senseless", path=request.path, reason=str(error))
        return words(apology.sorry(None, apology.languages(None, None)))
    try:
        reply = in_one_transaction(lambda step: handle(step, hook))
    except UnknownError as error:
        log.warning("webhook_unknown", path=request.path, reason=str(error))
        reply = _start_over(hook)
    return words(reply)


def in_one_transaction(do: Callable[[Step], Result]) -> Result:
    """Run ``do`` and commit; once more if the database asks for it, as nothing was done."""
    try:
        with desk_here().step() as step:
            return do(step)
    except DBAPIError as error:
        if not may_be_tried_again(error):
            raise
        log.warning("transaction_repeated", path=request.path)
    with desk_here().step() as step:
        return do(step)


def _start_over(hook: Hook) -> Reply:
    """A caller whose record we lost is greeted anew; anybody else hears an apology."""
    if hook.direction == "inbound" and not hook.is_final:
        # Out of the queue first, if they are in it: its documents may not enqueue again.
        return (Leave(), Redirect(desk_here().url(paths.INCOMING)))
    return apology.sorry(None, ("fr", "nl"))


def words(reply: Reply, status: int = 200) -> Response:
    """Return the reply, written out for the provider."""
    return Response(twiml.render(reply), status, mimetype="text/xml")


def tell(handle: Callable[[Step, Hook], None]) -> Response:
    """Take a piece of news that asks for no instructions."""
    g.news = True
    try:
        hook = parse(request.form)
        in_one_transaction(lambda step: handle(step, hook))
    except (SenselessError, UnknownError) as error:
        # Not an error code: the provider would only tell us again.
        log.warning("webhook_ignored", path=request.path, reason=str(error))
    return Response(status=204)


def call_of(step: Step, hook: Hook, call_id: str) -> Row[Any]:
    """Return the call of an address, if the webhook is about that very call."""
    call = record.get(step.connection, call_id) if is_id(call_id) else None
    if call is None or call.provider_sid != hook.sid:
        raise UnknownError("no such call")
    return call


def leg_of(step: Step, hook: Hook, leg_id: str) -> Row[Any]:
    """Return the leg of an address, if the webhook is about that very leg."""
    leg = book.get_leg(step.connection, leg_id) if is_id(leg_id) else None
    if leg is None or leg.provider_sid not in (None, hook.sid):
        raise UnknownError("no such leg")
    return leg


def check_of(step: Step, hook: Hook, check_id: str) -> Row[Any]:
    """Return the check of an address, if the webhook is about its very call."""
    check = checks.get(step.connection, check_id) if is_id(check_id) else None
    if check is None or check.provider_sid not in (None, hook.sid):
        raise UnknownError("no such check")
    return check


def attempt_of() -> int:
    """Return the number of the attempt that the address carries."""
    return request.args.get("attempt", 1, type=int)


@voice.errorhandler(HTTPException)
@voice.app_errorhandler(HTTPException)
def refuse(error: HTTPException) -> Response | HTTPException:
    """Say in words what the web framework would say as a page."""
    if not request.path.startswith("/voice/"):
        return error
    log.warning("webhook_refused", path=request.path, reason=error.name)
    return words(apology.sorry(None, apology.languages(None, None)), error.code or 500)


@voice.errorhandler(Exception)
def apologise(error: Exception) -> Response:
    """Something broke behind us: whoever is on the telephone hears words and a next step."""
    away = is_away(error)
    if away:
        log.warning("database_away", path=request.path, reason=type(error).__name__)
    else:
        log.error("webhook_failed", path=request.path, exc_info=error)
    if getattr(g, "news", False):
        kept = away and late.keep(desk_here(), request.path, request.form)
        return Response(status=204 if kept else 503, headers=late.AGAIN_LATER if away else None)
    try:
        hook = parse(request.form)
    except SenselessError:
        return words(apology.sorry(None, apology.languages(None, None)))
    try:
        return words(_without_book(hook))
    except Exception:
        log.exception("nothing_works", path=request.path)
        return words(apology.sorry(None, apology.languages(None, request.args.get("lang"))))


def _without_book(hook: Hook) -> Reply:
    led_here = paths.AWAY in request.path + request.form.get("ErrorUrl", "")
    if led_here:  # there is nothing left that works but the plainest words
        return degraded.plainly(desk_here(), hook, request.args.get("lang"))
    return degraded.answer(desk_here(), hook, _circumstances())


def _circumstances() -> apology.Circumstances:
    call_id = (request.view_args or {}).get("call_id", "")
    return apology.Circumstances(
        page=request.path.rsplit("/", 1)[-1],
        call_id=call_id if is_id(call_id) else None,
        language=request.args.get("lang"),
        sorry=request.args.get("sorry", 0, type=int),
        attempt=attempt_of(),
    )
