"""What responders ask of the coordinators: who said "I can't", who asked whom to stand in."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, g, render_template, url_for
from flask_babel import LazyString
from flask_babel import gettext as _
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from console import navigation, own_words
from console.forms import Answer
from console.languages import language
from console.office import office
from console.own_asks import asks, names_of
from console.own_books import long_book
from console.own_cards import Card, card_of
from console.own_making import change, done, refused
from console.person import needs
from logging_db.rosters import Book
from notices import requests
from planning import proposals
from planning.objections import Refused
from planning.own import Stint, stints
from planning.own_reports import Report, open_reports, settle
from routing.engagements import engagements

pages = Blueprint("requests", __name__)


@dataclass(frozen=True)
class Said:
    """Somebody said that they cannot come. ``empty``: noted as absent, and nobody stands in."""

    report: Report
    who: str
    card: Card
    empty: bool
    replace: str


def _words() -> str:
    """Return the words of the link, with how many reports wait: counted once a page."""
    if "open_requests" not in g:
        try:
            with office().read() as connection:
                g.open_requests = len(_open(connection, office().clock()))
        except (SQLAlchemyError, TimeoutError):
            g.open_requests = 0
    count = g.open_requests
    return str(_("Requests (%(num)s)", num=count) if count else _("Requests"))


navigation.add("requests.page", LazyString(_words), order=35, needs="coordinator")


@pages.get("/requests")
@needs("coordinator")
def page() -> str:
    """List what waits: for the coordinators first, then for an answer of somebody's."""
    at = office().clock()
    with office().read() as connection:
        book = long_book(connection, at)
        found = _open(connection, at)
        names = names_of(connection, book, {report.responder_id for report, *_rest in found})
        said = [
            Said(
                report,
                names.get(report.responder_id, "?"),
                card_of(book, stint, at, language()),
                empty,
                _replace(stint),
            )
            for report, stint, empty in found
        ]
        waiting = proposals.all_open(connection, at.date() - own_words.DAY)
        asked = asks(connection, book, waiting, at, language())
    return render_template("people_requests.html", said=said, asked=asked)


def _open(connection: Connection, at: datetime) -> list[tuple[Report, Stint, bool]]:
    """Return the open reports of places that are still theirs, and of shifts not yet over.

    Whoever was replaced has nothing left that would have to be arranged.
    """
    reports = open_reports(connection, since=at.date() - own_words.DAY)
    if not reports:
        return []
    book = long_book(connection, at)
    held = ((report, _held(book, report)) for report in reports)
    return [(report, *place) for report, place in held if place and place[0].ends > at]


def _held(book: Book, report: Report) -> tuple[Stint, bool] | None:
    """Return the shift while the place is theirs, and whether it is empty by an absence."""
    days = {s.id: s.day for roster in book.by_id.values() for s in roster.shifts if s.day}
    day = days.get(report.key.shift_id) or report.day
    own = stints(book, report.responder_id, day, day)
    for stint in own:
        if stint.key == report.key:
            return stint, False
    for roster in book.by_id.values():
        for each in engagements(roster, day, day):
            stint = Stint(each.person, each.line, each.on, each.begins, each.ends)
            if each.person == report.responder_id and stint.key == report.key:
                return stint, True
    return None


def _replace(stint: Stint) -> str:
    """Return the address of the page where somebody is put in this person's place."""
    return url_for("shift_replace.page", key=str(stint.key), person=stint.person)


@pages.post("/requests/report/<report_id>/arranged")
@needs("coordinator")
def arranged(report_id: str) -> Answer:
    """Note that somebody else comes, or that nobody has to."""
    try:
        with change("cannot_settled") as (_step, ledger):
            settle(ledger, report_id)
    except Refused as error:
        return refused(error, url_for("requests.page"))
    return done(_("Noted as arranged."), url_for("requests.page"))


@pages.post("/requests/proposal/<proposal_id>/withdraw")
@needs("coordinator")
def withdraw(proposal_id: str) -> Answer:
    """Withdraw a request for whoever asked."""
    try:
        with change("proposal_withdrawn") as (step, ledger):
            proposals.withdraw(ledger, proposal_id)
            requests.withdrawn(step.connection, proposal_id, step.at)
    except Refused as error:
        return refused(error, url_for("requests.page"))
    return done(_("Withdrawn: nobody is asked any more."), url_for("requests.page"))
