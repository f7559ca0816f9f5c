"""Recordings that lines play instead of words: kept in memory, served, and doubted.

What a provider does when it cannot fetch the file of a ``<Play>`` is promised nowhere. Seen:
some go on with the next verb in silence; others give up the whole document, ask the fallback
address with that file as ``ErrorUrl``, or say an application error of their own and hang up.
So a caller's words never hang on one fetch: a recording is played only by a process that has
it at hand, also while the database is away; and once the provider says that it could not fetch
one, this process speaks what it says instead for a while (:data:`DOUBT`).
"""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

from sqlalchemy import Connection

from logging_db import line_words
from logging_db.columns import is_id

MOST_BYTES = 64 * 1024 * 1024
"""What is kept in memory at most: over an hour of sound."""

DOUBT = timedelta(minutes=10)


class Sounds:
    """The sounds of recordings, by id. A recording never changes, so none grows old."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._failed: dict[str, datetime] = {}

    def kept(self, recording_id: str) -> bytes | None:
        """Return a sound that is at hand, without the database."""
        with self._lock:
            if recording_id in self._kept:
                self._kept.move_to_end(recording_id)
            return self._kept.get(recording_id)

    def load(self, connection: Connection, recording_id: str) -> bytes | None:
        """Return a sound; ``None`` if there is none of that id."""
        found = self.kept(recording_id)
        if found is None and is_id(recording_id):
            found = line_words.sound(connection, recording_id)
            if found is not None:
                self._keep(recording_id, found)
        return found

    def _keep(self, recording_id: str, sound: bytes) -> None:
        with self._lock:
            self._kept[recording_id] = sound
            while len(self._kept) > 1 and sum(map(len, self._kept.values())) > MOST_BYTES:
                self._kept.popitem(last=False)

    def doubt(self, recording_id: str, at: datetime) -> None:
        """The provider could not fetch this one at ``at``."""
        with self._lock:
            self._failed = {one: when for one, when in self._failed.items() if at - when < DOUBT}
            self._failed[recording_id] = at

    def may_be_played(self, connection: Connection, recording_id: str, at: datetime) -> bool:
        """Tell whether to have the provider fetch this one at ``at``."""
        failed = self._failed.get(recording_id)
        if failed is not None and at - failed < DOUBT:
            return False
        return self.load(connection, recording_id) is not None
