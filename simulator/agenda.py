"""What is to happen later: a heap of timers."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count


@dataclass(order=True)
class Timer:
    """One thing to do at ``at``; ``number`` keeps timers of one instant in order."""

    at: datetime
    number: int
    do: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """Forget this timer; it is dropped when its turn comes."""
        self.cancelled = True


class Agenda:
    """Timers in the order of their instants, first come first served within one."""

    def __init__(self) -> None:
        self._heap: list[Timer] = []
        self._numbers = count()

    def add(self, at: datetime, do: Callable[[], None]) -> Timer:
        """Have ``do`` called at ``at`` and return the timer, which can be cancelled."""
        timer = Timer(at, next(self._numbers), do)
        heapq.heappush(self._heap, timer)
        return timer

    def next_at(self) -> datetime | None:
        """Return the instant of the earliest timer, ``None`` when there is none."""
        while self._heap and self._heap[0].cancelled:
            heapq.heappop(self._heap)
        return self._heap[0].at if self._heap else None

    def pop_due(self, now: datetime) -> Timer | None:
        """Take the earliest timer that is due at ``now``, if any."""
        due = self.next_at()
        return heapq.heappop(self._heap) if due is not None and due <= now else None
