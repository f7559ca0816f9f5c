"""One's own account: name, language, address, password."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, SelectField, StringField
from wtforms.validators import Email, InputRequired, Length

from console import attempts, audit, entering, languages, navigation, passwords
from console.accounts import Account
from console.choosing import NewPasswordForm
from console.forms import Answer, choices, shown_again
from console.login import wait_words
from console.office import office
from console.person import Person, current_person, fresh, needs
from logging_db import log_in, users

pages = Blueprint("account", __name__)
navigation.add_to_account("account.page", _l("Your account"), order=10, needs="responder")


class AboutForm(FlaskForm):  # type: ignore[misc] # the library declares no types
    """What people see of somebody, and in which language they are spoken to."""

    name = StringField(
        _l("Name"),
        [InputRequired(_l("Enter your name.")), Length(max=200)],
        render_kw={"autocomplete": "name"},
    )
    language = SelectField(_l("Language"), choices=choices(languages.NAMES.items()))


class EmailForm(FlaskForm):  # type: ignore[misc] # the library declares no types
    """Another address to log in with."""

    email = EmailField(
        _l("E-mail address"),
        [
            InputRequired(_l("Enter an e-mail address.")),
            Email(_l("This is no e-mail address. It looks like name@example.org.")),
            Length(max=254),
        ],
        render_kw={"autocomplete": "email"},
    )


class PasswordForm(NewPasswordForm):
    """The present password and another one."""

    password = PasswordField(
        _l("Present password"),
        [InputRequired(_l("Enter your present password."))],
        render_kw={"autocomplete": "current-password"},
    )


@pages.route("/account", methods=["GET", "POST"])
@needs("responder")
def page() -> Answer:
    """Show the account; take a new name or language."""
    person = current_person()
    form = AboutForm(obj=person)
    if form.validate_on_submit():
        with office().step() as step:
            users.change(
                step.connection, person.id, name=form.name.data, language=form.language.data
            )
        languages.speak(form.language.data)
        flash(_l("Stored."), "done")
        return redirect(url_for("account.page"), code=303)
    with office().read() as connection:
        user = users.by_id(connection, person.id)
        found = log_in.credentials(connection, user_id=person.id)
        log_ins = users.sessions_of(connection, person.id)
    return shown_again("account.html", form, user=user, found=found, log_ins=log_ins)


@pages.route("/account/email", methods=["GET", "POST"])
@needs("responder")
@fresh
def email() -> Answer:
    """Change the address one logs in with."""
    person = current_person()
    form = EmailForm(obj=person)
    if form.validate_on_submit():
        with office().step() as step:
            other = users.by_email(step.connection, form.email.data)
            free = other is None or other.id == person.id
            if free:
                users.change(step.connection, person.id, email=users.normal_email(form.email.data))
        if free:
            audit.done("E-mail address changed", person.id)
            flash(_l("Stored. Log in with this address from now on."), "done")
            return redirect(url_for("account.page"), code=303)
        form.email.errors.append(_l("This address cannot be used. Choose another."))
    return shown_again("account_email.html", form)


@pages.route("/account/password", methods=["GET", "POST"])
@needs("responder")
def password() -> Answer:
    """Change the password; all other log-ins end."""
    person = current_person()
    form = PasswordForm()
    if form.validate_on_submit() and _may_change(person, form):
        stored = passwords.hashed(form.new.data)
        with office().step() as step:
            users.change(step.connection, person.id, password_hash=stored)
            entering.end_others(step, person)
        if person.has_second_factor:
            entering.new_token(person)  # the password alone opens nothing that asks for both
        else:
            entering.prove_again(person, "password")
        audit.done("Password changed", person.id)
        flash(_l("Your password is changed. You are logged out everywhere else."), "done")
        return redirect(url_for("account.page"), code=303)
    return shown_again("account_password.html", form)


def _may_change(person: Person, form: PasswordForm) -> bool:
    fault = passwords.fault(form.new.data, person.name, person.email)
    if fault is not None:
        form.new.errors.append(fault)
        return False
    aimed = attempts.aim("again", person.id, "")
    with office().read() as connection:
        pause = attempts.wait(connection, aimed, office().clock())
    if pause is not None:
        form.form_errors.append(wait_words(attempts.minutes(pause)))
        return False
    if passwords.is_right(Account(person.id), form.password.data):
        return True
    with office().step() as step:
        entering.failed(step, aimed, person.id, "password")
    form.password.errors.append(_l("This is not your present password."))
    return False


@pages.get("/account/log-ins")
@needs("responder")
def log_ins() -> str:
    """Show where one is logged in."""
    person = current_person()
    with office().read() as connection:
        found = users.sessions_of(connection, person.id)
    limits = office().settings
    words = {
        "hours": limits.lifetime // timedelta(hours=1),
        "minutes": limits.idle // timedelta(minutes=1),
    }
    return render_template("account_log_ins.html", log_ins=found, limits=words)


@pages.post("/account/log-ins/<log_in_id>/end")
@needs("responder")
@fresh
def end(log_in_id: str) -> Answer:
    """End one of one's own log-ins."""
    person = current_person()
    with office().step() as step:
        ended = users.end_session(step.connection, log_in_id, person.id)
    if ended:
        audit.done("Log-in ended", person.id)
        flash(_l("That log-in is ended."), "done")
    return redirect(url_for("account.log_ins"), code=303)


@pages.post("/account/log-ins/end-others")
@needs("responder")
@fresh
def end_others() -> Answer:
    """End all of one's own log-ins but this one."""
    person = current_person()
    with office().step() as step:
        entering.end_others(step, person)
    audit.done("All other log-ins ended", person.id)
    flash(_l("You are logged out everywhere else."), "done")
    return redirect(url_for("account.log_ins"), code=303)
