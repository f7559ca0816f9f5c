"""The week: who stands where, and what is still open. The page that coordinators work on."""

from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, abort, jsonify, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from console import languages, navigation, week_words
from console.change_rows import authors_since, newest_id
from console.forms import whole
from console.office import office
from console.person import needs
from console.shift_making import told
from console.week_books import WEEK, Week, monday_of, names_of, near, week_of
from console.week_cover import days_of
from console.week_grid import Grid, View, grid
from console.week_short import people_of
from logging_db.rosters import VERSION
from routing.duty import zone_of
from routing.roster import Roster

pages = Blueprint("week", __name__)
navigation.add("week.start", _l("Week"), order=20, needs="coordinator", also=("weeks",))

for _name in (
    "candidate_note",
    "closure_name",
    "hole_what",
    "hole_when",
    "language_name",
    "month_name",
    "span_words",
    "week_title",
    "week_url",
    "weekday_and_number",
):
    pages.add_app_template_global(getattr(week_words, _name), _name)
pages.add_app_template_global(told, "told")


@pages.get("/week")
@needs("coordinator")
def start() -> Response | str:
    """Lead to a week: that of ``day``, else this one; of ``line``, else of the first one."""
    with office().read() as connection:
        week = week_of(connection, _asked_day())
    line_id = request.args.get("line", "")
    if line_id not in week.book.by_id:
        line_id = next(iter(week.book.by_id), "")
    if not line_id:
        return render_template("week_no_line.html")
    # The day is kept, so that a narrow window shows it.
    query: dict[str, Any] = {
        name: value for name, value in request.args.items() if name in ("q", "short", "day")
    }
    monday = week.monday.isoformat()
    return redirect(url_for("week.page", line_id=line_id, monday=monday, **query))


@pages.get("/week/<line_id>/<monday>")
@needs("coordinator")
def page(line_id: str, monday: str) -> Response | str:
    """Show a line's week."""
    first = _date(monday)
    if first != monday_of(first):
        first = monday_of(first)
        return redirect(url_for("week.page", line_id=line_id, monday=first.isoformat()))
    view = _view()
    at = office().clock()
    with office().read() as connection:
        change = newest_id(connection)
        week = week_of(connection, first)
        roster = _roster(week, line_id)
        if roster.line.id != line_id:
            return redirect(url_for("week.page", line_id=roster.line.id, monday=monday))
        names = names_of(connection, roster, people_of(roster, days_of(first)))
    shown = grid(week.book, roster, first, at, view, names)
    return render_template(
        "week.html",
        grid=shown,
        line=roster.line,
        lines=[each.line for each in week.book.by_id.values()],
        view=view,
        change=change,
        picked=_picked(shown, roster, first),
        this_week=monday_of(_today(roster)),
        before=first - WEEK,
        after=first + WEEK,
        version_url=url_for("week.version", line_id=line_id, monday=monday),
        other_page=lambda n: _address(line_id, monday, replace(view, page=n)),
    )


@pages.get("/week/<line_id>/<monday>/version")
@needs("coordinator")
def version(line_id: str, monday: str) -> Response:
    """Tell a page that stands open whether somebody has changed what it shows, and who."""
    first = _date(monday)
    since = request.args.get("since", "")
    with office().read() as connection:
        number = connection.execute(VERSION).scalar_one()
        newest = newest_id(connection)
        who = _authors(connection, since, newest, line_id, first)
    return jsonify(version=number, change=newest, who=who)


def _authors(
    connection: Connection, since: str, newest: int, line_id: str, first: date
) -> list[str]:
    last_seen = whole(since)
    if last_seen is None or last_seen >= newest:
        return []
    return authors_since(connection, last_seen, line_id, (first, first + WEEK))


def _date(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        abort(404)
    if not near(day):
        abort(404)
    return day


def _asked_day() -> date:
    text = request.args.get("day", "")
    return _date(text) if text else languages.local(office().clock()).date()


def _roster(week: Week, name: str) -> Roster:
    """Return a line's roster by its id, or by its number without the plus."""
    roster = week.book.by_id.get(name) or week.book.by_number.get(f"+{name.lstrip('+')}")
    return roster or abort(404)


def _today(roster: Roster) -> date:
    return office().clock().astimezone(zone_of(roster.line.timezone)).date()


def _view() -> View:
    number = request.args.get("page", "")
    return View(
        text=request.args.get("q", "")[:100],
        only_short=request.args.get("short") == "1",
        page=int(number) if number.isdecimal() and len(number) < 6 else 1,
        language=languages.language(),
    )


def _picked(shown: Grid, roster: Roster, monday: date) -> int:
    """Return which day a narrow window shows: the one asked for, today, or the first open one."""
    days = days_of(monday)
    wanted = [request.args.get("day", ""), _today(roster).isoformat()]
    for text in wanted:
        for n, day in enumerate(days):
            if day.isoformat() == text:
                return n
    return next((n for n, column in enumerate(shown.columns) if column.lanes), 0)


def _address(line_id: str, monday: str, view: View) -> str:
    return url_for(
        "week.page",
        line_id=line_id,
        monday=monday,
        q=view.text or None,
        short="1" if view.only_short else None,
        page=view.page if view.page > 1 else None,
    )
