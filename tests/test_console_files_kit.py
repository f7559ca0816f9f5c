"""What the tests of roster files in the console share. No tests here."""

import re
from collections.abc import Iterable
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import Engine, select
from test_console_kit import Client, Console
from werkzeug.test import TestResponse

from logging_db.engine import read
from logging_db.tables import metadata, roster_changes
from planning.file_shift import ShiftRow
from tests.kept_books import imported
from tests.test_planning_file_kit import HEAD, csv
from tests.test_planning_kit import FEDERATION, LINE

LOST = ("sessions", "counters")  # tables that change by looking


def peopled(house: Console) -> Console:
    """Give a console the federation of planning’s tests."""
    imported(house.engine, house.cipher, FEDERATION)
    return house


@pytest.fixture
def line(engine: Engine) -> Console:
    """The console of a helpline with lines, services and people, over each database."""
    return peopled(Console(engine))


@pytest.fixture
def client(line: Console) -> Client:
    """The coordinator's browser."""
    return line.client("coordinator")


def row(service="cssbse", day="2026-11-30", times="09:00,13:00", who="Alice Martin", more=",,"):
    return f"{LINE},{service},{day},{times},{who},{more}"


# One shift stays, one gets another person and another need, one is new, one has nobody.
STAYS = row()
CHANGED = row("caw", times="13:00,17:00", who="Dirk Maes", more=",2,")
ADDED = row("caw", "2026-12-01", "10:00,12:00", "Chloé Dubois", ",,nl")
OPEN = row("cssbse", "2026-12-03", "14:00,16:00", "", ",2,")
ROSTER = csv(STAYS, CHANGED, ADDED, OPEN)


def send(client: Client, content: bytes, name: str = "roster.csv", **values: Any) -> TestResponse:
    """Upload a file; return the page that one is led to."""
    data = {"csrf_token": client.token(), "file": (BytesIO(content), name), **values}
    return client.post("/files/import", data=data, follow_redirects=True)


def words(answer: TestResponse) -> str:
    """The text of a page, without its tags."""
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def rows(house: Console, without: Iterable[str] = LOST) -> dict[str, list[str]]:
    """All rows of the database, to see that nothing was changed."""
    with read(house.engine) as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in metadata.sorted_tables
            if table.name not in without
        }


def changes(house: Console) -> list[Any]:
    with read(house.engine) as connection:
        return list(connection.execute(select(roster_changes).order_by(roster_changes.c.id)))


ALWAYS_OPEN = """
[[lines]]
number = "+3280035243"
name = "Allo"
languages = ["fr", "nl"]
timezone = "Europe/Brussels"
caller_id = "+3225550100"
hours = [{ days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], from = "00:00", to = "00:00" }]

[[services]]
code = "cssbse"
name = { fr = "Centre de Service Social" }
"""


def federation_of(wanted: Iterable[ShiftRow]) -> str:
    """A line that never closes, and the people whom a file names."""
    names = sorted({one.responder for one in wanted if one.responder})
    people = (
        f'[[responders]]\nname = "{name}"\nservice = "cssbse"\nphone = "+3247000000{n}"\n'
        'languages = ["fr"]\n'
        for n, name in enumerate(names)
    )
    return ALWAYS_OPEN + "".join(people)


__all__ = ["ADDED", "CHANGED", "HEAD", "LINE", "OPEN", "ROSTER", "STAYS", "csv", "line", "row"]
