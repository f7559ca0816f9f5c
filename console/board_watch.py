"""One thread a process looks at the lines once a second while somebody watches the board.

All streams share what it sees, so that a hundred boards ask the database no more than one.
There is a fixed number of places for streams (``console.streams``): the web server has as many
threads more than it needs for everything else, so that no number of boards slows a webhook.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic, sleep
from typing import Any

import structlog
from flask import current_app

from console.board_state import State, compose
from console.office import Office, office

log = structlog.get_logger(__name__)

EXTENSION = "console.board"
EVERY_SECONDS = 1.0
BEHIND_SECONDS = 5.0
"""Older than that, what was seen last is no longer how it is."""


class Process:
    """Whether this process comes to its end: then every stream ends within half a second.

    A plain flag, as a signal handler sets it.
    """

    ending = False


@dataclass(frozen=True)
class Seen:
    """The board as it was seen ``at`` that instant; ``by`` a monotonic clock in seconds.

    ``words`` keeps what viewers are told of it, by language.
    """

    state: State
    digest: str
    at: datetime
    by: float
    words: dict[str, dict[str, Any]] = field(default_factory=dict, compare=False)

    @property
    def behind(self) -> bool:
        """Whether it is too old to be called the present."""
        return monotonic() - self.by > BEHIND_SECONDS


def look(place: Office) -> Seen:
    """Look at the lines now."""
    by, at = monotonic(), place.clock()
    with place.read() as connection:
        state = compose(connection, place.rosters.load(connection, at), at)
    return Seen(state, state.digest, at, by)


class Watch:
    """What is seen, shared by all who look; places for so many streams as ``places`` says."""

    def __init__(self, places: int, look: Callable[[], Seen]) -> None:
        self._look = look
        self._places = threading.BoundedSemaphore(places) if places else None
        self._news = threading.Condition()
        self._seen: Seen | None = None
        self.watchers = 0
        self._failing = False
        self._thread: threading.Thread | None = None

    def enter(self) -> bool:
        """Take a place for a stream, if one is free."""
        if self._places is None or not self._places.acquire(blocking=False):
            return False
        with self._news:
            self.watchers += 1
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="board", daemon=True)
                self._thread.start()
        return True

    def leave(self) -> None:
        """Give the place back; without anybody who looks the thread ends."""
        with self._news:
            self.watchers -= 1
        if self._places is not None:
            self._places.release()

    def fresh(self, within: float = EVERY_SECONDS) -> Seen:
        """Return what was seen within so many seconds, or look."""
        seen = self._seen
        if seen is None or monotonic() - seen.by > within:
            seen = self._keep(self._look())
        return seen

    def wait(self, known: str, seconds: float) -> Seen | None:
        """Wait until something else is seen than ``known`` (a digest); return what is seen."""
        with self._news:
            self._news.wait_for(lambda: self._is_news(known), seconds)
            return self._seen

    def _is_news(self, known: str) -> bool:
        return self._seen is not None and self._seen.digest != known and not self._seen.behind

    def _keep(self, seen: Seen) -> Seen:
        with self._news:
            if self._seen is None or seen.by >= self._seen.by:
                self._seen = seen
            self._news.notify_all()
        return seen

    def _run(self) -> None:
        while not Process.ending:
            began = monotonic()
            self._try()
            with self._news:
                if self.watchers == 0:
                    self._thread = None
                    return
            sleep(max(0.05, EVERY_SECONDS - (monotonic() - began)))

    def _try(self) -> None:
        """Look once; that it cannot be done is said once, and not every second."""
        try:
            self._keep(self._look())
            self._failing = False
        except Exception:
            if not self._failing:
                log.exception("board_not_seen")
            self._failing = True


def the_watch() -> Watch:
    """Return the watch of this application; it is made when somebody first looks."""
    with _making:
        found: Watch | None = current_app.extensions.get(EXTENSION)
        if found is None:
            place = office()
            found = Watch(place.settings.streams, lambda: look(place))
            current_app.extensions[EXTENSION] = found
    return found


_making = threading.Lock()
