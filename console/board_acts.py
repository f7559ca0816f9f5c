"""What a coordinator does from the live board, with the answer at once and a way back.

Every act is one button. The page's script sends it and shows the board as it then is; without
a script the page comes again with what was done on top.
"""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from console import audit, pausing
from console.board_state import Caller, LineNow, Somebody, able, compose
from console.board_stream import told
from console.board_watch import the_watch
from console.office import Step, office
from console.own_whose import somebody
from console.person import current_person, needs
from logging_db import board_acts, pauses
from logging_db.columns import is_id
from routing.presence import FREE

pages = Blueprint("board_acts", __name__, url_prefix="/board")

Act = Callable[[Connection, str, Any, str], bool]


@pages.post("/call/<call_id>/front")
@needs("coordinator")
def to_front(call_id: str) -> Response:
    """Have a caller served before all others."""
    return _done(call_id, board_acts.to_front, _("This caller is served next."))


@pages.post("/call/<call_id>/place")
@needs("coordinator")
def from_front(call_id: str) -> Response:
    """Give a caller back the place that they had."""
    return _done(call_id, board_acts.from_front, _("This caller has the former place again."))


@pages.post("/call/<call_id>/everybody")
@needs("coordinator")
def to_everybody(call_id: str) -> Response:
    """Have everybody rung for a caller again."""
    return _done(call_id, board_acts.to_everybody, _("Everybody is rung for this caller again."))


@pages.post("/call/<call_id>/send")
@needs("coordinator")
def send(call_id: str) -> Response:
    """Have one person alone rung for a caller."""
    whom = request.form.get(f"to-{call_id}", "")
    if not is_id(call_id):
        abort(404)
    if not is_id(whom):
        return _answer(_("Choose first to whom."), done=False)
    whose = somebody(whom)
    with office().step() as step:
        board_acts.hold_line(step.connection, call_id)
        found = _find(step, call_id)
        person = found and next((one for one in found[0].people if one.id == whom), None)
        may = bool(found and person and able(person, found[1].language))
        alone = bool(found and person and _can_be_rung(found[1], person))
        if found and person and may:
            may = _send(step, *found, person, alone=alone)
    if may:
        return _answer(_sent_words(whose.name, alone=alone))
    refused = _("%(name)s cannot take this call now.", name=whose.name) if found else _gone()
    return _answer(refused, done=False)


@pages.post("/person/<responder_id>/pause")
@needs("coordinator")
def pause(responder_id: str) -> Response:
    """Have somebody rung no more."""
    whose = somebody(responder_id)
    pausing.begin_for(whose, pauses.COORDINATOR)
    audit.done("paused_somebody", _me(), responder=whose.id)
    return _answer(_("%(name)s is not rung any more.", name=whose.name))


@pages.post("/person/<responder_id>/recall")
@needs("coordinator")
def recall(responder_id: str) -> Response:
    """Have somebody rung again."""
    whose = somebody(responder_id)
    pausing.end_for(whose)
    audit.done("recalled_somebody", _me(), responder=whose.id)
    return _answer(_("%(name)s is rung again while on duty.", name=whose.name))


def _me() -> str:
    return current_person().id


def _gone() -> str:
    return str(_("This caller does not wait any more."))


def _done(call_id: str, act: Act, words: str) -> Response:
    if not is_id(call_id):
        abort(404)
    with office().step() as step:
        moved = act(step.connection, call_id, step.at, _me())
        line_id = board_acts.line_of(step.connection, call_id)
        if moved and line_id:
            step.later("match", line_id)
    return _answer(words) if moved else _answer(_gone(), done=False)


def _find(step: Step, call_id: str) -> tuple[LineNow, Caller] | None:
    """Return a caller who waits, as the board shows them."""
    for line in compose(step.connection, step.book, step.at).lines:
        for caller in line.waiting:
            if caller.id == call_id:
                return line, caller
    return None


def _can_be_rung(caller: Caller, person: Somebody) -> bool:
    return person.doing.state == FREE or person.id in dict(caller.ringing)


def _sent_words(name: str, *, alone: bool) -> str:
    if alone:
        return str(_("For 40 seconds only %(name)s is rung for this caller.", name=name))
    return str(
        _("%(name)s comes first for 40 seconds, as soon as they are free; until then others ring.",
          name=name)
    )  # fmt: skip


def _send(step: Step, line: LineNow, caller: Caller, person: Somebody, *, alone: bool) -> bool:
    """Send a caller to somebody; what rings elsewhere is taken back if they can be rung now."""
    if not board_acts.send(step.connection, caller.id, person.id, step.at, _me()):
        return False
    if alone:
        for leg_id in board_acts.withdraw(step.connection, caller.id, keep=person.id):
            step.later("drop", leg_id)
    step.later("match", line.id)
    return True


def _answer(words: str, *, done: bool = True) -> Response:
    """Answer the script with the board as it is now, and a form with the page."""
    if request.accept_mimetypes.best == "application/json":
        seen = the_watch().fresh(within=0)
        answer = jsonify(told(seen, words))
        answer.status_code = 200 if done else 409
        return answer
    flash(words, "done" if done else "error")
    return redirect(url_for("board.page"), code=303)
