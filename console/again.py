"""Proving again who one is, before something that a stolen log-in must not do."""

from flask import Blueprint, redirect, request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from console import attempts, entering, passwords
from console.accounts import Account
from console.forms import Answer, shown_again
from console.login import wait_words
from console.office import office
from console.person import Person, before_second_factor, current_person, needs
from console.places import inside
from logging_db import users

pages = Blueprint("again", __name__)


class AgainForm(FlaskForm):  # type: ignore[misc] # the library declares no types
    """The password once more, and a code where there is an app."""

    password = PasswordField(
        _l("Password"),
        [InputRequired(_l("Enter your password.")), Length(max=1000)],
        render_kw={"autocomplete": "current-password", "autofocus": True},
    )
    code = StringField(
        _l("Code of your authenticator app"),
        [Length(max=20)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "code",
                   "required": True},
    )  # fmt: skip


@pages.route("/login/again", methods=["GET", "POST"])
@needs("responder")
@before_second_factor
def page() -> Answer:
    """Ask for the proofs, and go on to where they were asked for."""
    person = current_person()
    with office().read() as connection:
        user = users.by_id(connection, person.id)
    form = AgainForm()
    if user is None or not user.has_totp:
        del form.code
    onward = inside(request.args.get("next", ""), "/account")
    if form.validate_on_submit() and _is_right(person, form):
        means = "password" if form._fields.get("code") is None else "code"
        entering.prove_again(person, means)
        return redirect(onward, code=303)
    return shown_again(
        "again.html", form, has_passkey=bool(user and user.has_passkey), onward=onward
    )


def _is_right(person: Person, form: AgainForm) -> bool:
    aimed = attempts.aim("again", person.id, "")
    with office().read() as connection:
        pause = attempts.wait(connection, aimed, office().clock())
    if pause is not None:
        form.form_errors.append(wait_words(attempts.minutes(pause)))
        return False
    right = passwords.is_right(Account(person.id), form.password.data)
    with office().step() as step:
        if right and form._fields.get("code") is not None:
            right = entering.code_is_right(step, person.id, form.code.data or "")
        if right:
            attempts.clear(step.connection, aimed)
        else:
            entering.failed(step, aimed, person.id, "again")
            form.form_errors.append(_l("That is not right. Look at it and try again."))
    return right
