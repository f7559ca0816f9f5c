"""Virtual time that several processes share: the simulator moves it, the worker reads it."""

import mmap
import struct
from datetime import UTC, datetime
from pathlib import Path

from simulator.clock import VirtualClock

_FORMAT = "<d"
_SIZE = struct.calcsize(_FORMAT)


class SharedClock(VirtualClock):
    """The simulator's virtual clock, which also writes the time into a file."""

    def __init__(self, path: Path, start: datetime) -> None:
        super().__init__(start)
        path.write_bytes(b"\0" * _SIZE)
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), _SIZE)
        self.set(start)

    def move(self, to: datetime) -> None:
        super().move(to)
        self._shared[:_SIZE] = struct.pack(_FORMAT, to.timestamp())

    def set(self, to: datetime) -> None:
        """Put the clock anywhere: a new story begins."""
        self._now = to.astimezone(UTC)
        self._shared[:_SIZE] = struct.pack(_FORMAT, to.timestamp())


class ReadClock:
    """The same time, seen from another process."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._shared = mmap.mmap(file.fileno(), _SIZE, access=mmap.ACCESS_READ)

    def __call__(self) -> datetime:
        (seconds,) = struct.unpack(_FORMAT, self._shared[:_SIZE])
        return datetime.fromtimestamp(seconds, UTC)
