"""One's second factor: an authenticator app, passkeys, recovery codes."""

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from console import audit, entering, navigation, recovery
from console.accounts import Account, codes
from console.forms import Answer, ConfirmForm, shown_again
from console.office import Step, office
from console.person import Person, before_second_factor, current_person, fresh, needs
from console.second import CodeForm
from logging_db import log_in, users

pages = Blueprint("factors", __name__)
navigation.add_to_account("factors.page", _l("Second factor"), order=20, needs="responder")

SETUP = "app_to_set_up"  # the sealed secret, in the signed cookie, until a code proves it


def must_have(person: Person) -> bool:
    """Tell whether this person may not be without a second factor."""
    return office().settings.second_factor == "coordinators" and person.may("coordinator")


@pages.get("/account/second-factor")
@needs("responder")
@before_second_factor
def page() -> str:
    """Show what is set up, and what could be."""
    person = current_person()
    with office().read() as connection:
        found = log_in.credentials(connection, user_id=person.id)
        keys = log_in.passkeys_of(connection, person.id)
    return render_template("factors.html", found=found, keys=keys, must=must_have(person))


@pages.route("/account/second-factor/app", methods=["GET", "POST"])
@needs("responder")
@before_second_factor
@fresh
def app() -> Answer:
    """Show the secret of a new authenticator; take a code that proves it has arrived."""
    person = current_person()
    secret = session.get(SETUP)
    if not isinstance(secret, str):
        secret = session[SETUP] = codes().generate_totp_secret()
    form = CodeForm()
    if form.validate_on_submit():
        counter = codes().match(form.code.data, secret, office().clock(), None)
        if counter is not None:
            return _keep_app(person, secret, counter)
        form.code.errors.append(
            _l("This code is not right. Wait for the next one; is the clock of the phone right?")
        )
    return shown_again("factors_app.html", form, app=_words(person, secret))


def _words(person: Person, secret: str) -> dict[str, str]:
    found: dict[str, str] = codes().fetch_setup_values(secret, Account(person.id))
    return found


def _keep_app(person: Person, secret: str, counter: int) -> Answer:
    session.pop(SETUP)
    with office().step() as step:
        users.change(step.connection, person.id, totp_secret=secret, totp_counter=counter)
        entering.end_others(step, person)
        fresh_codes = give_codes_with_the_first(step, person)
    audit.done("Authenticator app set up", person.id)
    flash(_l("Your authenticator app is set up."), "done")
    return after_set_up(fresh_codes)


def give_codes_with_the_first(step: Step, person: Person) -> list[str]:
    """Return recovery codes, new, where there are none; whoever has some keeps them."""
    found = log_in.credentials(step.connection, user_id=person.id)
    if found is not None and found.recovery_codes:
        return []
    return _new_codes(step, person)


def _new_codes(step: Step, person: Person) -> list[str]:
    made = recovery.new()
    stored = [recovery.digest(code) for code in made]
    users.change(step.connection, person.id, recovery_codes=stored)
    return made


def after_set_up(fresh_codes: list[str]) -> Answer:
    """Show recovery codes, this once; or go back to the second factor's page."""
    if fresh_codes:
        return render_template("factors_codes.html", codes=fresh_codes)
    return redirect(url_for("factors.page"), code=303)


@pages.route("/account/second-factor/codes", methods=["GET", "POST"])
@needs("responder")
@fresh
def new_codes() -> Answer:
    """Ask, then make new recovery codes; the old ones end."""
    person = current_person()
    if not person.has_second_factor:
        return redirect(url_for("factors.page"), code=303)
    form = ConfirmForm()
    if not form.validate_on_submit():
        return render_template("factors_codes_confirm.html")
    with office().step() as step:
        made = _new_codes(step, person)
    audit.done("Recovery codes made", person.id)
    return after_set_up(made)


@pages.route("/account/second-factor/app/remove", methods=["GET", "POST"])
@needs("responder")
@fresh
def remove_app() -> Answer:
    """Ask, then forget the authenticator app, unless it is the last factor needed."""
    person = current_person()
    if not ConfirmForm().validate_on_submit():
        return render_template("factors_app_remove.html")
    with office().step() as step:
        user = users.by_id(step.connection, person.id)
        allowed = not must_have(person) or (user is not None and user.has_passkey)
        if allowed:
            none = {"totp_secret": None, "totp_counter": None}
            users.change(step.connection, person.id, **none)
            entering.end_others(step, person)
    return said(person, "Authenticator app removed", allowed=allowed)


def said(person: Person, event: str, *, allowed: bool) -> Response:
    """Say whether a factor was removed, and go back."""
    if allowed:
        audit.done(event, person.id)
        flash(_l("Removed. You are logged out everywhere else."), "done")
    else:
        flash(_l("This is your last second factor, and you need one. Set up another first."),
              "error")  # fmt: skip
    return redirect(url_for("factors.page"), code=303)
