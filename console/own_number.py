"""One's own number, proved by a call: the screen shows a code, the telephone asks for it.

Of the code the database keeps a digest; the browser keeps the code itself, in its signed
cookie, as long as the page has to show it.
"""

from typing import ClassVar

from flask import Blueprint, redirect, render_template, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, TelField
from wtforms.validators import StopValidation

from console import audit
from console.forms import UNPROCESSABLE, Answer, ConfirmForm
from console.languages import language
from console.office import office
from console.own_making import sentences
from console.own_whose import Whose, mine
from console.person import current_person, fresh, needs
from logging_db import number_checks
from logging_db.cipher import phone_place
from logging_db.number_checks import NumberCheck, NumberRefusedError
from planning import people
from planning.objections import refuse

pages = Blueprint("number", __name__)
KEPT = "number_code"  # the name under which the cookie keeps which check, and its code
OVER = (number_checks.PROVED, number_checks.FAILED, number_checks.EXPIRED)


class _Needed:
    """A number has to be typed, unless the one on record is meant."""

    field_flags: ClassVar = {"required": True}

    def __call__(self, form: "NumberForm", field: TelField) -> None:
        if not form.present.data and not (field.data or "").strip():
            raise StopValidation(_("Enter your number."))


class NumberForm(FlaskForm):  # type: ignore[misc] # the library declares no types
    """A number to be proved; ``present`` asks for the one that is on record."""

    number = TelField(
        _l("Telephone number"),
        [_Needed()],
        render_kw={"autocomplete": "tel", "inputmode": "tel"},
    )
    present = HiddenField()


@pages.route("/mine/number", methods=["GET", "POST"])
@needs("responder")
@fresh
def page() -> Answer:
    """Show how one's number stands; ring the one on record, or another."""
    whose, form = mine(), NumberForm()
    if form.validate_on_submit():
        typed = _present(whose) if form.present.data else form.number.data or ""
        try:
            return _ring(whose, typed)
        except NumberRefusedError as refused:
            form.number.errors = sentences(refuse(f"number_{refused.reason}"))
    return _shown(whose, form)


def _shown(whose: Whose, form: NumberForm, number: str = "") -> Answer:
    with office().read() as connection:
        row = people.row_of(connection, whose.id)
    page = render_template("own_number.html", row=row, form=form, number=number)
    return (page, UNPROCESSABLE) if form.errors else page


def _present(whose: Whose) -> str:
    with office().read() as connection:
        row = people.row_of(connection, whose.id)
    sealed: bytes = row.phone
    return number_checks.opened(office().cipher, sealed, phone_place(whose.id)) or ""


def _ring(whose: Whose, typed: str) -> Response:
    with office().step() as step:
        check, code = number_checks.ask(
            step.connection, office().cipher, whose.id, typed, language(), step.at
        )
        step.later("verify", check)
    session[KEPT] = [check, code]
    audit.done("Number check asked", current_person().id, check=check, responder=whose.id)
    return redirect(url_for("own.number.check"), code=303)


@pages.post("/mine/number/show")
@needs("responder")
@fresh
def show() -> Answer:
    """Show one's own number, this once."""
    whose, form = mine(), NumberForm(formdata=None)
    if not ConfirmForm().validate_on_submit():
        return redirect(url_for("own.number.page"), code=303)
    audit.done("Number shown", current_person().id, responder=whose.id)
    return _shown(whose, form, people.spaced(_present(whose)))


@pages.get("/mine/number/check")
@needs("responder")
def check() -> Answer:
    """Show the code, and how far the call is; the page asks again until it is over."""
    whose = mine()
    with office().read() as connection:
        state = number_checks.state(connection, whose.id, office().clock())
    if state is None:
        return redirect(url_for("own.number.page"), code=303)
    over = state.state in OVER
    code = _code(state)
    if over:
        session.pop(KEPT, None)
    return render_template("own_check.html", check=state, code=code, over=over)


def _code(state: NumberCheck) -> str:
    """Return the code, in two halves, where this browser asked for the call."""
    kept = session.get(KEPT)
    if not kept or kept[0] != state.id:
        return ""
    return f"{kept[1][:3]} {kept[1][3:]}"
