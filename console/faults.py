"""Pages for when something is wrong: in the visitor's language, with a next step, no trace."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

import structlog
from flask import Flask, render_template, request
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException

from console.person import person_or_none
from logging_db.columns import is_id

log = structlog.get_logger(__name__)

Answer = tuple[str, int]


@dataclass(frozen=True)
class Words:
    """What a page of a fault says: what happened, and what to do now."""

    title: LazyString
    text: LazyString


WORDS = {
    400: Words(
        _l("We did not understand that"),
        _l("The address or the form is not complete. Go back, look at it and send it again."),
    ),
    401: Words(_l("Please log in"), _l("This page is for people who are logged in.")),
    403: Words(
        _l("This page is not for your account"),
        _l("If you need it for your work, ask an administrator to change your role."),
    ),
    404: Words(
        _l("There is no such page"),
        _l("The address may be mistyped, or what was here has been removed."),
    ),
    405: Words(
        _l("That cannot be done here"),
        _l("Go back to the page you came from and use its buttons."),
    ),
    413: Words(
        _l("That is too large"),
        _l("Send a smaller file, or split it into several."),
    ),
    429: Words(
        _l("Too many attempts"),
        _l("Wait a few minutes and try again. Nothing is lost."),
    ),
    500: Words(
        _l("Something went wrong on our side"),
        _l("It has been written down for the technician. Calls are answered as usual. Try again."),
    ),
    503: Words(
        _l("The records cannot be reached just now"),
        _l("Nothing is lost. Wait a minute, then load this page again."),
    ),
}
FORM_TOO_OLD = Words(
    _l("This form has lain open too long"),
    _l(
        "For safety, a form is good for one log-in only. Open its page again and send it once "
        "more. What you had typed stands below, to copy."
    ),
)


NOT_SHOWN = {"csrf_token", "password", "new", "code", "recovery", "credential", "back", "next"}


def install(app: Flask) -> None:
    """Answer every fault with its page."""
    app.register_error_handler(HTTPException, _known)
    app.register_error_handler(CSRFError, _old_form)
    for away in (DBAPIError, PoolTimeoutError, TimeoutError):
        app.register_error_handler(away, _away)
    app.register_error_handler(Exception, _unknown)


def show(status: int, words: Words | None = None, typed: Sequence[str] = ()) -> Answer:
    """Return the page of a fault and its status."""
    said = words or WORDS.get(status) or WORDS[400 if status < 500 else 500]
    return render_template("fault.html", words=said, status=status, typed=typed), status


def _known(error: HTTPException) -> Answer | HTTPException:
    status = error.code or 500
    return error if status < 400 else show(status)  # a redirect is an exception as well


def _old_form(error: CSRFError) -> Answer:
    log.warning("Refused: a form without its token", endpoint=request.endpoint, why=error.name)
    return show(400, FORM_TOO_OLD, typed=_typed())


def _typed() -> list[str]:
    """Return the texts of the form that was refused, so that nobody types them again.

    Never a secret, and nothing for visitors: another site may have sent the form.
    """
    if person_or_none() is None:
        return []
    return [
        value
        for name, value in request.form.items(multi=True)
        if len(value) > 2 and name not in NOT_SHOWN and not is_id(value)
    ]


def _away(error: Exception) -> Answer:
    """The database cannot be used, or refused a statement: the second is our own mistake."""
    if isinstance(error, DBAPIError) and not _cannot_be_reached(error):
        return _unknown(error)
    log.error("The database cannot be used", reason=type(error).__name__)
    return show(HTTPStatus.SERVICE_UNAVAILABLE)


def _cannot_be_reached(error: DBAPIError) -> bool:
    return error.connection_invalidated or type(error).__name__ == "OperationalError"


def _unknown(error: Exception) -> Answer:
    log.error("A page failed", endpoint=request.endpoint, exc_info=error)
    return show(HTTPStatus.INTERNAL_SERVER_ERROR)
