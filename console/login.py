"""Logging in with a password, and logging out."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, Length

from console import attempts, audit, entering, passwords
from console.accounts import Account
from console.forms import Answer, shown_again
from console.office import office
from console.person import (
    before_second_factor,
    current_person,
    needs,
    open_to_all,
    person_or_none,
)
from console.places import inside
from logging_db import log_in, users

pages = Blueprint("login", __name__)


class LogInForm(FlaskForm):  # type: ignore[misc] # the library declares no types
    """Address and password."""

    email = EmailField(
        _l("E-mail address"),
        [InputRequired(_l("Enter your e-mail address.")), Length(max=254)],
        render_kw={"autocomplete": "username", "autofocus": True},
    )
    password = PasswordField(
        _l("Password"),
        [InputRequired(_l("Enter your password.")), Length(max=1000)],
        render_kw={"autocomplete": "current-password"},
    )


@pages.route("/login", methods=["GET", "POST"])
@open_to_all("here people log in")
def page() -> Answer:
    """Show the form, or take what it says. Whoever is logged in already goes on."""
    onward = inside(request.args.get("next", "/"))
    if person_or_none():
        return redirect(onward)
    form = LogInForm()
    if form.validate_on_submit():
        return _try(form, onward)
    return _shown(form)


def _shown(form: LogInForm) -> Answer:
    return shown_again("login.html", form, second_factor=office().settings.second_factor)


def _try(form: LogInForm, onward: str) -> Answer:
    email = users.normal_email(form.email.data)
    with office().read() as connection:
        found = log_in.credentials(connection, email=email)
        aimed = attempts.aim("password", found.id if found else None, email)
        waiting = attempts.wait(connection, aimed, office().clock())
    if waiting is not None:
        audit.refused("Log-in refused during the wait", found.id if found else None)
        form.form_errors.append(wait_words(attempts.minutes(waiting)))
        return _shown(form)
    account = Account(found.id, found) if found else None
    right = passwords.is_right(account, form.password.data)
    with office().step() as step:
        if not right:
            entering.failed(step, aimed, found.id if found else None, "password")
            form.form_errors.append(_l("The e-mail address or the password is not right."))
        elif found is None or not found.active:
            audit.refused("Log-in of a disabled user", found.id if found else None)
            form.form_errors.append(
                _l("This account is switched off. Ask an administrator to switch it on.")
            )
        else:
            attempts.clear(step.connection, aimed)
            second = entering.has_second(step, found.id)
    if form.errors or found is None:
        return _shown(form)
    if second:
        entering.wait_for_second(found.id, onward)
        return redirect(url_for("second.page"), code=303)
    return entering.enter(found.id, "password", onward)


def wait_words(minutes: int) -> str:
    """Say how long nobody may try again."""
    words = ngettext(
        "There were too many attempts. Try again in %(num)s minute.",
        "There were too many attempts. Try again in %(num)s minutes.",
        minutes,
    )
    return str(words)


@pages.get("/login/forgotten")
@open_to_all("whoever has forgotten the password cannot log in")
def forgotten() -> str:
    """Say what to do without the password."""
    return render_template("login_forgotten.html")


@pages.post("/logout")
@needs("responder")
@before_second_factor
def out() -> Response:
    """End this log-in at the server, then empty the cookie."""
    entering.leave(current_person())
    response = redirect(url_for("login.page"), code=303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
