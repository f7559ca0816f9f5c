"""Who may log in: administrators add people, change what they may, and take it back."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import Connection, select
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from console import audit, links, navigation
from console.forms import Answer, ConfirmForm, choices, shown_again
from console.office import Step, office
from console.person import current_person, fresh, needs
from console.user_forms import UserForm, role_names
from logging_db import log_in, users
from logging_db.tables import partner_services, responders
from logging_db.users import User

pages = Blueprint("users", __name__)
navigation.add_to_account("users.page", _l("Who may log in"), order=30, needs="administrator")


@pages.get("/users")
@needs("administrator")
def page() -> str:
    """List everybody who may log in."""
    with office().read() as connection:
        found = users.everybody(connection)
        last = {user.id: users.sessions_of(connection, user.id) for user in found}
    return render_template("users.html", users=found, last=last, roles=role_names())


@pages.route("/users/add", methods=["GET", "POST"])
@needs("administrator")
@fresh
def add() -> Answer:
    """Add somebody; show the link by which they choose a password, this once."""
    form = UserForm(data={"responder_id": request.args.get("responder_id", "")})
    with office().read() as connection:
        form.responder_id.choices = _responders(connection)
    if form.validate_on_submit():
        with office().step() as step:
            made = _add(step, form)
        if made is not None:
            return made
    return shown_again("users_add.html", form)


def _add(step: Step, form: UserForm) -> Answer | None:
    if users.by_email(step.connection, form.email.data) is not None:
        form.email.errors.append(_l("Somebody logs in with this address already."))
        return None
    user_id = users.add(
        step.connection,
        email=form.email.data,
        name=form.name.data,
        role=form.role.data,
        language=form.language.data,
        at=step.at,
        responder_id=form.responder_id.data or None,
    )
    audit.done("User added", current_person().id, whom=user_id, role=form.role.data)
    return _link(step, user_id, "invitation")


def _link(step: Step, user_id: str, purpose: str) -> str:
    user = _user(step.connection, user_id)
    path, expires = links.make(step.connection, user_id, purpose, step.at)
    address = office().settings.public_url + path
    return render_template(
        "users_link.html", user=user, address=address, expires=expires, purpose=purpose
    )


def _user(connection: Connection, user_id: str) -> User:
    return users.by_id(connection, user_id) or abort(404)


def _responders(connection: Connection) -> list[SelectChoice]:
    query = (
        select(responders.c.id, responders.c.name, partner_services.c.code)
        .join(partner_services, partner_services.c.id == responders.c.service_id)
        .where(responders.c.active)
        .order_by(responders.c.name)
    )
    rows = connection.execute(query)
    return choices([("", "–"), *((row.id, f"{row.name} ({row.code})") for row in rows)])


@pages.route("/users/<user_id>", methods=["GET", "POST"])
@needs("administrator")
def one(user_id: str) -> Answer:
    """Show somebody; take another name, role, address or responder."""
    with office().read() as connection:
        user = _user(connection, user_id)
        form = UserForm(obj=user)
        form.responder_id.choices = _responders(connection)
        log_ins = users.sessions_of(connection, user_id)
        keys = log_in.passkeys_of(connection, user_id)
    if form.validate_on_submit():
        with office().step() as step:
            stored = _store(step, user, form)
        if stored:
            flash(_l("Stored."), "done")
            return redirect(url_for("users.one", user_id=user_id), code=303)
    return shown_again("users_one.html", form, user=user, log_ins=log_ins, keys=keys)


def _store(step: Step, user: User, form: UserForm) -> bool:
    other = users.by_email(step.connection, form.email.data)
    if other is not None and other.id != user.id:
        form.email.errors.append(_l("Somebody logs in with this address already."))
    if form.role.data != "administrator" and is_last_administrator(step.connection, user):
        form.role.errors.append(_l("There must be an administrator. Make somebody else one first."))
    if form.errors:
        return False
    values = {
        "name": form.name.data,
        "email": users.normal_email(form.email.data),
        "role": form.role.data,
        "language": form.language.data,
        "responder_id": form.responder_id.data or None,
    }
    users.change(step.connection, user.id, **values)
    changed = [name for name, value in values.items() if getattr(user, name) != value]
    audit.done("User changed", current_person().id, whom=user.id, changed=changed)
    return True


def is_last_administrator(connection: Connection, user: User) -> bool:
    """Tell whether nobody could administer without this user."""
    others = [each for each in users.everybody(connection) if each.id != user.id]
    alone = not any(each.active and each.role == "administrator" for each in others)
    return alone and user.role == "administrator"


@pages.route("/users/<user_id>/link", methods=["GET", "POST"])
@needs("administrator")
@fresh
def link(user_id: str) -> Answer:
    """Ask, then show a link by which somebody chooses a new password."""
    with office().read() as connection:
        user = _user(connection, user_id)
    if not ConfirmForm().validate_on_submit():
        return render_template("users_link_confirm.html", user=user)
    with office().step() as step:
        audit.done("Link made", current_person().id, whom=user_id)
        return _link(step, user_id, "reset" if user.has_password else "invitation")


@pages.route("/users/<user_id>/factors", methods=["GET", "POST"])
@needs("administrator")
@fresh
def factors(user_id: str) -> Answer:
    """Ask, then take the second factor of somebody who has lost it."""
    with office().read() as connection:
        user = _user(connection, user_id)
    if not ConfirmForm().validate_on_submit():
        return render_template("users_factors_confirm.html", user=user)
    with office().step() as step:
        log_in.remove_second_factors(step.connection, user_id)
        users.end_sessions(step.connection, user_id)
    return _done("Second factors taken away", user_id)


@pages.post("/users/<user_id>/end")
@needs("administrator")
def end(user_id: str) -> Answer:
    """End all log-ins of somebody."""
    with office().step() as step:
        users.end_sessions(step.connection, _user(step.connection, user_id).id)
    return _done("All log-ins ended", user_id)


@pages.post("/users/<user_id>/disable")
@needs("administrator")
@fresh
def disable(user_id: str) -> Answer:
    """Switch an account off; its log-ins end at once."""
    with office().step() as step:
        user = _user(step.connection, user_id)
        kept = is_last_administrator(step.connection, user) or user.id == current_person().id
        if not kept:
            users.change(step.connection, user_id, active=False)
            users.end_sessions(step.connection, user_id)
    if kept:
        flash(_l("You cannot switch off yourself or the last administrator."), "error")
        return redirect(url_for("users.one", user_id=user_id), code=303)
    return _done("User switched off", user_id)


@pages.post("/users/<user_id>/enable")
@needs("administrator")
@fresh
def enable(user_id: str) -> Answer:
    """Switch an account on again."""
    with office().step() as step:
        users.change(step.connection, _user(step.connection, user_id).id, active=True)
    return _done("User switched on", user_id)


def _done(event: str, user_id: str) -> Response:
    audit.done(event, current_person().id, whom=user_id)
    flash(_l("Done."), "done")
    return redirect(url_for("users.one", user_id=user_id), code=303)
