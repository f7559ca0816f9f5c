"""Deny by default: before any view runs, whoever asks must be allowed to see it.

A view that everybody may see says so (``open_to_all``); one for people says for whom
(``needs``); one that says nothing is for administrators. No view has to remember to ask.
"""

from datetime import timedelta
from typing import Any

import structlog
from flask import Flask, abort, current_app, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from console import log_ins
from console.log_ins import Ended
from console.office import office
from console.person import Person, Role
from console.places import here

log = structlog.get_logger(__name__)

LOG_IN = "login.page"
SET_UP = "factors.page"  # where somebody who must have a second factor gets one
PROOF = "again.page"  # where somebody proves again who they are
FRESH = timedelta(minutes=15)


def install(app: Flask) -> None:
    """Ask before every request."""
    app.before_request(admit)
    app.teardown_request(_forget_who)


def _forget_who(_error: BaseException | None) -> None:
    """Let no line of the next request, perhaps a webhook’s, name this one’s user."""
    structlog.contextvars.unbind_contextvars("user")


def admit() -> Response | None:
    """Let the request through (``None``), or answer it."""
    if request.endpoint is None:
        return None  # no such page: 404 or 405, the same for everybody
    view = current_app.view_functions[request.endpoint]
    if request.endpoint == "static":
        return None
    found = log_ins.who()
    if isinstance(found, Person):
        g.person = found
        structlog.contextvars.bind_contextvars(user=found.id)
    if getattr(view, "open_because", None):
        return None
    if not isinstance(found, Person):
        return _to_log_in(found)
    _refuse_without_role(found, view)
    return _to_set_up(found, view) or _to_proof(found, view)


def _refuse_without_role(person: Person, view: Any) -> None:
    wanted: Role = getattr(view, "needs", "administrator")
    if not person.may(wanted):
        log.warning("Refused: not their role", endpoint=request.endpoint, wanted=wanted)
        abort(403)


def _to_log_in(ended: Ended | None) -> Response:
    """Send a visitor to the log-in page, and back here afterwards."""
    if ended is not None:
        log_ins.forget()
        words = {
            "idle": _("You were away for a while, so we logged you out. Please log in again."),
            "lifetime": _("Your day’s log-in is over. Please log in again."),
        }
        flash(words.get(ended.reason, _("This log-in was ended. Please log in again.")), "notice")
    back = here() if request.method == "GET" else "/"
    return redirect(url_for(LOG_IN, next=back if back != "/" else None), code=303)


def _to_set_up(person: Person, view: Any) -> Response | None:
    """Lead whoever must have a second factor to its page; nothing else opens before."""
    wanted = office().settings.second_factor == "coordinators" and person.may("coordinator")
    if not wanted or person.has_second_factor or getattr(view, "before_second_factor", False):
        return None
    return redirect(url_for(SET_UP), code=303)


def _to_proof(person: Person, view: Any) -> Response | None:
    """Ask for a new proof before what a stolen log-in must not do."""
    if not getattr(view, "fresh", False):
        return None
    if office().clock() - person.session.proved_at < FRESH:
        return None
    back = here() if request.method == "GET" else url_for("account.page")
    return redirect(url_for(PROOF, next=back), code=303)
