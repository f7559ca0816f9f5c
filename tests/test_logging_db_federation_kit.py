"""A good federation file, and what the tests of federation files do with it."""

from typing import Any

import pytest
from sqlalchemy import Engine, select

from logging_db.engine import read
from logging_db.federation_faults import FederationRefused
from logging_db.federation_file import read_federation
from logging_db.tables import (
    assignments,
    closures,
    counters,
    lines,
    opening_hours,
    partner_services,
    responders,
    shifts,
)

GOOD = """
[[lines]]
number = "+3280035243"
name = "Allo ? Aide sociale"
languages = ["fr", "nl"]
timezone = "Europe/Brussels"
caller_id = "+3225550100"
hours = [{ days = ["mon", "tue"], from = "09:00", to = "17:00" }]
closures = [{ date = 2026-12-25, name = { fr = "Noël", nl = "Kerstmis" } }]

[[lines]]
number = "+3280035244"
name = "Nachtlijn"
languages = ["nl"]
timezone = "Europe/Brussels"
caller_id = "+3225550101"
hours = []

[[services]]
code = "cssbse"
name = { fr = "Centre de Service Social" }

[[services]]
code = "caw"
name = { nl = "Centrum Algemeen Welzijnswerk" }

[[responders]]
name = "Alice Martin"
service = "cssbse"
phone = "+32470000001"
languages = ["fr", "nl"]

[[responders]]
name = "Bram Peeters"
service = "caw"
phone = "+32470000002"
languages = ["nl", "ar"]

[[shifts]]
line = "+3280035243"
service = "cssbse"
days = ["mon", "tue"]
from = "09:00"
to = "13:00"
responders = ["Alice Martin", "Bram Peeters"]

[[shifts]]
line = "+3280035243"
service = "caw"
date = 2026-11-25
from = "22:00"
to = "06:00"
responders = ["Bram Peeters"]
"""


def refused(text: str) -> list[str]:
    with pytest.raises(FederationRefused) as caught:
        read_federation(text)
    return [str(fault) for fault in caught.value.faults]


def but(old: str, new: str) -> str:
    """The good file with its first ``old`` written otherwise."""
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def line(extra: str) -> str:
    return but('hours = [{ days = ["mon", "tue"], from = "09:00", to = "17:00" }]', extra)


# --- the same in pieces, and what an import of it leaves in the book

TABLES = (lines, opening_hours, closures, partner_services, responders, shifts, assignments)

LINE = """
[[lines]]
number = "+3280035243"
name = "Allo ? Aide sociale"
languages = ["fr", "nl"]
timezone = "Europe/Brussels"
caller_id = "+3225550100"
fallback_number = "+3225550199"
hours = [{ days = ["mon", "tue"], from = "09:00", to = "17:00" }]
closures = [{ date = 2026-12-25, name = { fr = "Noël", nl = "Kerstmis" } }]
"""
SERVICES = """
[[services]]
code = "cssbse"
name = { fr = "Centre de Service Social" }

[[services]]
code = "caw"
name = { nl = "Centrum Algemeen Welzijnswerk" }
"""
ALICE = """
[[responders]]
name = "Alice Martin"
service = "cssbse"
phone = "+32470000001"
languages = ["fr", "nl"]
"""
BRAM = """
[[responders]]
name = "Bram Peeters"
service = "caw"
phone = "+32470000002"
languages = ["nl"]
"""
WEEKLY = """
[[shifts]]
line = "+3280035243"
service = "cssbse"
days = ["mon", "tue"]
from = "09:00"
to = "13:00"
needed = 1
responders = ["Alice Martin", "Bram Peeters"]
"""
DATED = """
[[shifts]]
line = "+3280035243"
service = "caw"
date = 2026-11-24
from = "13:00"
to = "17:00"
responders = ["Bram Peeters"]
"""
FILE = LINE + SERVICES + ALICE + BRAM + WEEKLY + DATED
ANOTHER_LINE = LINE.replace("35243", "35244").replace("50100", "50101").replace("50199", "50198")


def rows(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Every row of the roster, as it stands."""
    with read(engine) as connection:
        return {
            table.name: [
                dict(row)
                for row in connection.execute(select(table).order_by(table.c.id)).mappings()
            ]
            for table in TABLES
        }


def version(engine: Engine) -> int:
    with read(engine) as connection:
        query = select(counters.c.value).where(counters.c.name == "roster")
        return int(connection.execute(query).scalar_one())


def ids(engine: Engine, table: str, *columns: str) -> dict[Any, str]:
    return {tuple(row[c] for c in columns): row["id"] for row in rows(engine)[table]}
