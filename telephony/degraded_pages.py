"""The addresses that need no database: where calls are led while it is away."""

from collections.abc import Callable

import structlog
from flask import Response, request

from logging_db.columns import is_id
from telephony import apology, degraded, screening
from telephony.degraded import Away, Told
from telephony.gate import attempt_of, desk_here, voice, words
from telephony.hook import SID, SenselessError, parse
from telephony.replies import Reply
from telephony.words import LANGUAGES

log = structlog.get_logger(__name__)


def _answer(handle: Callable[[Away, str], Reply], line_id: str | None = None) -> Response:
    """Answer from the snapshot alone."""
    try:
        hook = parse(request.form)
    except SenselessError as error:
        log.warning("webhook_senseless", path=request.path, reason=str(error))
        return words(apology.sorry(None, apology.languages(None, None)))
    asked = request.args.get("lang", "")
    this = degraded.look(desk_here(), hook, asked, line_id)
    if isinstance(this, tuple):
        return words(this)
    return words(handle(this, asked if asked in LANGUAGES else this.roster.line.languages[0]))


def _id(name: str) -> str:
    found = request.args.get(name, "")
    return found if is_id(found) else ""


def _tried() -> tuple[str, ...]:
    return tuple(filter(is_id, request.args.get("tried", "").split(".")))


def _told() -> Told:
    return Told(
        status=request.form.get("DialCallStatus", "")[:16],
        bridged=request.form.get("DialBridged", "").lower() == "true",
        seconds=max(0, request.form.get("DialCallDuration", 0, type=int)),
    )


@voice.post("/away/language")
def away_language() -> Response:
    """A key of the language menu."""
    attempt = attempt_of()
    return _answer(lambda this, _: degraded.choose_language(this, attempt))


@voice.post("/away/ring")
def away_ring() -> Response:
    """A caller who waited, or who wants somebody once more, is to be connected."""
    return _answer(degraded.begin_anew)


@voice.post("/away/next")
def away_next() -> Response:
    """A telephone has rung, in vain or not."""
    tried, told = _tried(), _told()
    return _answer(lambda this, language: degraded.after_ring(this, language, tried, told))


@voice.post("/away/last")
def away_last() -> Response:
    """The fallback number was rung."""
    told = _told()
    return _answer(lambda this, language: degraded.after_fallback(this, language, told))


@voice.post("/away/screen")
def away_screen() -> Response:
    """A responder picked up."""
    person, attempt = _id("to"), attempt_of()
    return _answer(
        lambda this, wanted: screening.invite(this, person, wanted, attempt), _id("line")
    )


@voice.post("/away/key")
def away_key() -> Response:
    """The responder's key."""
    person, attempt = _id("to"), attempt_of()
    parent = request.form.get("ParentCallSid", "")
    caller = parent if SID.fullmatch(parent) else ""
    return _answer(
        lambda this, wanted: screening.key(this, person, wanted, attempt, caller), _id("line")
    )
