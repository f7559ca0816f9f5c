"""Being on duty and yet not rung: a responder pauses or is back; a coordinator may say so too."""

from flask import Blueprint, abort, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from console.office import office
from console.own_whose import Whose, mine, somebody
from console.person import needs
from logging_db import pauses

pages = Blueprint("pausing", __name__)


@pages.post("/mine/pause")
@needs("responder")
def begin() -> Response:
    """Have oneself rung no more."""
    begin_for(mine(), pauses.OWN)
    flash(_("You are not rung until you say that you are back."), "notice")
    return redirect(url_for("own.page"), code=303)


@pages.post("/mine/back")
@needs("responder")
def back() -> Response:
    """Have oneself rung again."""
    end_for(mine())
    flash(_("Welcome back: you are rung again while you are on duty."), "done")
    return redirect(url_for("own.page"), code=303)


@pages.post("/pause/<responder_id>")
@needs("coordinator")
def pause(responder_id: str) -> Response:
    """Have somebody rung no more."""
    whose = somebody(responder_id)
    begin_for(whose, pauses.COORDINATOR)
    flash(_("%(name)s is not rung any more.", name=whose.name), "done")
    return redirect(url_for("today.page"), code=303)


@pages.post("/pause/<responder_id>/end")
@needs("coordinator")
def recall(responder_id: str) -> Response:
    """Have somebody rung again."""
    whose = somebody(responder_id)
    end_for(whose)
    flash(_("%(name)s is rung again while on duty.", name=whose.name), "done")
    return redirect(url_for("today.page"), code=303)


def begin_for(whose: Whose, reason: str) -> None:
    """Have somebody rung no more; 404 where they do not answer at all."""
    if not whose.active:
        abort(404)
    with office().step() as step:
        pauses.begin(step.connection, whose.id, reason, step.at)


def end_for(whose: Whose) -> None:
    """End the pause; whoever waits is matched at once, on any line."""
    with office().step() as step:
        if pauses.end(step.connection, whose.id, step.at):
            for line_id in step.book.by_id:
                step.later("match", line_id)
