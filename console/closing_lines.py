"""The lines, as the pages about hours and closed days know them."""

from dataclasses import dataclass
from datetime import date

from flask import abort, redirect, render_template, url_for
from sqlalchemy import Connection, select
from werkzeug.wrappers import Response

from console.office import office
from logging_db.columns import is_id
from logging_db.tables import lines
from planning.hours import today_of


@dataclass(frozen=True)
class LineRow:
    """A line: what it speaks, and which day it is there."""

    id: str
    name: str
    languages: tuple[str, ...]
    today: date


def every_line(connection: Connection) -> list[tuple[str, str]]:
    """Return the id and the name of all lines, by number."""
    query = select(lines.c.id, lines.c.name).order_by(lines.c.number)
    return [(row.id, row.name) for row in connection.execute(query)]


def to_first_line(endpoint: str) -> Response | str:
    """Lead to the page ``endpoint`` of the first line, or say that there is none."""
    with office().read() as connection:
        known = every_line(connection)
    if not known:
        return render_template("week_no_line.html")
    return redirect(url_for(endpoint, line_id=known[0][0]))


def line_of(connection: Connection, line_id: str) -> LineRow:
    """Return a line, or the page that says that there is none."""
    known = is_id(line_id)
    row = connection.execute(select(lines).where(lines.c.id == line_id)).first() if known else None
    if row is None:
        abort(404)
    today = today_of(connection, line_id, office().clock())
    return LineRow(row.id, row.name, tuple(row.languages), today)
