"""What the pages about absences show: who is away, when, and which shifts stay empty by it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from flask_babel import gettext as _
from sqlalchemy import Connection, select

from console.languages import local, moment, short_day
from console.week_grid import folded
from logging_db.tables import partner_services, responders
from planning.absences import Away, listed
from planning.consequences import Affected, left_without

PAGE = 50
FOUND = 30  # people offered at once; who looks for somebody else writes more of the name
PAST = 100
EVERY = 20_000
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Listed:
    """One page of absences; ``left`` are the shifts that each leaves without somebody."""

    rows: Sequence[Away]
    left: Mapping[str, Sequence[Affected]]
    number: int
    pages: int
    total: int


@dataclass(frozen=True)
class Known:
    """Somebody who answers, as the search shows them."""

    id: str
    name: str
    service: str


def page_of(connection: Connection, at: datetime, text: str, number: int) -> Listed:
    """Return one page of those who are or will be away, by name; pages count from 1."""
    words = folded(text).split()
    everybody = listed(connection, at, most=EVERY)
    fitting = [each for each in everybody if _has(words, each.name)]
    pages = max(1, -(-len(fitting) // PAGE))
    number = min(max(1, number), pages)
    rows = fitting[(number - 1) * PAGE : number * PAGE]
    return Listed(rows, left_without(connection, rows, at), number, pages, len(fitting))


def people_named(connection: Connection, text: str) -> tuple[list[Known], int]:
    """Return people whose name has these words, and how many there are."""
    words = folded(text).split()
    query = (
        select(responders.c.id, responders.c.name, partner_services.c.code)
        .join(partner_services, partner_services.c.id == responders.c.service_id)
        .where(responders.c.active)
        .order_by(responders.c.name, responders.c.id)
    )
    found = [Known(*row) for row in connection.execute(query) if _has(words, row.name)]
    return found[:FOUND], len(found)


def _has(words: Sequence[str], name: str) -> bool:
    look = folded(name)
    return all(word in look for word in words)


def away_words(starts_at: datetime, ends_at: datetime) -> str:
    """Write when somebody is away: in days where it is whole days, else with times."""
    starts, ends = local(starts_at), local(ends_at)
    if starts.time() != time(0) or ends.time() != time(0):
        if starts.date() == ends.date():
            return f"{moment(starts)}–{ends:%H:%M}"
        return f"{moment(starts)} – {moment(ends)}"
    last = local(ends_at - MOMENT)
    if starts.date() == last.date():
        return str(_("%(day)s, all day", day=_with_year(starts)))
    return f"{_with_year(starts)} – {_with_year(last)}"


def _with_year(day: datetime) -> str:
    return f"{short_day(day)} {day.year}"
