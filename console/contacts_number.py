"""A contact's number: changed by a coordinator, and shown only where that is asked for."""

from flask import abort, render_template, url_for
from flask_babel import gettext as _

from console import audit
from console.contacts_forms import NumberForm
from console.forms import UNPROCESSABLE, Answer
from console.numbers_words import fit_number
from console.office import office
from console.own_making import done
from console.person import current_person, fresh, needs
from logging_db import contacts
from logging_db.columns import is_id
from logging_db.contacts import Contact
from planning.people import spaced


def one_or_404(contact_id: str) -> Contact:
    """Return a contact; 404 where there is none."""
    with office().read() as connection:
        found = contacts.get(connection, contact_id) if is_id(contact_id) else None
    return found or abort(404)


@needs("coordinator")
@fresh
def page(contact_id: str) -> Answer:
    """Ask for another number, and store it."""
    contact, form = one_or_404(contact_id), NumberForm()
    if form.validate_on_submit():
        with office().step() as step:
            number, wrong = fit_number(step.connection, form.number.data or "")
            if number:
                contacts.change_number(
                    step.connection, office().cipher, contact.id, number, step.at
                )
        if number:
            audit.done("Contact’s number changed", current_person().id, contact=contact.id)
            return done(_("Stored."), url_for("contacts.one", contact_id=contact.id))
        form.number.errors = [wrong]
    return _shown(contact, form)


@needs("coordinator")
@fresh
def show(contact_id: str) -> Answer:
    """Show the number, this once; that it was looked at is written down."""
    contact = one_or_404(contact_id)
    with office().read() as connection:
        number = contacts.number_of(connection, office().cipher, contact.id)
    audit.done("Contact’s number shown", current_person().id, contact=contact.id)
    words = spaced(number) if number else _("It cannot be read: give another.")
    return _shown(contact, NumberForm(formdata=None), str(words))


def _shown(contact: Contact, form: NumberForm, number: str = "") -> Answer:
    page = render_template("contacts_number.html", contact=contact, form=form, number=number)
    return (page, UNPROCESSABLE) if form.errors else page
