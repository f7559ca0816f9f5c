"""What responders ask of the coordinators: who said "I can't", who asked whom to stand in."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, current_app, g, render_template, url_for
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

pages = Blueprint("requests", __name__)


@dataclass(frozen=True)
class Said:
    """Somebody said that they cannot come. ``card``: the shift, if it is still theirs."""

    report: Report
    who: str
    card: Card | None
    replace: str = ""


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
        names = names_of(connection, book, {each.responder_id for each, _stint in found})
        said = [_said(book, each, stint, names, at) for each, stint in found]
        waiting = proposals.all_open(connection, at.date() - own_words.DAY)
        asked = asks(connection, book, waiting, at, language())
    return render_template("people_requests.html", said=said, asked=asked)


def _open(connection: Connection, at: datetime) -> list[tuple[Report, Stint | None]]:
    """Return the open reports of shifts that are not over, each with its shift."""
    reports = open_reports(connection, since=at.date() - own_words.DAY)
    if not reports:
        return []
    book = long_book(connection, at)
    listed = ((each, _stint(book, each)) for each in reports)
    today = own_words.wall(at, _zone(book)).date()
    return [
        (each, stint) for each, stint in listed if (stint.ends > at if stint else each.day >= today)
    ]


def _zone(book: Book) -> str:
    return next((roster.line.timezone for roster in book.by_id.values()), "Europe/Brussels")


def _stint(book: Book, report: Report) -> Stint | None:
    own = stints(book, report.responder_id, report.day, report.day)
    return next((stint for stint in own if stint.key == report.key), None)


def _said(
    book: Book, report: Report, stint: Stint | None, names: dict[str, str], at: datetime
) -> Said:
    who = names.get(report.responder_id, "?")
    if stint is None:
        return Said(report, who, None)
    return Said(report, who, card_of(book, stint, at, language()), _replace(stint))


def _replace(stint: Stint) -> str:
    """Return the address of the page where somebody is put in this person's place."""
    for endpoint, values in (
        ("shift_replace.page", {"key": str(stint.key), "person": stint.person}),
        ("shift.edit", {"key": str(stint.key)}),
    ):
        if endpoint in current_app.view_functions:
            return url_for(endpoint, **values)  # type: ignore[arg-type] # values of the address
    return ""


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
