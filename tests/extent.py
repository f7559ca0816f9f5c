"""How much is tried: every case once, or in all of its ways, as before a change lands.

``EVERY_CASE=1 ./run test`` runs each test with both databases, has axe look at each page twice,
and runs what takes long as well; `.ci/run` sets it.
"""

import os
from zlib import crc32

EVERY_CASE = bool(os.environ.get("EVERY_CASE"))


def half(name: str) -> int:
    """Return which half something belongs to, 0 or 1: the same one every time."""
    return crc32(name.encode()) % 2
