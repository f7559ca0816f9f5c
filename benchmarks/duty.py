"""How long it takes to say who is on duty, where people are short, and to read the roster.

What is compared (a year planned against a month, one size against another) is asked in turn
within one run, so that whatever else the machine does meets both; the ratio is that of
neighbouring blocks. Durations are processor time: nothing here waits, except for a processor.
"""

import gc
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from datetime import time as wall_time
from functools import partial
from pathlib import Path
from statistics import median

from sqlalchemy import Engine

from benchmarks.figures import Figure, percentile, spread
from benchmarks.rosters import MIDDLE, Federation, roster, write
from logging_db import migrate
from logging_db.engine import make_engine, read
from logging_db.rosters import AFTER, BEFORE, read_book
from routing.duty import on_duty
from routing.gaps import gaps
from routing.roster import Roster
from routing.wall import instant, span

TITLE = "Who is on duty"
MONTH = 28
WINDOW = (BEFORE + AFTER).days  # what a process holds in memory
AT = datetime.combine(MIDDLE, wall_time(8, 20), UTC)


@dataclass(frozen=True)
class Size:
    """The federations: services and people; days planned; and how often each is asked."""

    small: tuple[int, int] = (15, 40)
    large: tuple[int, int] = (500, 10_000)
    days: int = 365
    weeks: int = 8
    steps: tuple[int, ...] = (8, 32, 128, 512)  # services, twenty people each
    blocks: int = 15
    block: int = 20


def run(size: Size) -> Iterator[Figure]:
    """Measure one size after the other, then what comes of more services, then of more days."""
    for services, people in (size.small, size.large):
        year = Federation(services, people, size.days)
        yield from _decisions(year, size)
        yield _gaps(Federation(services, people, 7 * size.weeks + 7), size)
        yield from _loading(year, size)
    yield from _growth(size)


def _decisions(of: Federation, size: Size) -> Iterator[Figure]:
    month, year = roster(replace(of, days=MONTH)), roster(of)
    yield Figure(
        f"{of}, {len(year.shifts):,} shifts in memory: people on duty at once",
        f"{len(on_duty(year, AT).responders):,}",
    )
    for known, held in ((year, "all that"), (roster(replace(of, days=WINDOW)), f"{WINDOW} days")):
        gc.collect()
        cold = [_timed(_ask(new, AT)) for new in (_forgotten(known) for _ in range(5))]
        yield Figure(f"… the first decision over {held}, just read", _milliseconds(cold, 50, 100))
    next_day = [_timed(_ask(year, AT + timedelta(days=n + 1))) for n in range(5)]
    yield Figure("… the first on another day", _milliseconds(next_day, 50, 100))
    ours, theirs = _in_turn(_ask(year, AT), _ask(month, AT), size)
    yield Figure("… every decision after that", _milliseconds(ours, 50, 99), "p50 < 2 ms")
    yield Figure(
        "… with a year in memory, against a month", _ratio(ours, theirs, size.block), "about 1"
    )


def _gaps(of: Federation, size: Size) -> Figure:
    known = roster(of)
    begins = AT - timedelta(days=of.days // 2 - 3)
    ends = begins + timedelta(weeks=size.weeks)
    taken = []
    for _ in range(5):
        new = _forgotten(known)
        gc.collect()
        taken.append(_timed(partial(gaps, new, begins, ends)))
    found = len(gaps(known, begins, ends))
    return Figure(
        f"{of}: gaps of {size.weeks} weeks, nothing remembered ({found:,} found)",
        _milliseconds(taken, 50, 100),
        "< 2 s",
    )


def _loading(of: Federation, size: Size) -> Iterator[Figure]:
    """Compare reading the present out of a record book with a year and out of one with a month."""
    with _book(replace(of, days=MONTH)) as month, _book(of) as year:
        ours, theirs = _in_turn(_load(year), _load(month), replace(size, blocks=5, block=1))
    yield Figure(f"{of}: {WINDOW} days read out of a year on SQLite", _milliseconds(ours, 50, 100))
    yield Figure("… against out of a month", _ratio(ours, theirs, 1), "about 1")


def _growth(size: Size) -> Iterator[Figure]:
    before: Roster | None = None
    for services in size.steps:
        known = roster(Federation(services, 20 * services, WINDOW))
        ours, theirs = _in_turn(_ask(known, AT), _ask(before or known, AT), size)
        more = f"; {_ratio(ours, theirs, size.block)} times the one before" if before else ""
        yield Figure(
            f"{services} services of twenty, {len(on_duty(known, AT).responders):,} on duty: "
            "a decision",
            _milliseconds(ours, 50) + more,
            f"about {services / len(before.responders) * 20:.0f} times" if before else "",
        )
        before = known


def _ask(known: Roster, at: datetime) -> Callable[[], object]:
    return lambda: on_duty(known, at, "fr")


def _load(engine: Engine) -> Callable[[], object]:
    def load() -> None:
        with read(engine) as connection:
            read_book(connection, MIDDLE - BEFORE, MIDDLE + AFTER)

    return load


def _forgotten(known: Roster) -> Roster:
    """Return the roster as it is when it has just been read."""
    span.cache_clear()
    instant.cache_clear()
    return replace(known)


def _in_turn(
    one: Callable[[], object], other: Callable[[], object], size: Size
) -> tuple[list[float], list[float]]:
    """Ask one block of the first, one of the second, and so on; return the seconds of each."""
    taken: tuple[list[float], list[float]] = ([], [])
    one(), other()
    gc.collect()  # what was left behind before is not what is measured
    for _ in range(size.blocks):
        for seconds, ask in zip(taken, (one, other), strict=True):
            seconds.extend(_timed(ask) for _ in range(size.block))
    return taken


def _ratio(ours: Sequence[float], theirs: Sequence[float], block: int) -> str:
    """Return the ratio of neighbouring blocks, each by its median."""
    starts = range(0, len(ours), block)
    medians = [(median(ours[n : n + block]), median(theirs[n : n + block])) for n in starts]
    return spread([one / other for one, other in medians], ".2f")


def _milliseconds(seconds: Sequence[float], *percents: int) -> str:
    """Return percentiles: of a second or of a small part of a millisecond."""
    names = {50: "p50", 99: "p99", 100: "max"}
    found = [(names[p], percentile(seconds, p) * 1000) for p in percents]
    return ", ".join(
        f"{name} {ms:,.0f} ms" if ms >= 10 else f"{name} {ms:.2g} ms" for name, ms in found
    )


def _timed(ask: Callable[[], object]) -> float:
    began = time.thread_time()
    ask()
    return time.thread_time() - began


@contextmanager
def _book(of: Federation) -> Iterator[Engine]:
    """Yield a record book on SQLite with a federation's roster in it."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        address = f"sqlite:///{Path(folder) / 'permanence.db'}"
        migrate.upgrade(address)
        engine = make_engine(address)
        with engine.begin() as connection:
            write(connection, roster(of))
        yield engine
        engine.dispose()
