"""Which files hold some bytes, asked from outside the process."""

import subprocess
import sys
from pathlib import Path

_SEARCH = """
import sys
from pathlib import Path
folder, needle = Path(sys.argv[1]), sys.argv[2].encode()
for path in sorted(folder.rglob("*")):
    if path.is_file() and needle in path.read_bytes():
        print(path.relative_to(folder))
"""


def files_that_hold(folder: Path, needle: str) -> list[Path]:
    """Return the files under ``folder``, relative to it, whose bytes hold ``needle``.

    A process of its own looks: one that itself opens and closes the file of a SQLite database
    that it is using loses its locks on it, and the next commit may end it with SIGBUS. See "How
    to corrupt an SQLite database file", 2.2, in SQLite's documentation.
    """
    done = subprocess.run(
        [sys.executable, "-c", _SEARCH, str(folder), needle],
        check=True,
        capture_output=True,
        text=True,
    )
    return [Path(line) for line in done.stdout.splitlines()]
