"""What happens while the database is away, written to disk until it can go into the book.

A file a call, a line of JSON an event: what we did for a caller, or a webhook that nobody could
take. No number stands in any of them. Many processes write at once, and one takes a file away:
each holds the file's lock meanwhile, and a writer looks whether the file is still the one that
bears its name.
"""

import errno
import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import Any

import structlog

log = structlog.get_logger(__name__)

KEPT = ".jsonl"
TAKEN = ".taken"
ASIDE = "aside"
LOCK = "lock"
BEGINNING = b'{"at": "'
_NAME = re.compile(r"[A-Za-z0-9-]{1,80}")

Event = dict[str, Any]


class UnreadableError(Exception):
    """A file of the spool that holds something else."""


class Spool:
    """The files in ``folder``; with ``None`` nothing is kept."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder

    def add(self, name: str, at: datetime, kind: str, **more: Any) -> bool:
        """Write an event into the file ``name``; tell whether it is safe on the disk.

        Never raises: a caller is served, whatever the disk does.
        """
        if self.folder is None or not _NAME.fullmatch(name):
            return False
        line = json.dumps({"at": at.isoformat(), "kind": kind, **more}).encode() + b"\n"
        try:
            if not self.folder.is_dir():
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                _keep_names(self.folder.parent)
            new = not self.has(name)
            with _held(self.folder / (name + KEPT), os.O_CREAT) as descriptor:
                _append(descriptor, line)
            if new:
                _keep_names(self.folder)
        except OSError as error:
            log.warning("spool_not_written", name=name, kind=kind, reason=error.strerror)
            return False
        return True

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """Tell whether this process is the only one here that takes files in, while it lasts."""
        if self.folder is None or not self.folder.is_dir():
            yield False
            return
        descriptor = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
        finally:
            os.close(descriptor)

    def has(self, name: str) -> bool:
        """Tell whether there is a file of this name here, not taken yet."""
        return self.folder is not None and (self.folder / (name + KEPT)).exists()

    def names(self, prefix: str) -> list[str]:
        """Return the names of the files that begin so."""
        return sorted({file.stem for file in self._files() if file.name.startswith(prefix)})

    def read(self, name: str) -> list[Event]:
        """Return the events of a file, what was taken before first; :class:`UnreadableError`."""
        assert self.folder is not None  # noqa: S101 # whoever knows a name has a folder
        events: list[Event] = []
        for file in (self.folder / (name + TAKEN), self.folder / (name + KEPT)):
            with suppress(FileNotFoundError):  # another process may just have taken it in
                events += _events(file)
        return events

    def take(self, name: str) -> None:
        """Keep what there is from growing: what comes from now on is written into a new file.

        A file that was taken before, and not done with, takes in the newer one.
        """
        assert self.folder is not None  # noqa: S101 # whoever knows a name has a folder
        taken, kept = self.folder / (name + TAKEN), self.folder / (name + KEPT)
        if not kept.exists():
            return
        with _held(kept) as descriptor:
            if taken.exists():
                with _held(taken) as older:
                    _append(older, os.pread(descriptor, os.fstat(descriptor).st_size, 0))
                kept.unlink()
            else:
                kept.rename(taken)

    def drop(self, name: str) -> None:
        """What was taken stands in the book: forget it."""
        assert self.folder is not None  # noqa: S101 # whoever knows a name has a folder
        (self.folder / (name + TAKEN)).unlink(missing_ok=True)

    def put_aside(self, name: str) -> None:
        """Keep a file that cannot be read for somebody to look at, out of the way."""
        assert self.folder is not None  # noqa: S101 # whoever knows a name has a folder
        (self.folder / ASIDE).mkdir(mode=0o700, exist_ok=True)
        for file in (self.folder / (name + TAKEN), self.folder / (name + KEPT)):
            to = _free(self.folder / ASIDE / file.name)
            with suppress(FileNotFoundError):
                file.rename(to)
                log.error("spool_file_put_aside", name=f"{ASIDE}/{to.name}")

    def aside(self) -> list[str]:
        """Return the names of the files that were put aside."""
        if self.folder is None or not (self.folder / ASIDE).is_dir():
            return []
        return sorted(file.name for file in (self.folder / ASIDE).iterdir())

    def _files(self) -> Iterator[Path]:
        if self.folder is None or not self.folder.is_dir():
            return
        for file in self.folder.iterdir():
            if file.suffix in (KEPT, TAKEN):
                yield file


@contextmanager
def _held(file: Path, flags: int = 0) -> Iterator[int]:
    """Open a file and hold its lock; it bears its name for as long."""
    while True:
        descriptor = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | flags, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            try:
                same = file.stat().st_ino == os.fstat(descriptor).st_ino
            except FileNotFoundError:
                same = False  # it was taken between our opening it and our turn
            if same:
                yield descriptor
                return
        finally:
            os.close(descriptor)


def _append(descriptor: int, lines: bytes) -> None:
    """Write whole lines, past a line that a crash cut short, and wait for the disk."""
    size = os.fstat(descriptor).st_size
    cut = size and os.pread(descriptor, 1, size - 1) != b"\n"
    whole = b"\n" * bool(cut) + lines
    if os.write(descriptor, whole) != len(whole):
        os.ftruncate(descriptor, size)
        raise OSError(errno.ENOSPC, "the disk is full")
    os.fsync(descriptor)


def _free(file: Path) -> Path:
    """Return the path, or the first like it that is not taken: nothing aside is written over."""
    others = (file.with_name(f"{file.stem}-{n}{file.suffix}") for n in count(2))
    return next(one for one in chain([file], others) if not one.exists())


def _keep_names(folder: Path) -> None:
    """Wait for the disk to know that there is a new file, and not only what is in it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _events(file: Path) -> list[Event]:
    """Read a file. A line that a crash cut short never happened; one told twice happened once."""
    events = []
    for written in dict.fromkeys(file.read_bytes().split(b"\n")):
        line = written.rstrip(b"\0")  # which a power cut may leave
        try:
            events.append(_event(line))
        except (ValueError, KeyError, TypeError) as error:
            whole = not isinstance(error, json.JSONDecodeError)
            if whole or not _was_cut_short(line):
                raise UnreadableError(f"{file.name}: {type(error).__name__}") from None
    return events


def _event(line: bytes) -> Event:
    event: Event = json.loads(line)
    datetime.fromisoformat(event["at"])
    return event | {"kind": str(event["kind"])}


def _was_cut_short(line: bytes) -> bool:
    return BEGINNING.startswith(line) or line.startswith(BEGINNING)
