"""Whom responders may bring into a talk: the list, adding, changing, retiring."""

from datetime import datetime

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from console import audit, contacts_number, navigation
from console.contacts_forms import KINDS, ContactForm, NewContactForm
from console.contacts_number import one_or_404
from console.forms import Answer, shown_again
from console.numbers_words import fit_number
from console.office import office
from console.own_making import done
from console.person import current_person, needs
from console.week_words import language_name
from logging_db import contacts

pages = Blueprint("contacts", __name__)
navigation.add("contacts.page", _l("Contacts"), order=32, needs="coordinator")

MOST = 100
CONFLICT = 409


@pages.get("/contacts")
@needs("coordinator")
def page() -> str:
    """List contacts, without their numbers."""
    wish = request.args.get
    text, spoken = wish("q", "").strip()[:100], wish("language", "")[:8]
    kind = wish("kind", "") if wish("kind") in KINDS else ""
    retired = wish("state") == "retired"
    with office().read() as connection:
        found = contacts.find(connection, text, language=spoken, kind=kind, active=not retired)
        heard = contacts.languages(connection)
    return render_template(
        "contacts.html",
        found=found[:MOST],
        total=len(found),
        text=text,
        spoken=spoken,
        kind=kind,
        retired=retired,
        kinds=KINDS,
        heard=sorted(heard, key=language_name),
        language_name=language_name,
    )


@pages.route("/contacts/add", methods=["GET", "POST"])
@needs("coordinator")
def add() -> Answer:
    """Add a contact."""
    form = NewContactForm()
    if form.validate_on_submit():
        with office().step() as step:
            number, wrong = fit_number(step.connection, form.number.data or "")
            if number:
                made = contacts.add(step.connection, office().cipher, form.entry, number, step.at)
        if number:
            audit.done("Contact added", current_person().id, contact=made)
            return done(_("Added. Responders find them on “My call”."), url_for("contacts.page"))
        form.number.errors = [wrong]
    return shown_again("contacts_add.html", form)


@pages.route("/contacts/<contact_id>", methods=["GET", "POST"])
@needs("coordinator")
def one(contact_id: str) -> Answer:
    """Show a contact; take what is changed."""
    contact = one_or_404(contact_id)
    form = ContactForm(contact.entry, contact.changed_at.isoformat())
    if form.validate_on_submit():
        with office().step() as step:
            stored = contacts.change(
                step.connection, contact.id, form.entry, step.at, _instant(form.seen.data)
            )
        if stored:
            audit.done("Contact changed", current_person().id, contact=contact.id)
            return done(_("Stored."), url_for("contacts.page"))
        return _stale(contact_id, form)
    return shown_again("contacts_one.html", form, contact=contact, kinds=KINDS, stale=False)


def _stale(contact_id: str, form: ContactForm) -> Answer:
    """Show what is there now beside what was typed; sent again, it is stored over it."""
    contact = one_or_404(contact_id)
    form.seen.data = contact.changed_at.isoformat()
    page = render_template(
        "contacts_one.html",
        form=form,
        contact=contact,
        kinds=KINDS,
        stale=True,
        language_name=language_name,
    )
    return page, CONFLICT


def _instant(seen: str | None) -> datetime:
    try:
        return datetime.fromisoformat(seen or "").astimezone()
    except (ValueError, OverflowError):
        abort(400)


@pages.post("/contacts/<contact_id>/retire")
@needs("coordinator")
def retire(contact_id: str) -> Answer:
    """Let nobody bring them in any more; it can be taken back."""
    contact = one_or_404(contact_id)
    with office().step() as step:
        contacts.retire(step.connection, contact.id, step.at)
    audit.done("Contact retired", current_person().id, contact=contact.id)
    words = _("%(name)s is no longer offered to responders.", name=contact.entry.name)
    return done(words, url_for("contacts.one", contact_id=contact.id))


@pages.post("/contacts/<contact_id>/restore")
@needs("coordinator")
def restore(contact_id: str) -> Answer:
    """Let them be brought in again."""
    contact = one_or_404(contact_id)
    with office().step() as step:
        contacts.restore(step.connection, contact.id, step.at)
    audit.done("Contact restored", current_person().id, contact=contact.id)
    words = _("%(name)s is offered to responders again.", name=contact.entry.name)
    return done(words, url_for("contacts.one", contact_id=contact.id))


pages.add_url_rule(
    "/contacts/<contact_id>/number", "number", contacts_number.page, methods=["GET", "POST"]
)
pages.add_url_rule(
    "/contacts/<contact_id>/number/show", "show", contacts_number.show, methods=["POST"]
)
