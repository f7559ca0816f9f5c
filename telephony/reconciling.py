"""Reconciling: the provider's list of a closed period against the book, and mending it.

The list is read page by page, with patience, and no transaction is open meanwhile. What
differs is looked at again in the transaction that mends it, so that it is mended once,
whatever else has come in between.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar

import structlog

from callbacks.dialler import DiallerError
from logging_db import reconciliations as book
from logging_db.engine import read, write
from logging_db.reconciliations import Run
from telephony import comparing, known, mending
from telephony.comparing import Difference, Ours, Told
from telephony.desk import Desk
from telephony.known import Expected

log = structlog.get_logger(__name__)

MARGIN = timedelta(hours=1)
"""How far beyond the period the list is read: clocks differ, calls wait before they start,
and some providers know whole days only."""

MOST_PAGES = 2_000
MOST_ASKED = 200
"""How many calls that the list lacks are asked for one by one."""

TRIES = 6
LONGEST_PAUSE = 30.0
LONGEST_RUN = 3_600.0
"""Seconds. Well before the run would be taken for dead, and taken over."""

AT_ONCE = 200

T = TypeVar("T")


class CallList(Protocol):
    """The provider's list of calls. Every method raises :class:`DiallerError`."""

    def page(
        self, since: datetime, until: datetime, after: str | None
    ) -> tuple[list[Told], str | None]:
        """Return calls that started in a period, and where to go on (``after``), if anywhere."""

    def one(self, sid: str) -> Told | None:
        """Return one call, ``None`` where the provider knows no such call."""


class StoppedError(Exception):
    """Raised by a pause: the process is about to end."""


class GaveUpError(Exception):
    """The run cannot go on; the message says why, in words for the row."""


@dataclass
class Search:
    """A run under way: who asks whom, how patiently, and what was found so far.

    ``pause`` waits some seconds, or raises :class:`StoppedError`; ``tell`` is told how many
    calls were compared since it was told last.
    """

    desk: Desk
    calls: CallList
    run: Run
    ours: Ours
    pause: Callable[[float], None]
    tell: Callable[[int], None]
    compared: int = 0
    seen: set[str] = field(default_factory=set)
    found: list[Difference] = field(default_factory=list)
    ends: float = field(default_factory=lambda: time.monotonic() + LONGEST_RUN)

    def ask(self, question: Callable[[], T]) -> T:
        """Ask the provider; again, and ever later, where it is busy or gives no clear answer."""
        for attempt in range(TRIES):
            if time.monotonic() > self.ends:
                raise GaveUpError("it took too long")
            self.pause(0)  # time to stop, if the process ends
            try:
                return question()
            except DiallerError as error:
                if not (error.throttled or error.unclear) or attempt == TRIES - 1:
                    raise
            spread = 0.5 + random.random()  # noqa: S311 # jitter, no secret
            self.pause(min(2.0**attempt, LONGEST_PAUSE) * spread)
        raise AssertionError  # the last attempt returns or raises


def reconcile(
    desk: Desk,
    call_list: CallList,
    since: datetime,
    until: datetime,
    *,
    again: bool = False,
    pause: Callable[[float], None] = time.sleep,
    tell: Callable[[int], None] = lambda _count: None,
) -> bool:
    """Compare a closed period (UTC, half-open), unless it is done or somebody is at it.

    Tells whether it was done now; how it went stands in its row. ``again`` repeats it.
    """
    with write(desk.engine) as connection:
        run = book.claim(connection, since, until, desk.clock(), again=again)
    if run is None:
        return False
    with read(desk.engine) as connection:
        ours = known.ours(connection)
    search = Search(desk, call_list, run, ours, pause, tell)
    failure = _look(search)
    unmended = mending.mend(desk, run, ours, search.found)
    if unmended and failure is None:
        failure = f"not written down: {unmended} of the differences; the log says why"
    with write(desk.engine) as connection:
        book.finish(connection, run, desk.clock(), search.compared, failure)
    log.info(
        "reconciled", run=run.id, compared=search.compared, found=len(search.found),
        failure=failure,
    )  # fmt: skip
    return True


def _look(search: Search) -> str | None:
    """Compare; return why that could not be done to the end, if it could not."""
    try:
        for page in _pages(search):
            listed = _compare(search, [told for told in page if _inside(search.run, told)])
            # A list may be older than what it tells of: who lives here is asked for below.
            search.found += [one for one in listed if one.kind not in comparing.OPEN]
            search.seen.update(told.sid for told in page if told.started is not None)
        _ask_for_the_rest(search)
    except StoppedError:
        return book.INTERRUPTED
    except GaveUpError as error:
        return str(error)
    except DiallerError as error:
        return str(error)
    except Exception as error:
        log.exception("reconciling_failed", run=search.run.id)
        return f"an error: {type(error).__name__}"
    return None


def _inside(run: Run, told: Told) -> bool:
    return told.started is not None and run.since <= told.started < run.until


def _pages(search: Search) -> Iterator[list[Told]]:
    run, after = search.run, None
    begun: set[str | None] = set()
    while len(begun) < MOST_PAGES:
        begun.add(after)
        question = partial(search.calls.page, run.since - MARGIN, run.until + MARGIN, after)
        page, after = search.ask(question)
        yield page
        if after is None:
            return
        if after in begun:
            raise GaveUpError("the provider's list goes round in a circle")
    raise GaveUpError(f"the provider's list has more than {MOST_PAGES} pages")


def _compare(search: Search, page: Sequence[Told]) -> list[Difference]:
    found: list[Difference] = []
    for start in range(0, len(page), AT_ONCE):
        part = page[start : start + AT_ONCE]
        with read(search.desk.engine) as connection:
            found += known.differences(connection, search.ours, part)
        fresh = sum(told.sid not in search.seen for told in part)
        search.compared += fresh
        search.tell(fresh)
    return found


def _ask_for_the_rest(search: Search) -> None:
    """Ask for each call of the book that is still open, or that the list should have held."""
    with read(search.desk.engine) as connection:
        rows = list(known.expected(connection, search.run.since, search.run.until))
    lacking = [row for row in rows if row.sid not in search.seen]
    for row in (row for row in rows if row.open and row.sid in search.seen):
        _ask_for(search, row)
    for row in lacking[:MOST_ASKED]:
        _ask_for(search, row)
    if len(lacking) > MOST_ASKED:
        raise GaveUpError(f"the provider's list lacks {len(lacking)} calls: is it the account?")


def _ask_for(search: Search, row: Expected) -> None:
    told = search.ask(partial(search.calls.one, row.sid))
    if told is None:
        kind, work = comparing.UNKNOWN_THERE, row.call_id or row.leg_id or row.sid
        missing = Difference(kind, row.sid, work, call_id=row.call_id, leg_id=row.leg_id)
        search.found.append(missing)
        return
    if told.sid != row.sid:
        raise GaveUpError("the provider answers with another call than was asked for")
    search.found += _compare(search, [told])
