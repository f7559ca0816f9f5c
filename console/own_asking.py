"""Asking somebody to stand in, and answering: for oneself, or by a coordinator for somebody."""

from datetime import time

from flask import render_template, request
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from sqlalchemy import Connection, select
from wtforms import HiddenField, TimeField
from wtforms.validators import Optional

from console.forms import UNPROCESSABLE, Answer, ConfirmForm
from console.languages import language
from console.office import office
from console.own_acts import card_for
from console.own_asks import Ask, asks, logs_in, service_name
from console.own_books import long_book
from console.own_cards import Card
from console.own_making import change, done, refused, sentences
from console.own_whose import Whose
from console.week_grid import folded
from console.week_words import language_name
from logging_db.tables import shifts, substitution_proposals
from notices import requests
from planning import proposals
from planning.keys import ShiftKey
from planning.objections import Refused, refuse
from planning.own import find
from planning.proposals_free import Candidate, Wanted, candidates
from planning.substitutions import WHOLE, Part

MOST = 30  # names offered at once; whoever looks for another writes a part of the name


class AskForm(FlaskForm):  # type: ignore[misc] # the library declares no types
    """For which hours, and whom. Empty hours: all of the shift."""

    starts = TimeField(validators=[Optional()])
    ends = TimeField(validators=[Optional()])
    who = HiddenField()


def ask(whose: Whose, key: str) -> Answer:
    """Offer those who are free, and ask the one who is chosen."""
    try:
        card = card_for(whose, ShiftKey.parse(key))
    except Refused as error:
        return refused(error, whose.home)
    form = AskForm() if request.method == "POST" else AskForm(request.args, meta={"csrf": False})
    wrong: list[str] = []
    if form.is_submitted() and form.validate():
        if form.who.data:
            try:
                return _asked(whose, card, form.who.data, _part(form))
            except Refused as error:
                wrong = sentences(error)
        else:
            wrong = [_("Choose somebody to ask.")]
    return _offered(whose, card, form, wrong)


def _part(form: AskForm) -> Part:
    given: tuple[time | None, time | None] = (form.starts.data, form.ends.data)
    return given


def _offered(whose: Whose, card: Card, form: AskForm, wrong: list[str]) -> Answer:
    text = request.values.get("name", "")
    found: list[Candidate] = []
    try:
        wanted = Wanted.of(card.stint, _part(form))
    except Refused as error:
        wrong = wrong or sentences(error)
        wanted = Wanted.of(card.stint, WHOLE)
    with office().read() as connection:
        book = long_book(connection, office().clock())
        found = [
            each
            for each in candidates(book, card.stint, wanted)
            if folded(text) in folded(each.responder.name)
        ]
        shown = found[:MOST]
        reachable = logs_in(connection, [each.responder.id for each in shown])
        waiting = {
            each.responder_id
            for each in proposals.of_asker(connection, whose.id, card.stint.on.day)
            if each.state == proposals.PROPOSED and each.key == card.stint.key
        }
    services = {
        code: service_name(book, code, language()) for code in {c.responder.service for c in shown}
    }
    page = render_template(
        "own_ask.html", whose=whose, card=card, form=form, wrong=wrong, text=text,
        fitting=[c for c in shown if c.fits], others=[c for c in shown if not c.fits],
        more=len(found) - len(shown), reachable=reachable, waiting=waiting, services=services,
        wanted=wanted, language_name=language_name,
    )  # fmt: skip
    return (page, UNPROCESSABLE) if wrong else page


def _asked(whose: Whose, card: Card, other: str, during: Part) -> Answer:
    with change("proposal_made", card.stint.line.id, instead_of=whose.name) as (step, ledger):
        stint = find(step.connection, whose.id, card.stint.key)
        made = proposals.propose(ledger, stint, other, during)
        name = proposals.name_of(step.connection, other)
        ledger.details["who"] = name
        told = requests.proposed(step.connection, made, step.at)
    words = _(
        "%(name)s has been asked. Until the answer comes, the shift stays as it is.", name=name
    )
    nobody = _("%(name)s has no e-mail address here: ring them.", name=name)
    return done(words, whose.home, told=told, nobody=nobody)


def withdraw(whose: Whose, proposal_id: str) -> Answer:
    """Ask no longer."""
    try:
        with change("proposal_withdrawn", _line_of(proposal_id)) as (step, ledger):
            proposals.withdraw(ledger, proposal_id, whose.id)
            requests.withdrawn(step.connection, proposal_id, step.at)
    except Refused as error:
        return refused(error, whose.home)
    return done(_("Withdrawn: nobody is asked any more."), whose.home)


def accept(whose: Whose, proposal_id: str) -> Answer:
    """Show once more what is asked, then let somebody stand in."""
    if not ConfirmForm().validate_on_submit():
        found = _ask_to(whose, proposal_id)
        if found is None:
            return refused(_gone(), whose.home)
        return render_template("own_accept.html", whose=whose, ask=found)
    try:
        with change("proposal_accepted", _line_of(proposal_id)) as (step, ledger):
            fallen = proposals.accept(ledger, proposal_id, whose.id)
            requests.accepted(step.connection, proposal_id, step.at)
            for other in fallen:
                requests.withdrawn(step.connection, other, step.at)
    except Refused as error:
        return refused(error, whose.home)
    return done(_("Agreed: the shift is on the list now. Whoever asked is told."), whose.home)


def decline(whose: Whose, proposal_id: str) -> Answer:
    """Say no."""
    try:
        with change("proposal_declined", _line_of(proposal_id)) as (step, ledger):
            proposals.decline(ledger, proposal_id, whose.id)
            requests.declined(step.connection, proposal_id, step.at)
    except Refused as error:
        return refused(error, whose.home)
    return done(_("Declined. Whoever asked is told."), whose.home)


def _ask_to(whose: Whose, proposal_id: str) -> Ask | None:
    """Return what somebody is asked, while it waits for an answer."""
    with office().read() as connection:
        at = office().clock()
        found = [
            each
            for each in proposals.to_person(connection, whose.id)
            if each.id == proposal_id and each.state == proposals.PROPOSED
        ]
        listed = asks(connection, long_book(connection, at), found, at, language())
    return listed[0] if listed else None


def _gone() -> Refused:
    return refuse("proposal_gone")


def _line_of(proposal_id: str) -> str | None:
    """Return the line that a request is about, by which the list of changes can be narrowed."""
    with office().read() as connection:
        return line_of(connection, proposal_id)


def line_of(connection: Connection, proposal_id: str) -> str | None:
    """Return the line of the shift that a request is about."""
    query = (
        select(shifts.c.line_id)
        .join(substitution_proposals, substitution_proposals.c.shift_id == shifts.c.id)
        .where(substitution_proposals.c.id == proposal_id)
    )
    found: str | None = connection.execute(query).scalar_one_or_none()
    return found
