"""Keeping up with the database in a web process, for when it goes away.

The sweep does the same, but on another machine there may be none, and what is spooled lies where
the webhook came in. A thread: it waits nearly all of its time.
"""

import threading

import structlog

from logging_db.engine import is_away
from telephony.desk import Desk
from telephony.taking_in import keep_up

log = structlog.get_logger(__name__)

EVERY_SECONDS = 2.0


class Keeper(threading.Thread):
    """Takes in what was spooled and keeps the snapshot fresh, until the process ends."""

    def __init__(self, desk: Desk, every: float = EVERY_SECONDS) -> None:
        super().__init__(name="keeper", daemon=True)
        self._desk = desk
        self._every = every
        self._stopping = threading.Event()

    def run(self) -> None:
        """Go round until stopped; an error costs one round."""
        while not self._stopping.wait(self._every):
            try:
                keep_up(self._desk, self._desk.clock())
            except Exception as error:
                if not is_away(error):  # that is said by whoever needs it
                    log.exception("not_kept_up")

    def stop(self) -> None:
        """Stop after the round at hand."""
        self._stopping.set()
        self.join()
