"""One `serve` a data_dir."""

import fcntl
import os
import time
from pathlib import Path

from permanence.errors import OperatorError

LEFTOVER_SECONDS = 10.0


class DataDirInUseError(OperatorError):
    """Somebody else serves from this data_dir."""


class DataDirLock:
    """A lock on a file, held by `serve` and, through ``fd``, by each of its children.

    So a `serve` that was killed keeps the next one out until its last process has gone,
    and two never write to the same stores.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take(self, patience: float = LEFTOVER_SECONDS) -> None:
        """Take the lock; wait up to ``patience`` seconds for leftovers of a killed `serve`."""
        deadline = time.monotonic() + patience
        while not self._try():
            holder = self._holder()
            if holder is not None:
                raise DataDirInUseError(
                    f"Another serve (process {holder}) uses {self._path.parent}. "
                    "End it, or choose another data_dir."
                )
            if time.monotonic() > deadline:
                raise DataDirInUseError(
                    f"Processes of a serve that was killed still use {self._path.parent}. "
                    f"End them: fuser {self._path}"
                )
            time.sleep(0.1)
        os.ftruncate(self.fd, 0)
        os.pwrite(self.fd, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Close our end. The lock is free when the last child has closed its own."""
        os.close(self.fd)

    def _try(self) -> bool:
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _holder(self) -> int | None:
        """Return the process that wrote its number into the file, if it lives."""
        try:
            pid = int(os.pread(self.fd, 16, 0))
            os.kill(pid, 0)
        except (ValueError, ProcessLookupError):
            return None
        except PermissionError:
            return pid
        return None if pid == os.getpid() else pid
