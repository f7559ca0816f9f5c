"""The line that a page of planning is about, and the days that its address names."""

from dataclasses import dataclass
from datetime import date

from flask import abort, request
from sqlalchemy import Connection

from console import languages
from console.office import office
from console.week_books import Week, near, week_of
from console.week_grid import service_name
from logging_db.rosters import Book
from routing.roster import Line, Roster
from routing.wall import zone_of


@dataclass(frozen=True)
class Desk:
    """The line that a page is about, among the others, around a day."""

    week: Week
    roster: Roster
    today: date

    @property
    def book(self) -> Book:
        """The rosters of all lines."""
        return self.week.book

    @property
    def line(self) -> Line:
        """The line."""
        return self.roster.line

    @property
    def lines(self) -> list[Line]:
        """All lines, to choose from."""
        return [roster.line for roster in self.book.by_id.values()]

    @property
    def service_names(self) -> dict[str, str]:
        """The services' names by code, in the language of the page."""
        language = languages.language()
        return {each.code: service_name(each, language) for each in self.book.services.values()}


def desk(connection: Connection, line_id: str = "", day: date | None = None) -> Desk:
    """Return the line that the request names, else the first one; 404 where there is none."""
    week = week_of(connection, day or languages.local(office().clock()).date())
    wanted = line_id or request.values.get("line", "")
    rosters = week.book.by_id
    roster = rosters.get(wanted) if wanted else next(iter(rosters.values()), None)
    if roster is None:
        abort(404)
    return Desk(week, roster, office().clock().astimezone(zone_of(roster.line.timezone)).date())


def asked_day(name: str) -> date | None:
    """Return a day of the address; ``None`` where it is missing, mistyped or far away."""
    try:
        day = date.fromisoformat(request.values.get(name, ""))
    except ValueError:
        return None
    return day if near(day) else None
