"""Files that were uploaded and wait until somebody has looked at what they would do.

They lie in a private folder of this machine: not in the browser, which could hand back
another one, and not in the database. Each is bound to the log-in that brought it and is
deleted as soon as it is imported or given up, else after an hour. A machine that does not
have it asks for it again.
"""

import json
import secrets
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from console.office import office
from console.person import current_person

KEPT = 3600  # seconds by the clock of the files
MOST = 20  # files that wait at once; the oldest gives way
NAME_AT_MOST = 120


@dataclass(frozen=True)
class Waiting:
    """An uploaded file and the choices that came with it.

    ``line`` is the number for rows that name none, or empty; ``at`` is when it came.
    """

    id: str
    name: str
    line: str
    remove_others: bool
    at: datetime
    content: bytes


@cache
def _of_this_process() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="permanence-uploads-")


def _folder() -> Path:
    folder = office().settings.uploads
    if folder is None:
        return Path(_of_this_process().name)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def keep(name: str, content: bytes, *, line: str, remove_others: bool) -> Waiting:
    """Have a file wait; forget those that have waited too long."""
    _forget_old()
    waiting = Waiting(
        secrets.token_hex(16), plain_name(name), line, remove_others, office().clock(), content
    )
    about = asdict(waiting) | {"at": waiting.at.isoformat(), "owner": _owner()}
    del about["content"], about["id"]
    path = _folder() / waiting.id
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(json.dumps(about).encode() + b"\n" + content)
    return waiting


def find(waiting_id: str) -> Waiting | None:
    """Return a file that this log-in brought, or ``None`` where there is none (any more)."""
    if len(waiting_id) != 32 or not set(waiting_id) <= set("0123456789abcdef"):
        return None
    _forget_old()
    try:
        head, _, content = (_folder() / waiting_id).read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None
    about = json.loads(head)
    if about.pop("owner") != _owner():
        return None
    about["at"] = datetime.fromisoformat(about["at"])
    return Waiting(id=waiting_id, content=content, **about)


def forget(waiting: Waiting) -> None:
    """Delete a file: it was imported, or given up."""
    (_folder() / waiting.id).unlink(missing_ok=True)


def plain_name(name: str) -> str:
    """Return the name of a file without its folders, short enough to be shown."""
    last = name.replace("\\", "/").rpartition("/")[2]
    stem, dot, suffix = "".join(filter(str.isprintable, last)).rpartition(".")
    return f"{stem[: NAME_AT_MOST - len(suffix) - 1]}{dot}{suffix}"[:NAME_AT_MOST] or "?"


def _owner() -> str:
    return current_person().session.id


def _forget_old() -> None:
    """Delete what has waited too long, and the oldest of too many."""
    ages: list[tuple[float, Path]] = []
    for path in _folder().iterdir():
        with suppress(FileNotFoundError):  # another process was faster
            ages.append((path.stat().st_mtime, path))
    ages.sort(reverse=True)
    oldest = time.time() - KEPT
    for place, (age, path) in enumerate(ages):
        if age < oldest or place >= MOST:
            path.unlink(missing_ok=True)
