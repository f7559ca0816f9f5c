"""Every address that the provider calls: verified, parsed, handled, answered in words."""

from collections.abc import Callable
from typing import Any

import structlog
from flask import Blueprint, Response, current_app, g, request
from sqlalchemy import Row
from werkzeug.exceptions import HTTPException

from logging_db import calls as record
from logging_db import offers as book
from logging_db.columns import is_id
from telephony import (
    apology,
    calls,
    consent,
    fallback,
    legs,
    offers,
    paths,
    placing,
    room,
    signature,
    twiml,
)
from telephony.desk import Desk, Step
from telephony.hook import Hook, SenselessError, parse
from telephony.replies import Hangup, Redirect, Reply, say

log = structlog.get_logger(__name__)

LARGEST_BODY = 64 * 1024  # bytes; the provider's requests have about one thousand

voice = Blueprint("voice", __name__, url_prefix="/voice")
Handler = Callable[[Step, Hook], Reply]


class UnknownError(Exception):
    """A signed request for a call or leg that the book does not know."""


def _desk() -> Desk:
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
    desk = _desk()
    body: Any = request.form
    if request.mimetype == "application/json":
        body = request.get_data(as_text=True)
    given = request.headers.get(signature.HEADER, "")
    if signature.is_genuine(called_url(desk.public_url), body, given, desk.tokens):
        return None
    log.warning("webhook_refused", path=request.path, reason="signature" if given else "unsigned")
    return Response("The signature does not match.\n", 403, mimetype="text/plain")


def _answer(handle: Handler) -> Response:
    """Do one webhook in one transaction and write its reply."""
    try:
        hook = parse(request.form)
    except SenselessError as error:
        log.warning("webhook_senseless", path=request.path, reason=str(error))
        return _words(apology.sorry(None, apology.languages(None, None)))
    try:
        with _desk().step() as step:
            reply = handle(step, hook)
    except UnknownError as error:
        log.warning("webhook_unknown", path=request.path, reason=str(error))
        reply = _start_over(hook)
    return _words(reply)


def _start_over(hook: Hook) -> Reply:
    """A caller whose record we lost is greeted anew; anybody else hears an apology."""
    if hook.direction == "inbound" and not hook.is_final:
        return (Redirect(_desk().url(paths.INCOMING)),)
    return (*(say("sorry", language) for language in ("fr", "nl")), Hangup())


def _words(reply: Reply, status: int = 200) -> Response:
    return Response(twiml.render(reply), status, mimetype="text/xml")


def _tell(handle: Callable[[Step, Hook], None]) -> Response:
    """Take a piece of news that asks for no instructions."""
    g.news = True
    try:
        hook = parse(request.form)
        with _desk().step() as step:
            handle(step, hook)
    except (SenselessError, UnknownError) as error:
        # Not an error code: the provider would only tell us again.
        log.warning("webhook_ignored", path=request.path, reason=str(error))
    return Response(status=204)


def _call(step: Step, hook: Hook, call_id: str) -> Row[Any]:
    call = record.get(step.connection, call_id) if is_id(call_id) else None
    if call is None or call.provider_sid != hook.sid:
        raise UnknownError("no such call")
    return call


def _leg(step: Step, hook: Hook, leg_id: str) -> Row[Any]:
    leg = book.get_leg(step.connection, leg_id) if is_id(leg_id) else None
    if leg is None or leg.provider_sid not in (None, hook.sid):
        raise UnknownError("no such leg")
    return leg


def _attempt() -> int:
    return request.args.get("attempt", 1, type=int)


@voice.post("/incoming")
def incoming() -> Response:
    """A call reaches a line."""
    return _answer(calls.incoming)


@voice.post("/status")
def status() -> Response:
    """The inbound call's status changes."""
    return _tell(_call_status)


def _call_status(step: Step, hook: Hook) -> None:
    call = record.by_sid(step.connection, hook.sid)
    roster = step.book.by_number.get(hook.to)
    if call is None and roster is not None and hook.is_final and hook.direction != "outbound-api":
        # We never saw it begin: it is written down all the same, as failed.
        record.open_call(
            step.connection,
            provider_sid=hook.sid,
            line_id=roster.line.id,
            at=step.at,
            pending="failed",
        )
        call = record.by_sid(step.connection, hook.sid)
    if call is None:
        raise UnknownError("no such call")
    if hook.is_final:
        placing.close(step, call.id, hook.status)


@voice.post("/fallback")
def fallback_answer() -> Response:
    """The provider could not use our answer."""
    log.error("provider_fell_back", code=request.form.get("ErrorCode", "")[:16])
    return _answer(fallback.answer)


@voice.post("/calls/<call_id>/language")
def language(call_id: str) -> Response:
    """A key of the language menu."""
    attempt = _attempt()
    return _answer(
        lambda step, hook: calls.choose_language(step, hook, _call(step, hook, call_id), attempt)
    )


