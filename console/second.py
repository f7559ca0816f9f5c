"""The second proof when logging in: a code of the app, a passkey, or a recovery code."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from console import attempts, audit, entering, recovery
from console.entering import HalfWay
from console.forms import UNPROCESSABLE, Answer
from console.login import wait_words
from console.office import office
from console.person import open_to_all
from logging_db import log_in, users

pages = Blueprint("second", __name__)
OPEN = open_to_all("the first proof was given; nobody is logged in yet")


class CodeForm(FlaskForm):  # type: ignore[misc] # the library declares no types
    """A code of six digits."""

    code = StringField(
        _l("Code"),
        [InputRequired(_l("Enter the code.")), Length(max=20)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "code"},
    )


class RecoveryForm(FlaskForm):  # type: ignore[misc] # the library declares no types
    """A recovery code."""

    recovery = StringField(
        _l("Recovery code"),
        [InputRequired(_l("Enter the code.")), Length(max=60)],
        render_kw={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"},
    )


@pages.get("/login/second")
@OPEN
def page() -> Answer:
    """Ask for the second proof."""
    waiting = entering.half_way()
    if waiting is None:
        return too_late()
    return _shown(waiting, CodeForm(), RecoveryForm())


@pages.post("/login/second")
@OPEN
def code() -> Answer:
    """Take a code of the app."""
    form = CodeForm()
    return _take(form, form.code, "code")


@pages.post("/login/recovery")
@OPEN
def recover() -> Answer:
    """Take a recovery code."""
    form = RecoveryForm()
    return _take(form, form.recovery, "recovery")


def _take(form: FlaskForm, field: StringField, means: str) -> Answer:
    waiting = entering.half_way()
    if waiting is None:
        return too_late()
    if form.validate_on_submit() and _is_right(waiting, form, field.data, means):
        answer = entering.enter(waiting.user_id, means, waiting.onward)
        if means == "recovery":
            _say_how_many_are_left(waiting.user_id)
        return answer
    forms = (
        (form, RecoveryForm(formdata=None)) if means == "code" else (CodeForm(formdata=None), form)
    )
    return _shown(waiting, *forms)


def _is_right(waiting: HalfWay, form: FlaskForm, typed: str, means: str) -> bool:
    with office().step() as step:
        aimed = attempts.aim("second", waiting.user_id, "")
        pause = attempts.wait(step.connection, aimed, step.at)
        if pause is not None:
            audit.refused("Log-in refused during the wait", waiting.user_id)
            form.form_errors.append(wait_words(attempts.minutes(pause)))
            return False
        user = users.by_id(step.connection, waiting.user_id)
        right = user is not None and user.active
        if means == "code":
            right = right and entering.code_is_right(step, waiting.user_id, typed)
        else:
            digest = recovery.digest(typed)
            right = right and log_in.use_recovery_code(step.connection, waiting.user_id, digest)
        if right:
            attempts.clear(step.connection, aimed)
        else:
            entering.failed(step, aimed, waiting.user_id, means)
            form.form_errors.append(_l("This code is not right, or has been used already."))
    return right


def _shown(waiting: HalfWay, code_form: FlaskForm, recovery_form: FlaskForm) -> Answer:
    with office().read() as connection:
        user = users.by_id(connection, waiting.user_id)
    if user is None:
        return too_late()
    form = recovery_form if recovery_form.errors else code_form
    text = render_template(
        "login_second.html", form=form, code_form=code_form, recovery_form=recovery_form, user=user
    )
    return (text, UNPROCESSABLE) if form.errors else text


def too_late() -> Response:
    """Send somebody back to the beginning."""
    flash(_l("That took too long. Please log in again."), "notice")
    return redirect(url_for("login.page"), code=303)


def _say_how_many_are_left(user_id: str) -> None:
    with office().read() as connection:
        found = log_in.credentials(connection, user_id=user_id)
    count = len(found.recovery_codes) if found else 0
    words = ngettext(
        "That code is used up. You have %(num)s recovery code left.",
        "That code is used up. You have %(num)s recovery codes left.",
        count,
    )
    flash(words, "notice")
