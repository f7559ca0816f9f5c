"""How often one calendar, or one visitor with a wrong address, may ask."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock


@dataclass
class Pace:
    """Counts askings by a key, in windows of a few minutes.

    The counts are those of this process and are gone with it: they keep a program that went
    astray from keeping us busy. Secrets of 192 bits need no guard against guessing.
    """

    most: int = 30
    window: timedelta = timedelta(minutes=10)
    keys: int = 4096
    _counts: OrderedDict[str, tuple[datetime, int]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def lets_through(self, key: str, at: datetime) -> bool:
        """Count an asking at ``at``; tell whether it is one of the allowed ones."""
        with self._lock:
            since, count = self._counts.get(key, (at, 0))
            if at - since >= self.window:
                since, count = at, 0
            self._counts[key] = (since, count + 1)
            self._counts.move_to_end(key)
            while len(self._counts) > self.keys:
                self._counts.popitem(last=False)
            return count < self.most
