"""What the line was like when the database last answered: enough to ring people without it.

It is written again every few seconds by whoever has the database at hand, and read by whoever
has lost it, also by a process that starts only then. Names and lines stand in it as they are;
a responder's number stands in it sealed, exactly as in the book.
"""

import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

import structlog
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, select

from logging_db import live, pauses
from logging_db.cipher import FieldCipher, SealBrokenError, phone_place
from logging_db.rosters import Book
from logging_db.tables import responders
from routing.roster import Roster

log = structlog.get_logger(__name__)

EVERY = timedelta(seconds=5)
"""So old it may be before it is made anew."""

ON_DISK_EVERY = timedelta(minutes=2)
"""So old the file may be although nothing has changed."""

STALE = timedelta(days=1)


@dataclass(frozen=True)
class Snapshot:
    """The rosters at ``at``, the sealed numbers (base64) by responder, who paused, who was busy.

    ``busy`` says with what: ``ringing`` or ``talking``.
    """

    at: datetime
    book: Book
    sealed: Mapping[str, str]
    paused: frozenset[str]
    busy: Mapping[str, str]

    def number_of(self, responder_id: str, cipher: FieldCipher) -> str | None:
        """Return a responder's number, ``None`` if it is not known or does not open."""
        sealed = self.sealed.get(responder_id)
        if sealed is None:
            return None
        try:
            return cipher.open(b64decode(sealed), phone_place(responder_id))
        except (SealBrokenError, ValueError):
            log.warning("number_does_not_open", responder=responder_id)
            return None


_FORM = TypeAdapter(Snapshot)


class Snapshots:
    """The newest snapshot, in memory and in ``file``; with ``None`` in memory alone."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._latest: Snapshot | None = None
        self._written: Snapshot | None = None
        self._read_at: int | None = None
        self._lock = Lock()

    def are_due(self, at: datetime) -> bool:
        """Tell whether the newest is no longer fresh."""
        return self._latest is None or abs(at - self._latest.at) >= EVERY

    def keep(self, connection: Connection, book: Book, at: datetime) -> None:
        """Make a new one, and write it down if it tells anything new."""
        latest = self._latest
        same = latest and (latest.book.version, latest.book.begins) == (book.version, book.begins)
        book = latest.book if latest and same else _plain(book)
        made = self._latest = look(connection, book, at)
        last = self._written
        if last is None or replace(last, at=at) != made or abs(at - last.at) >= ON_DISK_EVERY:
            self._write(made)

    def last(self, at: datetime) -> Snapshot | None:
        """Return the newest there is, however old; say in the log if it is stale."""
        with self._lock:
            self._read()
        found = self._latest
        if found is not None and at - found.at > STALE:
            log.warning("snapshot_stale", hours=round((at - found.at) / timedelta(hours=1)))
        return found

    def _write(self, made: Snapshot) -> None:
        if self._file is None:
            return
        new = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            new.touch(mode=0o600)
            with new.open("wb") as file:
                file.write(_FORM.dump_json(replace(made, book=replace(made.book, by_number={}))))
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._file)
            self._written = made
        except OSError as error:
            log.warning("snapshot_not_written", reason=error.strerror)
            with suppress(OSError):
                new.unlink(missing_ok=True)  # a half of it would only fill the disk

    def _read(self) -> None:
        """Read the file if another process has written it since; a bad one is as good as none."""
        if self._file is None:
            return
        try:
            changed = self._file.stat().st_mtime_ns
            if changed == self._read_at:
                return
            found = _FORM.validate_json(self._file.read_bytes())
        except FileNotFoundError:
            return
        except (OSError, ValidationError) as error:
            log.warning("snapshot_not_read", reason=type(error).__name__)
            return
        self._read_at = changed
        if self._latest is None or found.at > self._latest.at:
            by_number = _by_number(found.book.by_id)
            self._latest = replace(found, book=replace(found.book, by_number=by_number))


def look(connection: Connection, book: Book, at: datetime) -> Snapshot:
    """Return what there is to know at ``at``."""
    query = select(responders.c.id, responders.c.phone).where(responders.c.active)
    return Snapshot(
        at=at,
        book=book,
        sealed={row.id: b64encode(row.phone).decode() for row in connection.execute(query)},
        paused=frozenset(pauses.under_way(connection)),
        busy=live.busy(connection),
    )


def _plain(book: Book) -> Book:
    """Leave out a line's own words: recordings lie in the database, and ours do as well."""
    by_id = {key: replace(one, line=replace(one.line, words={})) for key, one in book.by_id.items()}
    return replace(book, by_id=by_id, by_number=_by_number(by_id))


def _by_number(by_id: Mapping[str, Roster]) -> dict[str, Roster]:
    return {number: one for one in by_id.values() for number in one.line.all_numbers}
