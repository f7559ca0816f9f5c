"""A PostgreSQL connection on which nobody waits for ever.

The server's own limits are no help when it hangs: it is alive for the network, takes what
is sent and never answers. So every wait for an answer ends here, too.
"""

import time
from collections.abc import Iterable
from typing import Any

import psycopg

WAIT_SECONDS = 2.4
"""A little longer than the server lets a statement run: as a rule it speaks first. With the
wait for a connection of the pool this stays under the five seconds that the provider waits."""


ROWS_A_SECOND = 1000
"""So slowly many rows may go in at once, which is one wait: an import is no hanging server."""


class LimitedConnection(psycopg.Connection[Any]):
    """Gives up, and the connection too, after :data:`WAIT_SECONDS` without an answer.

    ``limit`` may be lifted (``None``) for work that takes its time, such as a migration.
    """

    limit: float | None = WAIT_SECONDS

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for the server as the library does, up to the limit."""
        limit = self.limit if timeout is None else timeout
        began = time.monotonic()
        try:
            return super().wait(gen, interval, limit)
        except psycopg.OperationalError:
            if limit is not None and time.monotonic() - began >= limit:
                # What it was about to answer would be taken for the answer to the next
                # question; and to roll back would be to wait once more.
                self.pgconn.finish()
            raise


class LimitedCursor(psycopg.Cursor[Any]):
    """Gives a statement that is run for many rows at once the time that they take."""

    def executemany(
        self, query: Any, params_seq: Iterable[Any], *, returning: bool = False
    ) -> None:
        """Run it for all rows, within the limit and what is added for each."""
        rows = list(params_seq)
        connection = self.connection
        if not isinstance(connection, LimitedConnection) or connection.limit is None:
            super().executemany(query, rows, returning=returning)
            return
        usual = connection.limit
        connection.limit = usual + len(rows) / ROWS_A_SECOND
        try:
            super().executemany(query, rows, returning=returning)
        finally:
            connection.limit = usual
