"""Choosing a password by a one-time link."""

from flask import Blueprint, flash, redirect, session, url_for
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField
from wtforms.validators import InputRequired

from console import audit, entering, links, passwords
from console.forms import Answer, shown_again
from console.office import office
from console.person import open_to_all, person_or_none
from logging_db import log_in, users
from logging_db.users import User

pages = Blueprint("choosing", __name__)
OPEN = open_to_all("a one-time link is the proof")
KEPT = "link"  # the link’s token, in the signed cookie: out of the address bar at once


class NewPasswordForm(FlaskForm):  # type: ignore[misc] # the library declares no types
    """A new password. It is shown on request, so it is asked for once."""

    new = PasswordField(
        _l("New password"),
        [InputRequired(_l("Choose a password."))],
        render_kw={"autocomplete": "new-password", "maxlength": passwords.LONGEST},
    )


@pages.get("/login/link/<token>")
@OPEN
def follow(token: str) -> Response:
    """Take the token out of the address, where others could read it, and go on.

    Only a link that is good ends the log-in of whoever follows it.
    """
    if _of(token) is None:
        return _over()
    person = person_or_none()
    if person is not None:
        entering.leave(person)
    session.clear()
    session[KEPT] = token
    return redirect(url_for("choosing.page"), code=303)


@pages.route("/login/new-password", methods=["GET", "POST"])
@OPEN
def page() -> Answer:
    """Ask for a password, and store it; the link is used up and every log-in ended."""
    token = session.get(KEPT, "")
    user = _of(token)
    if user is None:
        return _over()
    form = NewPasswordForm()
    if form.validate_on_submit():
        fault = passwords.fault(form.new.data, user.name, user.email)
        if fault is None:
            return _store(token, user, form.new.data)
        form.new.errors.append(fault)
    return shown_again("choosing.html", form, user=user)


def _over() -> Response:
    flash(_l("This link is over or has been used. Ask an administrator for a new one."), "error")
    return redirect(url_for("login.page"), code=303)


def _of(token: str) -> User | None:
    with office().read() as connection:
        link = log_in.find_link(connection, links.digest(token), office().clock())
        return users.by_id(connection, link.user_id) if link else None


def _store(token: str, user: User, password: str) -> Response:
    stored = passwords.hashed(password)
    with office().step() as step:
        used = log_in.use_link(step.connection, links.digest(token), step.at)
        if used:
            users.change(step.connection, user.id, password_hash=stored)
            users.end_sessions(step.connection, user.id)
    session.clear()
    if used:
        audit.done("Password chosen by a link", user.id)
        flash(_l("Your password is stored. Log in with it now."), "done")
    return redirect(url_for("login.page"), code=303)
