"""The first page: who is on duty now and in the next hours, and what needs somebody."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Blueprint, current_app, render_template, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import Connection

from console import languages, navigation
from console.office import office
from console.person import current_person, needs
from console.today_view import line_today
from console.week_books import names_of
from console.week_grid import service_name
from console.week_words import span_words
from logging_db import live
from logging_db.rosters import Book
from planning import proposals
from planning.own import Stint, stints
from planning.own_reports import open_reports
from routing.duty import on_duty, zone_of
from routing.presence import Presence

pages = Blueprint("today", __name__)
navigation.add("today.page", _l("Today"), order=10, needs="responder")

MOST = 5  # reports shown; the rest are counted
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Waiting:
    """Somebody said that they cannot come, and still stands in the shift."""

    who: str
    service: str
    day: date
    times: str
    url: str


@dataclass(frozen=True)
class Mine:
    """The next shift of whoever looks: when, for which line and service, beside whom."""

    running: bool
    day: date
    times: str
    line: str
    service: str
    beside: tuple[str, ...]


@pages.get("/")
@needs("responder")
def page() -> str:
    """Show the first page."""
    person, place = current_person(), office()
    at = place.clock()
    with place.read() as connection:
        book = place.rosters.load(connection, at)
        waiting = _waiting(connection, book, at) if person.may("coordinator") else []
        doing = _doing(connection, book, at)
        asked = _asked(connection, at) if person.may("coordinator") else 0
    language = languages.language()
    return render_template(
        "today.html",
        at=at,
        lines=[line_today(roster, at) for roster in book.by_id.values()],
        mine=_mine(book, person.responder_id, at) if person.responder_id else None,
        answers=person.responder_id is not None,
        doing=doing,
        waiting=waiting[:MOST],
        more_waiting=max(0, len(waiting) - MOST),
        asked=asked,
        requests_url=_address("requests.page"),
        mine_url=_address("own.page"),
        service_names={each.code: service_name(each, language) for each in book.services.values()},
    )


def _doing(connection: Connection, book: Book, at: datetime) -> dict[str, Presence]:
    """Return what everybody does who is on duty now."""
    rosters = book.by_id.values()
    there = {one.id for roster in rosters for one in on_duty(roster, at).responders}
    return live.presences(connection, there, there, at)


def _address(endpoint: str) -> str:
    return url_for(endpoint) if endpoint in current_app.view_functions else ""


def _waiting(connection: Connection, book: Book, at: datetime) -> list[Waiting]:
    """Return who cannot come and is still counted on; who was replaced no longer waits."""
    found = []
    reports = open_reports(connection, since=at.date() - DAY)
    for report in reports:
        for stint in stints(book, report.responder_id, report.day, report.day):
            if stint.key == report.key and stint.ends > at:
                found.append(_wait(connection, book, stint))
                break
    return found


def _wait(connection: Connection, book: Book, stint: Stint) -> Waiting:
    roster = book.by_id[stint.line.id]
    shift = stint.on.shift
    return Waiting(
        who=names_of(connection, roster, {stint.person}).get(stint.person, "?"),
        service=shift.service,
        day=stint.on.day,
        times=span_words(shift.starts, shift.ends),
        url=url_for("shift_replace.page", key=str(stint.key), person=stint.person),
    )


def _asked(connection: Connection, at: datetime) -> int:
    """Return how many people have been asked to stand in and have not answered."""
    return len(proposals.all_open(connection, at.date()))


def _mine(book: Book, person: str, at: datetime) -> Mine | None:
    today = at.date()
    for stint in stints(book, person, today - DAY, book.ends - 2 * DAY):
        if stint.ends > at:
            zone = zone_of(stint.line.timezone)
            begins, ends = stint.begins.astimezone(zone), stint.ends.astimezone(zone)
            return Mine(
                running=stint.begins <= at,
                day=begins.date(),
                times=span_words(begins.time(), ends.time()),
                line=stint.line.name,
                service=stint.on.shift.service,
                beside=tuple(each.name for each in stint.beside),
            )
    return None
