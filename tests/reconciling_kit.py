"""Calls at the provider, calls in the book, and a night in which both are compared."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select

from logging_db import calls as record
from logging_db import reconciliations as book
from logging_db.engine import read, write
from logging_db.tables import discrepancies, lines
from permanence.settings import Provider
from simulator.calls import Call
from simulator.exchange import Exchange
from telephony.desk import Desk
from telephony.reconciling import reconcile
from tests.kept_books import imported
from tests.stories.cast import FEDERATION
from tests.stories.world import ACCOUNT, LINE, TOKEN

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
DAY = timedelta(days=1)
NIGHT = MONDAY + DAY + timedelta(hours=3)
NOON = MONDAY + timedelta(hours=12)
CALLER = "+32499000001"


def provider(port: int) -> Provider:
    return Provider.model_validate(
        {
            "account_sid": ACCOUNT,
            "auth_token": TOKEN,
            "base_url": f"http://127.0.0.1:{port}",
            "public_url": "https://line.example",
        }
    )


def add_call(
    exchange: Exchange, at: datetime, seconds: int = 60, status: str = "completed", **more: Any
) -> str:
    """Have the provider know a call that somebody answered at once."""
    names = {"from_": CALLER, "to": LINE, "direction": "inbound"} | more
    call = Call(ACCOUNT, created_at=at, **names)
    call.started_at, call.status = at, status
    call.answered_at = at if status in ("completed", "in-progress") else None
    call.ended_at = at + timedelta(seconds=seconds) if call.over else None
    exchange.calls[call.sid] = call
    return call.sid


class Night:
    """A desk over a book with the usual line, and the provider's list."""

    def __init__(self, desk: Desk, exchange: Exchange, calls: Any) -> None:
        self.desk, self.exchange, self.calls = desk, exchange, calls
        self.now = NIGHT
        self.pauses: list[float] = []
        imported(desk.engine, desk.cipher, FEDERATION)
        (self.line_id,) = self.rows(lines.c.id)[0]

    @property
    def engine(self) -> Engine:
        return self.desk.engine

    def there(self, at: datetime = NOON, seconds: int = 60, **more: Any) -> str:
        return add_call(self.exchange, at, seconds, **more)

    def is_ours(self) -> None:
        """Have the line be ours for long: a call of weeks ago stands in the book."""
        self.here("CA" + "0" * 32, MONDAY - 30 * DAY)

    def here(self, sid: str, at: datetime = NOON, seconds: int | None = 60) -> str:
        """Have the book know a call; without ``seconds`` one that is open."""
        with write(self.engine) as connection:
            call_id = record.open_call(connection, provider_sid=sid, line_id=self.line_id, at=at)
            assert call_id
            if seconds is not None:
                ended = at + timedelta(seconds=seconds)
                record.end_call(connection, call_id, ended, "completed")
        return call_id

    def passes(self, since: datetime = MONDAY, **more: Any) -> bool:
        """Compare a day now; a pause is written down and takes no time."""
        desk = replace(self.desk, clock=lambda: self.now)
        more = {"pause": self.paused} | more
        return reconcile(desk, self.calls, since, since + DAY, **more)

    def paused(self, seconds: float) -> None:
        if seconds:
            self.pauses.append(seconds)

    def rows(self, *columns: Any) -> list[Any]:
        with read(self.engine) as connection:
            return list(connection.execute(select(*columns)).all())

    @property
    def found(self) -> dict[str, tuple[str, bool]]:
        """The differences: kind and whether mended, by the provider's id."""
        d = discrepancies.c
        rows = self.rows(d.kind, d.provider_sid, d.mended_at)
        return {row.provider_sid: (row.kind, row.mended_at is not None) for row in rows}

    @property
    def run(self) -> Any:
        """The newest day that was compared."""
        with read(self.engine) as connection:
            return book.latest(connection)[0]
