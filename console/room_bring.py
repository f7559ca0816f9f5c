"""Bringing somebody into a talk: a contact, a number that is keyed in, or a colleague.

What is looked for and what is keyed in travel in the body of a form only: an address would
stand in logs and in the browser's history.
"""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import Connection
from wtforms import TelField
from wtforms.validators import InputRequired

from console.contacts_forms import KINDS
from console.forms import UNPROCESSABLE, Answer
from console.numbers_words import fit_number
from console.office import office
from console.own_whose import mine
from console.person import needs
from console.room_acts import act
from console.room_view import CallPage, call_page
from console.room_words import caller_words, guest_words, name_of, why_not
from console.week_words import language_name
from logging_db import contacts, live, rooms
from logging_db.contacts import Contact
from logging_db.rooms import Guest
from routing import presence
from routing.duty import on_duty
from routing.roster import Responder

pages = Blueprint("bring", __name__)
MOST = 40  # contacts shown: more than that nobody reads while talking
BUSY: dict[str, LazyString] = {
    presence.OFFERED: _l("is being rung"),
    presence.TALKING: _l("talks"),
    presence.WRAP_UP: _l("writes up"),
}
PAUSES = _l("pauses")


class KeyedForm(FlaskForm):  # type: ignore[misc] # the library declares no types
    """A number that is keyed in during a talk."""

    number = TelField(
        _l("Telephone number"),
        [InputRequired(_l("Enter the number."))],
        render_kw={"autocomplete": "off", "inputmode": "tel", "maxlength": "40"},
    )


@dataclass(frozen=True)
class Sought:
    """What a responder looks for among the contacts."""

    text: str = ""
    language: str = ""


@dataclass(frozen=True)
class Colleagues:
    """Who is on duty beside oneself: free, or what keeps them busy."""

    free: tuple[Responder, ...]
    others: tuple[tuple[str, str], ...]


@pages.route("/mine/call/<offer_id>/bring", methods=["GET", "POST"])
@needs("responder")
def page(offer_id: str) -> Answer:
    """Show whom to bring in; look among the contacts."""
    sent = request.form.get
    sought = Sought(sent("text", "").strip()[:100], sent("language", "")[:8])
    return _shown(offer_id, sought, KeyedForm(formdata=None))


@pages.post("/mine/call/<offer_id>/bring/contact")
@needs("responder")
def contact(offer_id: str) -> Answer:
    """Ring a contact."""
    return _invite(offer_id, Guest(contact_id=request.form.get("contact", "")[:32]))


@pages.post("/mine/call/<offer_id>/bring/number")
@needs("responder")
def number(offer_id: str) -> Answer:
    """Ring a number, unless it is one that is not rung."""
    form = KeyedForm()
    if form.validate_on_submit():
        with office().read() as connection:
            fit, wrong = fit_number(connection, form.number.data or "")
        if fit:
            return _invite(offer_id, Guest(number=fit))
        form.number.errors = [wrong]
    return _shown(offer_id, Sought(), form)


@pages.post("/mine/call/<offer_id>/bring/colleague")
@needs("responder")
def colleague(offer_id: str) -> Answer:
    """Ring a colleague: to talk together, or to hand the call over."""
    to, pace = request.form.get("responder", "")[:32], office().settings.calls_per_second
    return act(
        lambda step, by: rooms.hand_over(
            step.connection, by, offer_id, to, step.at, calls_per_second=pace, hold_caller=True
        )
    )


def _invite(offer_id: str, guest: Guest) -> Answer:
    pace, cipher = office().settings.calls_per_second, office().cipher
    return act(
        lambda step, by: rooms.invite(
            step.connection, cipher, by, offer_id, guest, step.at, calls_per_second=pace
        )
    )


def _shown(offer_id: str, sought: Sought, form: KeyedForm) -> Answer:
    whose = mine()
    with office().read() as connection:
        call = call_page(connection, whose.id, others=False)
        if call.room is None or call.room.offer_id != offer_id:
            flash(why_not("not_there"), "error")
            return redirect(url_for("room.page"), code=303)
        heard = contacts.languages(connection)
        page = render_template(
            "room_bring.html",
            whose=whose,
            call=call,
            form=form,
            sought=sought,
            kinds=KINDS,
            heard=sorted(heard, key=language_name),
            language_name=language_name,
            name_of=name_of,
            guest_words=guest_words,
            caller_words=caller_words,
            **_offered(connection, call, sought, whose.id),
        )
    return (page, UNPROCESSABLE) if form.errors else page


def _offered(
    connection: Connection, call: CallPage, sought: Sought, me: str
) -> dict[str, list[Contact] | int | Colleagues]:
    found = contacts.find(connection, sought.text, language=sought.language)
    in_it = {each.contact_id for each in call.here}
    found = [each for each in found if each.id not in in_it]
    return {
        "found": found[:MOST],
        "total": len(found),
        "colleagues": _colleagues(connection, call, me),
    }


def _colleagues(connection: Connection, call: CallPage, me: str) -> Colleagues:
    at = office().clock()
    book = office().rosters.load(connection, at)
    people = {
        each.id: each for roster in book.by_id.values() for each in on_duty(roster, at).responders
    }
    people.pop(me, None)
    states = live.presences(connection, list(people), people, at)
    language = call.room.language if call.room else None
    free = [each for each in people.values() if states[each.id].state == presence.FREE]
    free.sort(key=lambda each: (language not in each.languages, each.name))
    others = [
        (each.name, str(BUSY.get(states[each.id].state, PAUSES)))
        for each in sorted(people.values(), key=lambda each: each.name)
        if each not in free
    ]
    return Colleagues(tuple(free), tuple(others))
