"""What a responder does in their talk: hold, join, send away, leave, end, take over; writing up.

Nothing here speaks to the provider: the row is written and a bell rung. An act that is not
possible any more says why, and the page shows how things stand.
"""

from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from console.forms import Answer, ConfirmForm
from console.languages import clock_time
from console.office import Step, office
from console.own_whose import mine
from console.person import needs
from console.room_view import CallPage, call_page
from console.room_words import name_of, why_not
from logging_db import rooms, wrapping
from logging_db.rooms import Done

pages = Blueprint("acts", __name__)
MORE = timedelta(minutes=5)


def act(asked: Callable[[Step, str], Done], words: str = "") -> Response:
    """Do it, ring the bells, and go back to “My call”; say there why it was refused."""
    whose = mine()
    with office().step() as step:
        done = asked(step, whose.id)
        for bell in done.bells:
            step.later(*bell)
    if done.refused is not None:
        flash(why_not(done.refused), "error")
    elif words:
        flash(words, "done")
    return redirect(url_for("room.page"), code=303)


@pages.post("/mine/call/<offer_id>/hold")
@needs("responder")
def hold(offer_id: str) -> Response:
    """Let the caller hear music."""
    return act(lambda step, by: rooms.hold(step.connection, by, offer_id, step.at))


@pages.post("/mine/call/<offer_id>/resume")
@needs("responder")
def resume(offer_id: str) -> Response:
    """Bring the caller back: to oneself, and to whoever has come in."""
    return act(lambda step, by: rooms.resume(step.connection, by, offer_id, step.at))


@pages.post("/mine/call/release/<leg_id>")
@needs("responder")
def release(leg_id: str) -> Response:
    """Send a guest away, or stop ringing them; they can be rung again."""
    return act(lambda step, by: rooms.release(step.connection, by, leg_id, step.at))


@pages.route("/mine/call/<offer_id>/leave", methods=["GET", "POST"])
@needs("responder")
def leave(offer_id: str) -> Answer:
    """Ask, then leave the others together."""
    if ConfirmForm().validate_on_submit():
        words = _("You are leaving. The others go on talking.")
        return act(lambda step, by: rooms.leave(step.connection, by, offer_id, step.at), words)
    return _ask("room_leave.html", offer_id)


@pages.route("/mine/call/<offer_id>/end", methods=["GET", "POST"])
@needs("responder")
def end(offer_id: str) -> Answer:
    """Ask, then end the talk for everybody."""
    if ConfirmForm().validate_on_submit():
        words = _("The talk is over. The caller hears goodbye.")
        return act(lambda step, by: rooms.end(step.connection, by, offer_id, step.at), words)
    return _ask("room_end.html", offer_id)


def _ask(template: str, offer_id: str) -> Answer:
    found = _mine(offer_id)
    if found is None:
        flash(why_not("not_there"), "error")
        return redirect(url_for("room.page"), code=303)
    return render_template(template, call=found, name_of=name_of)


def _mine(offer_id: str) -> CallPage | None:
    with office().read() as connection:
        found = call_page(connection, mine().id, others=False)
    return found if found.room is not None and found.room.offer_id == offer_id else None


@pages.post("/mine/call/<offer_id>/back")
@needs("responder")
def back(offer_id: str) -> Response:
    """Undo having hung up by mistake."""
    words = _("The caller is first in the line, and your telephone rings first.")
    return act(lambda step, by: rooms.bring_back(step.connection, by, offer_id, step.at), words)


@pages.post("/mine/call/<offer_id>/take")
@needs("responder")
def take(offer_id: str) -> Response:
    """Have oneself rung into a colleague’s talk."""
    pace = office().settings.calls_per_second
    words = _("Your telephone rings: press 1 there, and you are in the talk.")
    return act(
        lambda step, by: rooms.take_over(
            step.connection, by, offer_id, step.at, calls_per_second=pace
        ),
        words,
    )


@pages.post("/mine/writing/more")
@needs("responder")
def more() -> Response:
    """Go on writing up for some minutes."""
    whose = mine()
    with office().step() as step:
        until = wrapping.extend(step.connection, whose.id, step.at, MORE)
    if until is None:
        flash(_("The time for writing up is over. Pause, if you need more."), "error")
    else:
        flash(_("You are not rung before %(time)s.", time=clock_time(until)), "done")
    return redirect(url_for("room.page"), code=303)


@pages.post("/mine/writing/ready")
@needs("responder")
def ready() -> Response:
    """Be rung again at once; whoever waits is matched, on any line."""
    whose = mine()
    with office().step() as step:
        if wrapping.ready(step.connection, whose.id, step.at):
            for line_id in step.book.by_id:
                step.later("match", line_id)
    flash(_("You are rung again while you are on duty."), "done")
    return redirect(url_for("room.page"), code=303)
