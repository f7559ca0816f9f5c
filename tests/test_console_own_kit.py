"""The console over a small helpline, with users who answer. No tests here.

Bram (``responder``) answers from 13:00 to 17:00, Alice (``alice``) from 9:00 to 13:00, both
on weekdays; Chloé (``coordinator``) and Dirk (``dirk``) are free. It is Monday, 10:00.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, Table, select
from test_console_kit import Console

from logging_db import users
from logging_db.engine import read, write
from logging_db.rosters import read_book
from logging_db.tables import notices, responders
from logging_db.tables import users as users_table
from routing.duty import occurrences
from tests.kept_books import imported
from tests.kept_engines import copied
from tests.test_planning_kit import FEDERATION, LINE, House

MONDAY = date(2026, 11, 30)
OTHERS = {"alice": ("Alice Martin", "alice@example.org"), "dirk": ("Dirk Maes", "dirk@example.org")}
FIRST_NAMES = {"responder": "Bram", "coordinator": "Chloé", "alice": "Alice", "dirk": "Dirk"}


class Line(House):
    """The helpline behind a console: read by first names, as in the tests of planning."""

    def __init__(self, console: Console) -> None:
        super().__init__(console.engine, console.clock())
        self.console = console

    def rows_of(self, table: Table) -> Sequence[Row[Any]]:
        with read(self.engine) as connection:
            return connection.execute(select(table)).all()

    def shift(self, day: date = MONDAY, hour: int = 13) -> str:
        """Return the key of the shift that begins at that hour, as addresses name it."""
        with read(self.engine) as connection:
            roster = read_book(connection, day.replace(day=1), MONDAY.replace(month=12))
            for on in occurrences(roster.by_number[LINE], day):
                if on.shift.starts.hour == hour:
                    return on.shift.id if on.shift.day else f"{on.shift.id}.{day:%Y%m%d}"
        raise AssertionError(f"no shift at {hour} on {day}")

    def told(self) -> list[str]:
        """Return what is in the outbox: kind and whom for."""
        with read(self.engine) as connection:
            names = {row.id: row.name.split()[0] for row in connection.execute(select(users_table))}
            waiting = select(notices).where(notices.c.dropped_at.is_(None))
            rows = connection.execute(waiting.order_by(notices.c.kind, notices.c.id))
            return sorted(f"{row.kind} {names[row.user_id]}" for row in rows)


def settle(console: Console) -> Line:
    """Bring the helpline into an empty console."""
    imported(console.engine, console.cipher, FEDERATION)
    with write(console.engine) as connection:
        for role, (name, email) in OTHERS.items():
            console.cast[role] = users.add(
                connection,
                email=email,
                name=name,
                role="responder",
                language="en",
                at=console.clock.at,
            )
        ids = {row.name.split()[0]: row.id for row in connection.execute(select(responders))}
        for role, name in FIRST_NAMES.items():
            users.change(connection, console.cast[role], responder_id=ids[name])
    return Line(console)


@pytest.fixture
def line(sqlite_template: Path, fast_folder: Path) -> Iterator[Line]:
    """The helpline, over SQLite: what differs between databases is tested in planning."""
    engine = copied(sqlite_template, fast_folder / "own.db")
    yield settle(Console(engine))
    engine.dispose()
