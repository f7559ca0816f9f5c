"""The console over the line of the stories, with callers who wait. No tests here.

It is Monday, ten in Brussels: Alice (French), Chloé (French, English) and Bram (Dutch, French)
are on duty.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select
from test_console_kit import Console

from console.board_watch import EXTENSION, Process
from logging_db import calls, live, offers
from logging_db.columns import new_id
from logging_db.engine import read, write
from logging_db.tables import call_events, lines, responders
from logging_db.tables import calls as calls_table
from logging_db.tables import offers as offer_rows
from routing.presence import Presence
from tests.kept_books import imported
from tests.kept_engines import copied
from tests.permanence_kit import until
from tests.stories.cast import FEDERATION


class Floor:
    """The line behind a console."""

    def __init__(self, console: Console) -> None:
        imported(console.engine, console.cipher, FEDERATION)
        self.console, self.engine = console, console.engine
        with read(self.engine) as connection:
            people = connection.execute(select(responders.c.name, responders.c.id))
            self.ids = {row.name.split()[0]: str(row.id) for row in people}
            self.line = str(connection.execute(select(lines.c.id)).scalar_one())

    def __getitem__(self, name: str) -> str:
        return self.ids[name]

    def waits(self, seconds: int, language: str = "fr") -> str:
        """Somebody has waited for so long; return the call's id."""
        at = self.console.clock.at
        since = at - timedelta(seconds=seconds)
        call_id = new_id()
        with write(self.engine) as connection:
            connection.execute(
                insert(calls_table).values(
                    id=call_id, provider_sid=new_id(), line_id=self.line, language=language,
                    state="waiting", place="queue", received_at=since, waiting_at=since,
                    seen_at=at,
                )
            )  # fmt: skip
        return call_id

    def rings(self, name: str, call_id: str) -> str:
        """Somebody is being rung for a caller; return the leg's id."""
        at = self.console.clock.at
        with write(self.engine) as connection:
            offer = offers.open_offer(
                connection, line_id=self.line, responder_id=self[name], at=at, call_id=call_id
            )
            assert offer
            return offers.plan_leg(connection, offer, "responder", at)

    def misses(self, name: str, call_id: str) -> None:
        """Somebody was rung for a caller, and did not take it."""
        self.rings(name, call_id)
        theirs = select(offer_rows.c.id).where(
            offer_rows.c.responder_id == self[name], offer_rows.c.open
        )
        with write(self.engine) as connection:
            offer = connection.execute(theirs).scalar_one()
            offers.move_offer(connection, offer, "missed")
            offers.close_offer(connection, offer, self.console.clock.at)

    def call(self, call_id: str) -> Any:
        with read(self.engine) as connection:
            return calls.get(connection, call_id)

    def noted(self, call_id: str) -> list[tuple[str, str]]:
        query = select(call_events.c.kind, call_events.c.detail)
        with read(self.engine) as connection:
            rows = connection.execute(query.where(call_events.c.call_id == call_id))
            return [(row.kind, row.detail) for row in rows]

    def doing(self, name: str) -> Presence:
        who = [self[name]]
        with read(self.engine) as connection:
            return live.presences(connection, who, who, self.console.clock.at)[self[name]]

    @contextmanager
    def away(self) -> Iterator[None]:
        """The server ends its streams and gives no new ones for a while, as when it restarts."""
        Process.ending = True
        try:
            watch = self.console.app.extensions.get(EXTENSION)
            until(lambda: watch is None or watch.watchers == 0, 5)
            yield
        finally:
            Process.ending = False

    def hangs_up(self, call_id: str) -> None:
        with write(self.engine) as connection:
            calls.end_call(connection, call_id, self.console.clock.at, "completed")


@pytest.fixture
def floor(sqlite_template: Path, fast_folder: Path) -> Iterator[Floor]:
    """The line, over SQLite: what differs between databases is tested in logging_db."""
    engine = copied(sqlite_template, fast_folder / "board.db")
    yield Floor(Console(engine))
    engine.dispose()
