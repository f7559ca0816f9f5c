"""Making, using and removing passkeys. The browser’s part is ``static/passkeys.js``."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from console import audit, entering, factors, passkeys
from console.forms import Answer, ConfirmForm
from console.office import office
from console.person import (
    before_second_factor,
    current_person,
    fresh,
    needs,
    open_to_all,
    person_or_none,
)
from console.places import inside
from logging_db import log_in, users
from logging_db.columns import new_id
from logging_db.log_in import Passkey

pages = Blueprint("passkeys", __name__)
OPEN = open_to_all("here people log in")


@pages.post("/account/passkeys/options")
@needs("responder")
@before_second_factor
@fresh
def options() -> dict[str, Any]:
    """Tell the browser what to make a passkey of."""
    person = current_person()
    with office().step() as step:
        found = log_in.credentials(step.connection, user_id=person.id)
        handle = (found.passkey_handle if found else None) or new_id()
        users.change(step.connection, person.id, passkey_handle=handle)
        keys = log_in.passkeys_of(step.connection, person.id)
    return passkeys.making(person, handle, keys)


@pages.post("/account/passkeys")
@needs("responder")
@before_second_factor
@fresh
def add() -> Answer:
    """Keep a passkey that the browser has made."""
    person = current_person()
    name = request.form.get("name", "").strip()[:64] or "Passkey"
    try:
        row = passkeys.made(request.form.get("credential", ""))
    except passkeys.REFUSED as error:
        return _refused(type(error).__name__, url_for("factors.page"))
    fresh_codes: list[str] = []
    with office().step() as step:
        added = log_in.add_passkey(step.connection, person.id, step.at, name=name, **row)
        if added:
            entering.end_others(step, person)
            fresh_codes = factors.give_codes_with_the_first(step, person)
    if not added:
        return _refused("known already", url_for("factors.page"))
    audit.done("Passkey added", person.id)
    flash(_l("Your passkey is set up."), "done")
    return factors.after_set_up(fresh_codes)


@pages.route("/account/passkeys/<passkey_id>/remove", methods=["GET", "POST"])
@needs("responder")
@fresh
def remove(passkey_id: str) -> Answer:
    """Ask, then forget a passkey, unless it is the last factor needed."""
    person = current_person()
    with office().read() as connection:
        keys = log_in.passkeys_of(connection, person.id)
    key = next((key for key in keys if key.id == passkey_id), None)
    if key is None:
        return redirect(url_for("factors.page"), code=303)
    if not ConfirmForm().validate_on_submit():
        return render_template("passkey_remove.html", key=key)
    with office().step() as step:
        user = users.by_id(step.connection, person.id)
        others = len(log_in.passkeys_of(step.connection, person.id)) > 1
        allowed = not factors.must_have(person) or others or bool(user and user.has_totp)
        if allowed:
            log_in.remove_passkey(step.connection, passkey_id, person.id)
            entering.end_others(step, person)
    return factors.said(person, "Passkey removed", allowed=allowed)


@pages.post("/login/passkey/options")
@OPEN
def ask() -> dict[str, Any]:
    """Tell the browser how to use a passkey: alone, as the second factor, or as a new proof."""
    purpose, user_id = _purpose()
    with office().read() as connection:
        keys = log_in.passkeys_of(connection, user_id) if user_id else None
    return passkeys.asking(purpose, keys)


def _purpose() -> tuple[str, str | None]:
    person, waiting = person_or_none(), entering.half_way()
    if person is not None:
        return "again", person.id
    return ("second", waiting.user_id) if waiting else ("alone", None)


@pages.post("/login/passkey")
@OPEN
def use() -> Answer:
    """Take the browser’s answer."""
    purpose, user_id = _purpose()
    back = {"again": "again.page", "second": "second.page", "alone": "login.page"}[purpose]
    try:
        with office().step() as step:
            key = passkeys.used(
                step.connection, request.form.get("credential", ""), purpose, step.at
            )
            _refuse_strangers(step.connection, key, user_id)
    except passkeys.REFUSED as error:
        return _refused(type(error).__name__, url_for(back))
    return _onward(purpose, key)


def _refuse_strangers(connection: Connection, key: Passkey, user_id: str | None) -> None:
    """Raise ``ValueError`` for another person’s passkey, or one of somebody disabled."""
    user = users.by_id(connection, key.user_id)
    if user is None or not user.active or user_id not in (None, user.id):
        raise ValueError("not theirs, or not active")


def _onward(purpose: str, key: Passkey) -> Response:
    asked = inside(request.form.get("next", ""), "/")
    if purpose == "again":
        entering.prove_again(current_person(), "passkey")
        return redirect(asked, code=303)
    waiting = entering.half_way()
    return entering.enter(key.user_id, "passkey", waiting.onward if waiting else asked)


def _refused(why: str, back: str) -> Response:
    audit.refused("Passkey refused", getattr(person_or_none(), "id", None), why=why)
    flash(_l("The passkey was not accepted. Try again, or use another way."), "error")
    return redirect(back, code=303)
