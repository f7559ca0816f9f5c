"""A small helpline whose roster the tests of planning edit, on both databases."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select

from logging_db.cipher import FieldCipher
from logging_db.engine import read, write
from logging_db.rosters import read_book
from logging_db.tables import lines, metadata, partner_services, responders, roster_changes
from planning import checks
from planning.ledger import Author, changing
from planning.objections import Refused
from planning.plans import Plan
from routing.duty import occurrences, on_duty
from routing.roster import Roster
from tests.kept_books import imported

LINE, NIGHT_LINE = "+3280035243", "+3280035244"
MONDAY = date(2026, 11, 30)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday, 10:00 in Brussels
ANNE = Author("Anne Coordinator")

FEDERATION = """
[[lines]]
number = "+3280035243"
name = "Allo ? Aide sociale"
languages = ["fr", "nl"]
timezone = "Europe/Brussels"
caller_id = "+3225550100"
hours = [{ days = ["mon", "tue", "wed", "thu", "fri"], from = "09:00", to = "17:00" }]
closures = [{ date = 2026-12-25, name = { fr = "Noël", nl = "Kerstmis" } }]

[[lines]]
number = "+3280035244"
name = "La nuit"
languages = ["fr"]
timezone = "Europe/Brussels"
caller_id = "+3225550101"
hours = [{ days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], from = "00:00", to = "00:00" }]

[[services]]
code = "cssbse"
name = { fr = "Centre de Service Social" }

[[services]]
code = "caw"
name = { nl = "CAW Brussel" }

[[responders]]
name = "Alice Martin"
service = "cssbse"
phone = "+32470000001"
languages = ["fr", "nl"]

[[responders]]
name = "Bram Peeters"
service = "caw"
phone = "+32470000002"
languages = ["nl"]

[[responders]]
name = "Chloé Dubois"
service = "cssbse"
phone = "+32470000003"
languages = ["fr"]

[[responders]]
name = "Dirk Maes"
service = "caw"
phone = "+32470000004"
languages = ["nl", "fr"]

[[shifts]]
line = "+3280035243"
service = "cssbse"
days = ["mon", "tue", "wed", "thu", "fri"]
from = "09:00"
to = "13:00"
needed = 1
responders = ["Alice Martin"]

[[shifts]]
line = "+3280035243"
service = "caw"
days = ["mon", "tue", "wed", "thu", "fri"]
from = "13:00"
to = "17:00"
needed = 1
responders = ["Bram Peeters"]
"""


def _everything(cursor: Any, table: str) -> list[Any]:
    cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 # our own tables
    return list(cursor.fetchall())


@dataclass
class House:
    """The helpline: its people by first name, and ways to change and read its roster."""

    engine: Engine
    at: datetime = NOW

    def ids(self, connection: Connection) -> dict[str, str]:
        named = {row.name.split()[0]: row.id for row in connection.execute(select(responders))}
        codes = {row.code: row.id for row in connection.execute(select(partner_services))}
        numbers = {row.number: row.id for row in connection.execute(select(lines))}
        return named | codes | numbers

    def __getitem__(self, name: str) -> str:
        with read(self.engine) as connection:
            return self.ids(connection)[name]

    def make(self, *steps: Callable[..., Any], check: bool = True) -> Any:
        """Make one change of these steps and look it over; return what the last step gave."""
        with write(self.engine) as connection:
            with changing(connection, self.at, ANNE, "test") as ledger:
                done = [step(ledger) for step in steps]
                self.told = checks.look_over(ledger) if check else ()
            return done[-1]

    def refused(self, *steps: Callable[..., Any]) -> list[str]:
        """Return the codes of the refusal, having seen that nothing has changed."""
        before = self.rows()
        with pytest.raises(Refused) as caught:
            self.make(*steps)
        assert self.rows() == before
        return [objection.code for objection in caught.value.objections]

    def rows(self) -> dict[str, list[Any]]:
        names = [table.name for table in metadata.sorted_tables if table.name != "counters"]
        with read(self.engine) as connection:
            # Past SQLAlchemy: thirty tables before and after each refusal, as they are.
            cursor = connection.connection.cursor()
            return {name: sorted(map(repr, _everything(cursor, name))) for name in names}

    def roster(self, day: date = MONDAY, line: str = LINE) -> Roster:
        with read(self.engine) as connection:
            first = date.fromordinal(day.toordinal() - 14)
            last = date.fromordinal(day.toordinal() + 28)
            return read_book(connection, first, last).by_number[line]

    def on(self, day: date, hour: int, minute: int = 0, line: str = LINE) -> list[str]:
        """Return who is on duty at a wall time (in winter), by first name."""
        at = datetime(day.year, day.month, day.day, hour - 1, minute, tzinfo=UTC)
        return [p.name.split()[0] for p in on_duty(self.roster(day, line), at).responders]

    def key(self, day: date, hour: int, line: str = LINE) -> tuple[str, int]:
        """Return the key of the shift that begins at that hour, and its version."""
        for on in occurrences(self.roster(day, line), day):
            if on.shift.starts == time(hour):
                shift = on.shift
                return shift.id if shift.day else f"{shift.id}.{day:%Y%m%d}", shift.version
        raise AssertionError(f"no shift begins at {hour} on {day}")

    def plan(
        self, day: date = MONDAY, starts: int = 9, ends: int = 13, *people: str, **more: Any
    ) -> Plan:
        service = self[more.pop("service", "cssbse")]
        responders_ = tuple(self[name] for name in people)
        return Plan(service, day, time(starts), time(ends), responders=responders_, **more)

    def changes(self) -> list[Any]:
        with read(self.engine) as connection:
            return list(connection.execute(select(roster_changes).order_by(roster_changes.c.id)))


@pytest.fixture
def house(engine: Engine, cipher: FieldCipher) -> House:
    """The helpline, on a Monday morning."""
    imported(engine, cipher, FEDERATION)
    return House(engine)
