"""What is done to a person's shifts, by themselves or by a coordinator for them: "I can't"."""

from flask import render_template
from flask_babel import gettext as _

from console.forms import Answer, ConfirmForm
from console.languages import language
from console.office import office
from console.own_books import long_book
from console.own_cards import Card, card_of
from console.own_making import change, done, refused
from console.own_whose import Whose
from notices import requests
from planning.keys import ShiftKey
from planning.objections import Refused
from planning.own import find
from planning.own_reports import say_cannot, settle


def cannot(whose: Whose, key: str) -> Answer:
    """Ask, then note that somebody cannot work a shift, and tell the coordinators."""
    try:
        card = card_for(whose, ShiftKey.parse(key))
        if ConfirmForm().validate_on_submit():
            return _said(whose, card)
    except Refused as error:
        return refused(error, whose.home)
    return render_template("own_cannot.html", whose=whose, card=card)


def _said(whose: Whose, card: Card) -> Answer:
    with change("cannot_said", card.stint.line.id, who=whose.name) as (step, ledger):
        stint = find(step.connection, whose.id, card.stint.key)
        report = say_cannot(ledger, stint)
        told = requests.cannot(step.connection, report, step.at)
    words = _("Noted. The coordinators are told now. Until they find somebody the place stays.")
    return done(words, whose.home, told=told, nobody=_nobody())


def _nobody() -> str:
    return str(_("No coordinator could be told by e-mail: ring the coordination."))


def take_back(whose: Whose, report_id: str) -> Answer:
    """Take "I can't" back, while nobody has arranged anything."""
    try:
        with change("cannot_taken_back", who=whose.name) as (_step, ledger):
            settle(ledger, report_id, whose.id)
    except Refused as error:
        return refused(error, whose.home)
    return done(_("Taken back: the shift stands as it was."), whose.home)


def card_for(whose: Whose, key: ShiftKey) -> Card:
    """Return one shift of somebody's as it is now; refuse one that is none of theirs."""
    with office().read() as connection:
        stint = find(connection, whose.id, key)
        at = office().clock()
        return card_of(long_book(connection, at), stint, at, language())
