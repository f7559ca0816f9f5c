"""What the tests of the standing week and of templates share."""

import re
from datetime import date, timedelta

from sqlalchemy import select
from test_console_kit import Client
from test_console_week_kit import LINE, MONDAY, Roster

from logging_db.engine import read
from logging_db.rosters import read_book
from logging_db.tables import roster_changes, shifts, templates
from planning.templates import entries
from routing.duty import occurrences

TODAY = date(2026, 11, 23)  # a Monday; changes hold from MONDAY, a week later
WEEK = timedelta(days=7)
EMPTY = "0" * 32


def home(roster: Roster, line: str = LINE) -> str:
    return f"/standing/{roster.id(line)}"


def weekly(roster: Roster, weekday: int = 0, service: str = "cssbse", line: str = LINE) -> str:
    """The id of the newest weekly shift of a service on a weekday."""
    query = select(shifts.c.id).where(
        shifts.c.weekday == weekday,
        shifts.c.service_id == roster.id(service),
        shifts.c.line_id == roster.id(line),
        shifts.c.template_id.is_(None),
    )
    with read(roster.engine) as connection:
        return (
            connection.execute(query.order_by(shifts.c.since.desc().nullslast())).scalars().first()
        )


def form(roster: Roster, **values) -> dict:
    """What the form sends for a weekly shift on Mondays, but for these values."""
    sent = roster.form(**{"weekdays": ["0"], "since": MONDAY.isoformat(), **values})
    del sent["day"]
    return sent


def on(roster: Roster, day: date, line: str = LINE) -> list[tuple[str, int, str]]:
    """The shifts of a day: service, hour, and first names."""
    with read(roster.engine) as connection:
        book = read_book(connection, day, day + WEEK)
    own = book.by_number[line]
    return sorted(
        (
            each.shift.service,
            each.shift.starts.hour,
            " ".join(own.responders[who].name.split()[0] for who in each.shift.responders),
        )
        for each in occurrences(own, day)
    )


def kinds(roster: Roster) -> list[str]:
    with read(roster.engine) as connection:
        query = select(roster_changes.c.kind).where(roster_changes.c.user_id.is_not(None))
        return list(connection.execute(query.order_by(roster_changes.c.id)).scalars())


def take_back(page: str, client: Client, back: str) -> str:
    undo = re.search(r'action="(/changes/\d+/undo)"', page)[1]
    return client.send(undo, back=back).location


def kept(roster: Roster, client: Client, name: str = "Crisis week", **values) -> str:
    """Keep a template by name; return its address."""
    sent = {"name": name, "what": "standing", **values}
    assert client.send(f"{home(roster)}/keep", **sent).status_code == 303
    with read(roster.engine) as connection:
        own = connection.execute(
            select(templates.c.id).where(templates.c.name == name)
        ).scalar_one()
    return f"{home(roster)}/template/{own}"


def content(roster: Roster, template: str) -> list:
    with read(roster.engine) as connection:
        return [entry.slot for entry in entries(connection, template.rsplit("/", 1)[1])]