@voice.post("/calls/<call_id>/wait")
def wait(call_id: str) -> Response:
    """What to hear while waiting."""
    turn = request.args.get("turn", 0, type=int)
    return _answer(lambda step, hook: calls.wait(step, _call(step, hook, call_id), turn))


@voice.post("/calls/<call_id>/left")
def left(call_id: str) -> Response:
    """The caller is no longer in the provider's queue."""
    return _answer(lambda step, hook: calls.left_queue(step, hook, _call(step, hook, call_id)))


@voice.post("/calls/<call_id>/key")
def key(call_id: str) -> Response:
    """A key pressed while waiting, or after being told that nobody can answer."""
    return _answer(lambda step, hook: consent.key(step, hook, _call(step, hook, call_id)))


@voice.post("/calls/<call_id>/callback")
def callback(call_id: str) -> Response:
    """Where to be called back."""
    return _answer(lambda step, hook: consent.choice(step, hook, _call(step, hook, call_id)))


@voice.post("/calls/<call_id>/number")
def number(call_id: str) -> Response:
    """A number that was keyed in."""
    attempt = _attempt()
    return _answer(
        lambda step, hook: consent.number(step, hook, _call(step, hook, call_id), attempt)
    )


@voice.post("/calls/<call_id>/check")
def check(call_id: str) -> Response:
    """Whether the number that was read back is right."""
    return _answer(lambda step, hook: consent.check(step, hook, _call(step, hook, call_id)))


@voice.post("/calls/<call_id>/back")
def back(call_id: str) -> Response:
    """Back to waiting."""
    return _answer(lambda step, hook: calls.back_to_line(step, _call(step, hook, call_id)))


@voice.post("/calls/<call_id>/room")
def enter_room(call_id: str) -> Response:
    """The caller is moved to a responder."""
    return _answer(lambda step, hook: room.enter(step, _call(step, hook, call_id)))


@voice.post("/calls/<call_id>/after")
def after(call_id: str) -> Response:
    """The caller is out of the room."""
    return _answer(lambda step, hook: room.after(step, hook, _call(step, hook, call_id)))


@voice.post("/rooms/<offer_id>/events")
def room_event(offer_id: str) -> Response:
    """What happens in a room."""
    g.news = True
    event = request.form.get("StatusCallbackEvent", "")
    if is_id(offer_id):
        with _desk().step() as step:
            room.event(step, event, offer_id)
    return Response(status=204)


@voice.post("/legs/<leg_id>/answer")
def leg_answer(leg_id: str) -> Response:
    """A responder picked up."""
    return _answer(lambda step, hook: offers.answer(step, hook, _leg(step, hook, leg_id)))


@voice.post("/legs/<leg_id>/key")
def leg_key(leg_id: str) -> Response:
    """The responder's key."""
    attempt = _attempt()
    return _answer(lambda step, hook: offers.key(step, hook, _leg(step, hook, leg_id), attempt))


@voice.post("/legs/<leg_id>/callee")
def leg_callee(leg_id: str) -> Response:
    """Somebody who asked to be called back picked up."""
    return _answer(lambda step, hook: room.callee_enter(step, hook, _leg(step, hook, leg_id)))


@voice.post("/legs/<leg_id>/after")
def leg_after(leg_id: str) -> Response:
    """Whoever we rang is out of the room."""
    return _answer(lambda step, hook: room.leg_after(step, hook, _leg(step, hook, leg_id)))


@voice.post("/legs/<leg_id>/status")
def leg_status(leg_id: str) -> Response:
    """The status of a call that we placed."""
    return _tell(lambda step, hook: legs.status(step, hook, _leg(step, hook, leg_id)))


@voice.errorhandler(HTTPException)
@voice.app_errorhandler(HTTPException)
def refuse(error: HTTPException) -> Response | HTTPException:
    """Say in words what the web framework would say as a page."""
    if not request.path.startswith("/voice/"):
        return error
    log.warning("webhook_refused", path=request.path, reason=error.name)
    return _words(apology.sorry(None, apology.languages(None, None)), error.code or 500)


@voice.errorhandler(Exception)
def apologise(error: Exception) -> Response:
    """Something broke behind us: whoever is on the telephone hears words and a next step."""
    log.error("webhook_failed", path=request.path, exc_info=error)
    if getattr(g, "news", False):
        return Response(status=503)
    call_id = (request.view_args or {}).get("call_id", "")
    where = apology.Circumstances(
        call_id=call_id if is_id(call_id) else None,
        page=request.path.rsplit("/", 1)[-1],
        to=request.form.get("To", ""),
        language=request.args.get("lang"),
        sorry=request.args.get("sorry", 0, type=int),
    )
    return _words(apology.words_for(_desk(), where))
