"""On what was measured: a reader can judge the figures only with this."""

import os
import platform
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from benchmarks.figures import Figure, milliseconds

PROBES = 200


def look() -> Iterator[Figure]:
    """Describe the machine, at this moment."""
    yield Figure("date", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
    yield Figure("processors for us", str(len(os.sched_getaffinity(0))))
    yield Figure("load average at the start", " ".join(f"{x:.2f}" for x in os.getloadavg()))
    yield Figure("Python; SQLite", f"{platform.python_version()}; {sqlite3.sqlite_version}")
    yield Figure("system", f"{platform.system()} {platform.release()} {platform.machine()}")
    yield Figure(f"fsync of 4 KiB in {tempfile.gettempdir()}", milliseconds(fsyncs(), 50, 99))


def fsyncs(count: int = PROBES) -> list[float]:
    """Return how long the disk takes to make a small write durable, in seconds.

    Far below a millisecond, something between us and the disk keeps a cache.
    """
    taken = []
    with tempfile.TemporaryFile() as file:
        for _ in range(count):
            file.write(bytes(4096))
            file.flush()
            began = time.perf_counter()
            os.fsync(file.fileno())
            taken.append(time.perf_counter() - began)
    return taken
