"""Private calendar addresses: everybody's own, and those of the partner services."""

import base64
import io

import qrcode
from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from qrcode.image.svg import SvgPathImage
from sqlalchemy import Connection, select
from werkzeug.wrappers import Response
from wtforms import HiddenField, SelectField

from console import audit, languages, navigation
from console.forms import Answer, ConfirmForm, choices
from console.office import office
from console.person import current_person, needs
from logging_db.tables import partner_services, responders
from planning import feeds
from planning.feeds import Owner

pages = Blueprint("calendars", __name__)
navigation.add_to_account("calendars.mine", _l("Calendar address"), order=15, needs="responder")

HOME = {"responder": "calendars.mine", "service": "calendars.services"}


class MakeForm(FlaskForm):  # type: ignore[misc] # the library declares no types
    """A new address. ``instead`` names the one that was there when the form was shown."""

    language = SelectField(_l("Language of the calendar"), choices=choices(languages.NAMES.items()))
    instead = HiddenField()


@pages.route("/calendar", methods=["GET", "POST"])
@needs("responder")
def mine() -> Answer:
    """Show one's own calendar address: whether there is one; make one."""
    person = current_person()
    if person.responder_id is None:
        return render_template("calendars_none.html")
    owner = Owner("responder", person.responder_id)
    form = MakeForm(language=languages.language())
    if form.validate_on_submit():
        return _make(owner, form)
    with office().read() as connection:
        address = feeds.address_of(connection, owner)
    form.instead.data = address.id if address else ""
    return render_template("calendars.html", form=form, address=address, names=languages.NAMES)


@pages.get("/calendar/services")
@needs("coordinator")
def services() -> str:
    """List the partner services, each with its address."""
    with office().read() as connection:
        rows = connection.execute(select(partner_services).order_by(partner_services.c.code)).all()
        found = feeds.of_services(connection)
    listed = [(row.id, row.code, _in_language(row.names) or row.code) for row in rows]
    return render_template(
        "calendars_services.html", services=listed, found=found, names=languages.NAMES
    )


@pages.route("/calendar/services/<service_id>", methods=["GET", "POST"])
@needs("coordinator")
def service(service_id: str) -> Answer:
    """Make an address for a partner service, instead of the one it has."""
    owner = Owner("service", service_id)
    form = MakeForm(language=languages.language())
    with office().read() as connection:
        name = _name(connection, owner)
        address = feeds.address_of(connection, owner)
    if form.validate_on_submit():
        return _make(owner, form)
    form.instead.data = address.id if address else ""
    return render_template("calendars_service.html", form=form, address=address, name=name)


@pages.get("/calendar/renew")
@needs("responder")
def renew() -> Answer:
    """Ask before one's own address is exchanged for another."""
    owner = _own()
    with office().read() as connection:
        address = feeds.address_of(connection, owner)
    if address is None:
        return _home(owner)
    form = MakeForm(language=address.language, instead=address.id)
    return render_template("calendars_renew.html", form=form, back=url_for("calendars.mine"))


@pages.route("/calendar/end", methods=["GET", "POST"])
@needs("responder")
def end() -> Answer:
    """Ask, and have one's own address stop working."""
    return _end(_own())


@pages.route("/calendar/services/<service_id>/end", methods=["GET", "POST"])
@needs("coordinator")
def end_service(service_id: str) -> Answer:
    """Ask, and have the address of a service stop working."""
    return _end(Owner("service", service_id))


def _own() -> Owner:
    responder = current_person().responder_id
    return Owner("responder", responder) if responder else abort(404)


def _home(owner: Owner) -> Response:
    return redirect(url_for(HOME[owner.kind]), code=303)


def _make(owner: Owner, form: MakeForm) -> Answer:
    """Make an address and show it, this once; a form sent twice makes one only."""
    with office().step() as step:
        name = _name(step.connection, owner)
        before = feeds.address_of(step.connection, owner)
        is_now = (before.id if before else "") == (form.instead.data or "")
        token = ""
        if is_now:
            token = feeds.make(step.connection, step.at, owner, form.language.data)
    if not token:
        flash(_("The address was made already, and shown then. Is it lost? Renew it."), "notice")
        return _home(owner)
    audit.done("Calendar address made", current_person().id, kind=owner.kind, of=owner.id)
    address = f"{office().settings.public_url}/calendar/{token}.ics"
    return render_template(
        "calendars_made.html", address=address, image=_picture(address), owner=owner, name=name
    )


def _end(owner: Owner) -> Answer:
    form = ConfirmForm()
    with office().read() as connection:
        name, address = _name(connection, owner), feeds.address_of(connection, owner)
    if address is None:
        return _home(owner)
    if form.validate_on_submit():
        with office().step() as step:
            feeds.revoke(step.connection, step.at, owner)
        audit.done("Calendar address ended", current_person().id, kind=owner.kind, of=owner.id)
        flash(_("The calendar address has stopped working."), "done")
        return _home(owner)
    back = url_for(HOME[owner.kind])
    return render_template("calendars_end.html", form=form, back=back, owner=owner, name=name)


def _name(connection: Connection, owner: Owner) -> str:
    """Return what the owner is called; abort where there is none."""
    if owner.kind == "responder":
        query = select(responders.c.name).where(responders.c.id == owner.id)
        return str(connection.execute(query).scalar_one_or_none() or abort(404))
    query = select(partner_services).where(partner_services.c.id == owner.id)
    row = connection.execute(query).one_or_none() or abort(404)
    return _in_language(row.names) or str(row.code)


def _in_language(names: dict[str, str]) -> str:
    return names.get(languages.language()) or next(iter(names.values()), "")


def _picture(address: str) -> str:
    """Return the address as a code to scan, as an image for an ``src``."""
    made = io.BytesIO()
    qrcode.make(address, image_factory=SvgPathImage, border=2).save(made)
    return "data:image/svg+xml;base64," + base64.b64encode(made.getvalue()).decode()
