"""Somebody's number: changed by a coordinator, and shown only where that is asked for."""

from flask import redirect, render_template, url_for
from flask_babel import gettext as _

from console import audit, people_list
from console.forms import UNPROCESSABLE, Answer, ConfirmForm
from console.office import office
from console.own_making import author, done, sentences
from console.own_whose import Whose, somebody
from console.people_forms import NumberForm
from console.person import current_person, fresh, needs
from logging_db import number_checks
from logging_db.cipher import phone_place
from planning import people
from planning.objections import Refused


@needs("coordinator")
@fresh
def page(responder_id: str) -> Answer:
    """Show how somebody's number stands; take another."""
    whose, form = somebody(responder_id), NumberForm()
    if form.validate_on_submit():
        try:
            with office().step() as step:
                new = people.change_number(
                    step.connection,
                    office().cipher,
                    step.at,
                    author(),
                    whose.id,
                    form.number.data or "",
                )
        except Refused as error:
            form.number.errors = sentences(error)
        else:
            return _stored(whose, new=new)
    return _shown(whose, form)


def _stored(whose: Whose, *, new: bool) -> Answer:
    if not new:
        return done(_("That is the number on record already: nothing has changed."), whose.home)
    audit.done("Number changed", current_person().id, responder=whose.id)
    words = _("Stored. It counts as not verified until %(name)s proves it.", name=whose.name)
    return done(words, whose.home)


def _shown(whose: Whose, form: NumberForm, number: str = "") -> Answer:
    with office().read() as connection:
        row = people.row_of(connection, whose.id)
        found = people_list.faults(connection, office().cipher, office().clock())
        faults = found.get(whose.id, [])
        others = {each.other_responder_id for each in faults if each.other_responder_id}
        names = {other: people.row_of(connection, other).name for other in others}
    page = render_template(
        "people_number.html",
        whose=whose,
        row=row,
        form=form,
        number=number,
        faults=faults,
        names=names,
    )
    return (page, UNPROCESSABLE) if form.errors else page


@needs("coordinator")
@fresh
def show(responder_id: str) -> Answer:
    """Show somebody's number, this once; that it was looked at is written down."""
    whose = somebody(responder_id)
    if not ConfirmForm().validate_on_submit():
        return redirect(url_for("people.number", responder_id=whose.id), code=303)
    with office().read() as connection:
        sealed: bytes = people.row_of(connection, whose.id).phone
    number = number_checks.opened(office().cipher, sealed, phone_place(whose.id))
    audit.done("Number shown", current_person().id, responder=whose.id)
    shown = people.spaced(number) if number else _("It cannot be read: give another.")
    return _shown(whose, NumberForm(formdata=None), str(shown))
