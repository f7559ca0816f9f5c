"""The helpline that the tests of the week, the shifts and the first page look at."""

from datetime import date

import pytest
from sqlalchemy import Connection, Engine, select
from test_console_kit import Client, Console

from logging_db.cipher import FieldCipher
from logging_db.engine import read
from logging_db.tables import counters, lines, partner_services, responders, shifts
from tests.kept_books import imported
from tests.test_planning_kit import FEDERATION, LINE, NIGHT_LINE

MONDAY = date(2026, 11, 30)  # of the week after the one in which the clock stands
PEOPLE = {
    "Alice": "Alice Martin",
    "Bram": "Bram Peeters",
    "Chloé": "Chloé Dubois",
    "Dirk": "Dirk Maes",
}


class Finder:
    """Names what stands in the helpline as addresses and forms do."""

    engine: Engine

    def id(self, name: str) -> str:
        """The id of a person by first name, of a service by code, of a line by number."""
        for table, column in ((partner_services, "code"), (lines, "number"), (responders, "name")):
            query = select(table.c.id).where(table.c[column] == PEOPLE.get(name, name))
            with read(self.engine) as connection:
                found = connection.execute(query).scalar()
            if found:
                return found
        raise AssertionError(name)

    def week(self, monday: date = MONDAY, line: str = LINE) -> str:
        return f"/week/{self.id(line)}/{monday}"

    def key(self, day: date = MONDAY, service: str = "cssbse") -> str:
        """The key of a service's shift on a day: its own row, or the weekly one's occurrence."""
        with read(self.engine) as connection:
            rows = connection.execute(select(shifts).where(shifts.c.service_id == self.id(service)))
            there = list(rows)
        for row in there:
            if row.day == day and not row.cancelled:
                return row.id
        taken = {(row.weekly_id, row.weekly_day) for row in there}
        for row in there:
            if row.weekday == day.weekday() and (row.id, day) not in taken:
                return f"{row.id}.{day:%Y%m%d}"
        raise AssertionError(f"{service} has no shift on {day}")

    def version(self, key: str) -> int:
        with read(self.engine) as connection:
            query = select(shifts.c.version).where(shifts.c.id == key.partition(".")[0])
            return connection.execute(query).scalar_one()

    def form(self, **values) -> dict:
        """What the form of a shift sends for cssbse on Monday morning, but for these values."""
        people = [self.id(name) for name in values.pop("people", ())]
        service = self.id(values.pop("service", "cssbse"))
        return {
            "line": self.id(LINE),
            "service": service,
            "day": MONDAY.isoformat(),
            "starts": "09:00",
            "ends": "13:00",
            "needed": "1",
            "people": people,
            **values,
        }


class Helpline(Finder):
    """A small helpline in a database: cssbse in the mornings, caw in the afternoons."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        imported(engine, FieldCipher(b"k" * 32), FEDERATION)


class Roster(Console, Finder):
    """The console over that helpline."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        Helpline(engine)


def touch(connection: Connection) -> None:
    """Say that the roster has changed, as planning does with every change."""
    connection.execute(counters.update().values(value=counters.c.value + 1))


@pytest.fixture
def roster(engine: Engine) -> Roster:
    """The console over each database, on a Monday morning at ten."""
    return Roster(engine)


@pytest.fixture
def anne(roster: Roster) -> Client:
    """A coordinator at her desk."""
    return roster.client("coordinator")


__all__ = [
    "LINE",
    "MONDAY",
    "NIGHT_LINE",
    "PEOPLE",
    "Helpline",
    "Roster",
    "anne",
    "roster",
    "touch",
]
