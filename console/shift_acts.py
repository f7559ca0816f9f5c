"""What is done to a shift with one press: move, lengthen, remove, follow the standing week."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

from flask import (
    Blueprint,
    abort,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _

from console.forms import Answer, whole
from console.office import office
from console.person import needs
from console.shift_form import lengthened, no_length, too_far
from console.shift_making import details_of, done, make, refused, wants_json
from console.week_books import Found, find, near
from console.week_words import came_from, shift_words, week_url
from planning import shifts
from planning.keys import ShiftKey
from planning.ledger import Ledger
from planning.objections import Refused
from planning.plans import Plan
from planning.substitutions import end
from planning.swaps import follow_again

pages = Blueprint("shift_acts", __name__)
BAD = 422


class _CannotBeError(Exception):
    """What is asked for makes no shift; the sentence says why."""


@pages.post("/shift/<key>/move")
@needs("coordinator")
def move(key: str) -> Answer:
    """Move a shift to another day, service or time; what is not named stays."""

    def change(found: Found) -> Answer:
        try:
            was, plan = found.plan, _moved(found)
        except _CannotBeError as error:
            return _told_why(str(error))
        old = details_of(found.shift.service, was.day, was.starts, was.ends)
        service = found.book.services.get(plan.service_id)
        new = details_of(service.code if service else "", plan.day, plan.starts, plan.ends)
        made = make(
            "shift_changed",
            found.line.id,
            lambda it: shifts.change(it, ShiftKey.parse(key), version(), plan),
            **new,
            **({f"was_{name}": value for name, value in old.items()} if new != old else {}),
        )
        moved = shift_words(new["service"], plan.day, plan.starts, plan.ends)
        words = _("Saved: %(shift)s.", shift=moved)
        return done(made, words, _week(found, plan.day, made.value), key=made.value)

    return with_shift(key, change)


@pages.get("/shift/<key>/remove")
@needs("coordinator")
def ask_to_remove(key: str) -> Answer:
    """Ask before a shift is removed."""

    def ask(found: Found) -> Answer:
        return render_template("shift_remove.html", found=found, back=came_from())

    return with_shift(key, ask)


@pages.post("/shift/<key>/remove")
@needs("coordinator")
def remove(key: str) -> Answer:
    """Remove a shift; an occurrence of the standing week is called off on that day."""

    def change(found: Found) -> Answer:
        made = make(
            "shift_removed",
            found.line.id,
            lambda it: shifts.remove(it, ShiftKey.parse(key), version()),
            **details(found),
        )
        return done(made, _("Removed: %(shift)s.", shift=words_of(found)), _week(found, found.day))

    return with_shift(key, change)


@pages.post("/shift/<key>/follow")
@needs("coordinator")
def follow(key: str) -> Answer:
    """Forget what was decided for one day: the standing week holds there again."""

    def change(found: Found) -> Answer:
        made = make(
            "followed_again",
            found.line.id,
            lambda it: follow_again(it, ShiftKey.parse(key), version()),
            **details(found),
        )
        words = _("This shift follows the standing week again: %(shift)s.", shift=words_of(found))
        return done(made, words, _week(found, made.value))

    return with_shift(key, change)


@pages.post("/shift/<key>/end/<substitution>")
@needs("coordinator")
def end_substitution(key: str, substitution: str) -> Answer:
    """End a substitution: whoever was replaced answers again."""

    def change(found: Found) -> Answer:
        names = found.roster.responders
        about = next((s for s in found.shift.substitutions if s.id == substitution), None)
        people = {
            name: names[who].name
            for name, who in (
                ("who", about.responder if about else ""),
                ("instead_of", about.instead_of if about else ""),
            )
            if who in names
        }

        def ended(ledger: Ledger) -> None:
            end(ledger, substitution, version())

        made = make("substitution_ended", found.line.id, ended, **details(found), **people)
        words = _("The substitution has ended: %(shift)s.", shift=words_of(found))
        return done(made, words, _week(found, found.day, str(found.key)))

    return with_shift(key, change)


def with_shift(key: str, do: Callable[[Found], Answer]) -> Answer:
    """Do something with the shift that a key names; answer refusals with their sentences."""
    back = came_from() or url_for("week.start")
    try:
        with office().read() as connection:
            found = find(connection, ShiftKey.parse(key))
        return do(found)
    except Refused as error:
        return refused(error, back)


def version() -> int:
    """Return the version that the person had before them; 0 is never one."""
    text = request.form.get("version", "")
    return whole(text) or 0


def details(found: Found) -> dict[str, str]:
    """Return what the list of changes will say of a shift."""
    shift = found.shift
    return details_of(shift.service, found.day, shift.starts, shift.ends)


def words_of(found: Found) -> str:
    """Write which shift it is."""
    return shift_words(found.shift.service, found.day, found.shift.starts, found.shift.ends)


def _week(found: Found, day: date, key: str = "") -> str:
    return week_url(found.line.id, day, came_from(), key)


def _moved(found: Found) -> Plan:
    """Return the plan with what the request names in place of what is."""
    given: dict[str, Any] = {
        name: request.form[name]
        for name in ("service_id", "day", "starts", "ends")
        if request.form.get(name)
    }
    try:
        if "day" in given:
            given["day"] = date.fromisoformat(given["day"])
        for name in given.keys() & {"starts", "ends"}:
            given[name] = time.fromisoformat(given[name]).replace(tzinfo=None)
    except ValueError:
        abort(400)
    if "day" in given and not near(given["day"]):
        raise _CannotBeError(too_far())
    plan = replace(found.plan, **given)
    if given.keys() & {"starts", "ends"} and plan.starts == plan.ends:
        raise _CannotBeError(no_length())
    return _longer(plan)


def _longer(plan: Plan) -> Plan:
    """Return the plan, longer by the minutes that the request names, shorter by negative ones."""
    minutes = request.form.get("longer", "")
    if not minutes:
        return plan
    if not re.fullmatch(r"[+-]?[0-9]{1,4}", minutes):
        abort(400)
    try:
        ends = lengthened(plan.starts, plan.ends, timedelta(minutes=int(minutes)))
    except ValueError as error:
        raise _CannotBeError(str(error)) from None
    return replace(plan, ends=ends)


def _told_why(sentence: str) -> Answer:
    """Answer a move that cannot be: to a script as JSON, else by a page with a way back."""
    if wants_json():
        return make_response(jsonify(title=_("That was not done"), errors=[sentence]), BAD)
    back = came_from() or url_for("week.start")
    return render_template("shift_refused.html", sentences=[sentence], back=back), BAD


@pages.get("/shift/<key>/<any(move, follow):_act>")
@needs("coordinator")
def back_to_the_shift(key: str, _act: str) -> Answer:
    """Lead to the shift whoever loads the address of an act again, after logging in say."""
    return redirect(url_for("shift.edit", key=key))
