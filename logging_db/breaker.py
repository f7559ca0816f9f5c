"""Leaving a service alone that has just failed, so that waiting for it costs nothing."""

import threading
import time
from collections.abc import Callable

REST_SECONDS = 2.0


class Breaker:
    """Open for ``rest`` seconds after a failure; then lets one attempt through at a time."""

    def __init__(
        self, rest: float = REST_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rest = rest
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = False
        self._next_try = 0.0

    def lets_through(self) -> bool:
        """Tell whether to try. Each yes should be followed by :meth:`report`."""
        if not self._failed:
            return True
        with self._lock:
            now = self._clock()
            if now < self._next_try:
                return False
            self._next_try = now + self._rest  # the others wait for what this one finds
            return True

    def report(self, *, worked: bool) -> None:
        """Say how the attempt went."""
        with self._lock:
            self._failed = not worked
            self._next_try = self._clock() + self._rest
