"""How soon a request that failed is made again: soon at first, then slower, never in step.

The sweep repeats what was asked of the provider and did not come about, after a pause longer
than any request may take: somebody may be asking right now. Where the provider has answered,
nobody is, and whoever waits for it need not wait so long.
"""

import random
import threading
from collections import OrderedDict
from datetime import datetime, timedelta

from callbacks.dialler import DiallerError

AFTER_REFUSAL = 1.0
"""Seconds after a refusal because of pace: nothing was done."""

AFTER_DOUBT = 2.0
"""Seconds after an unclear answer. It may have been done all the same; then the provider asks
for its document well before, and the row says that nothing is wanted any more."""

JITTER = 1.0
"""Up to so many seconds more, so that those who were refused together do not come together."""

REMEMBERED = 5_000


class Failures:
    """How often what is wanted has failed in this process. To forget it costs a quick retry."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._counts: OrderedDict[str, int] = OrderedDict()
        self._most = most
        self._lock = threading.Lock()

    def next(self, wanted: str) -> int:
        """Count a failure and return how many there were before."""
        with self._lock:
            before = self._counts.pop(wanted, 0)
            self._counts[wanted] = before + 1
            if len(self._counts) > self._most:
                self._counts.popitem(last=False)
            return before


_failures = Failures()


def asked_at(wanted: str, error: DiallerError, at: datetime, pause: timedelta) -> datetime | None:
    """Return what to write as the instant of asking, so that ``pause`` is over in time.

    ``None`` where the whole pause is right: the refusal is final and there is no hurry, or it
    has failed too often. ``wanted`` names what was asked for; each failure doubles the wait.
    """
    if not (error.unclear or error.throttled):
        return None
    first = AFTER_DOUBT if error.unclear else AFTER_REFUSAL
    wait = first * 2 ** min(_failures.next(wanted), 10) + random.random() * JITTER  # noqa: S311 # jitter, no secret
    return at - pause + timedelta(seconds=wait) if wait < pause.total_seconds() else None
