"""Once a night: the provider's list of calls is held against the book.

A thread of the sweep's process, as telling people is: it waits nearly all of its time, and a
provider that is slow or lies delays no call. Every sweep has one; the period's row says
which of them does it.
"""

import random
import threading
from collections.abc import Callable

import structlog

from logging_db import reconciliations
from logging_db.engine import read
from telephony.desk import Desk
from telephony.reconciling import CallList, StoppedError, reconcile

log = structlog.get_logger(__name__)

EVERY_SECONDS = 300.0
"""How often it is looked whether the night has come, give or take: several machines do not
come all at once."""

LAST_SECONDS = 1.0
"""How long the request at hand is waited for at the end."""


def tonight(desk: Desk, calls: CallList, pause: Callable[[float], None]) -> None:
    """Compare each day that is due, the oldest first. See :func:`reconciliations.due`."""
    with read(desk.engine) as connection:
        periods = reconciliations.due(connection, desk.clock())
    for since, until in periods:
        reconcile(desk, calls, since, until, pause=pause)


class Nightly(threading.Thread):
    """Looks every few minutes whether a day is to be compared, until it is stopped.

    An error costs one round. A daemon: a request that hangs does not keep us from ending;
    whatever was under way is taken over by the next process.
    """

    def __init__(self, desk: Desk, calls: CallList, every: float = EVERY_SECONDS) -> None:
        super().__init__(name="nightly", daemon=True)
        self._desk = desk
        self._calls = calls
        self._every = every
        self._stopping = threading.Event()

    def run(self) -> None:
        """Go round until stopped."""
        while not self._stopping.is_set():
            try:
                tonight(self._desk, self._calls, self._pause)
            except Exception:
                log.exception("nightly_failed")
            spread = 0.5 + random.random()  # noqa: S311 # jitter, no secret
            self._stopping.wait(self._every * spread)

    def _pause(self, seconds: float) -> None:
        if self._stopping.wait(seconds):
            raise StoppedError

    def stop(self) -> None:
        """Stop at the next pause; wait a little for it."""
        self._stopping.set()
        self.join(LAST_SECONDS)
