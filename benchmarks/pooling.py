"""What callers live through under the real matching function, against theory.

A discrete-event run: callers arrive at random, talk and give up at random (exponential, so that
Erlang-A is exact), and `routing.matching.match` alone decides who takes whom; whoever is
matched answers at once, so that what is measured is the choice and not the ringing. Six
responders in one pool are held against Erlang-A; the same six as three services that do not
help each other; and with two languages, where the pool bounds what any choice could reach.
"""

import heapq
import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from benchmarks.figures import Figure
from routing.matching import Free, Policy, Work, match
from routing.staffing import Expected, erlang_a

TITLE = "Callers who give up and how long all wait, against Erlang-A"
AT = datetime(2026, 11, 23, tzinfo=UTC)
ARRIVALS = 7.5 / 3600  # a second
TALK = 1800.0  # seconds, mean
PATIENCE = 406.0  # seconds, mean
DUTCH = 22.3 / (81.0 + 22.3)  # of the good command of French and of Dutch in Brussels, 2024
POLICY = Policy(ring_at_once=1)
BOTH = ("fr", "nl")


@dataclass(frozen=True)
class Size:
    """How many callers arrive in each run."""

    callers: int = 600_000
    pools: tuple[int, ...] = (5, 6, 8)


@dataclass
class Outcome:
    """What came of the callers of a run; waits in seconds, of all, those who gave up too."""

    callers: int = 0
    gave_up: int = 0
    waited: float = 0.0

    @property
    def abandons(self) -> float:
        """The share that gave up."""
        return self.gave_up / self.callers

    @property
    def mean_wait(self) -> float:
        """The mean wait of all."""
        return self.waited / self.callers


@dataclass
class Line:
    """One line with its staff, by the languages that each of them speaks."""

    staff: Sequence[tuple[str, ...]]
    waiting: dict[str, Work] = field(default_factory=dict)
    free: dict[str, Free] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Everybody is free."""
        self.free = {f"r{n}": Free(f"r{n}", spoken, n) for n, spoken in enumerate(self.staff)}


@dataclass(frozen=True)
class Caller:
    """When somebody comes, in which language, how long they talk and how long they wait."""

    at: float
    language: str
    talk: float
    patience: float


def run(size: Size) -> Iterator[Figure]:
    """Hold the pools, the separate services and the two languages against theory."""
    for count in size.pools:
        found = simulated([BOTH] * count, crowd(size.callers, ARRIVALS, seed=count))
        yield from _against(f"{count} in one pool", found, theory(ARRIVALS, count), "within 5 %")
    apart = simulated([BOTH] * 2, crowd(size.callers, ARRIVALS / 3, seed=3))
    yield from _against("3 services of 2, apart", apart, theory(ARRIVALS / 3, 2), "within 5 %")
    bound = theory(ARRIVALS, 6)
    for words, staff in (
        ("two languages: 3 French, 1 Dutch, 2 both", [("fr",)] * 3 + [("nl",)] + [BOTH] * 2),
        ("two languages: 4 French, 2 both", [("fr",)] * 4 + [BOTH] * 2),
        ("two languages: 2 French, 4 both", [("fr",)] * 2 + [BOTH] * 4),
    ):
        found = simulated(staff, crowd(size.callers, ARRIVALS, seed=6))
        yield from _against(words, found, bound, "the pool of 6 is the bound")


def theory(arrivals: float, responders: int) -> Expected:
    """Return what Erlang-A expects."""
    return erlang_a(arrivals, TALK, PATIENCE, responders)


def crowd(count: int, arrivals: float, seed: int) -> Iterator[Caller]:
    """Return callers, the same for the same seed."""
    chance = random.Random(seed)
    at = 0.0
    for _ in range(count):
        at += chance.expovariate(arrivals)
        language = "nl" if chance.random() < DUTCH else "fr"
        talk, patience = chance.expovariate(1 / TALK), chance.expovariate(1 / PATIENCE)
        yield Caller(at, language, talk, patience)


def simulated(staff: Sequence[tuple[str, ...]], callers: Iterator[Caller]) -> Outcome:
    """Let everybody call, and return what came of them."""
    line, outcome = Line(staff), Outcome()
    talks: dict[str, Caller] = {}
    numbers = itertools.count()
    events: list[tuple[float, int, str, str]] = []  # when, in which order, what, of whom
    arriving = iter(callers)
    upcoming = next(arriving, None)
    while events or upcoming:
        if upcoming and (not events or upcoming.at <= events[0][0]):
            now, name = upcoming.at, f"c{outcome.callers}"
            outcome.callers += 1
            talks[name] = upcoming
            line.waiting[name] = Work(name, upcoming.language, _instant(now))
            heapq.heappush(events, (now + upcoming.patience, next(numbers), "gives up", name))
            upcoming = next(arriving, None)
        else:
            now, _, what, name = heapq.heappop(events)
            if what == "gives up":
                _give_up(line, outcome, talks, name)
                continue
            number = int(name[1:])
            line.free[name] = Free(name, line.staff[number], number, _instant(now))
        for caller, responder, seconds in _matched(line, outcome, talks, now):
            del talks[caller]
            heapq.heappush(events, (now + seconds, next(numbers), "is free", responder))
    return outcome


def _give_up(line: Line, outcome: Outcome, talks: dict[str, Caller], name: str) -> None:
    if line.waiting.pop(name, None):
        outcome.gave_up += 1
        outcome.waited += talks.pop(name).patience


def _matched(
    line: Line, outcome: Outcome, talks: dict[str, Caller], now: float
) -> Iterator[tuple[str, str, float]]:
    """Have the real function decide; yield who talks to whom, and for how long."""
    if not line.waiting or not line.free:
        return
    for found in match(
        list(line.waiting.values()), list(line.free.values()), _instant(now), POLICY
    ):
        del line.waiting[found.work_id], line.free[found.responder_id]
        caller = talks[found.work_id]
        outcome.waited += now - caller.at
        yield found.work_id, found.responder_id, caller.talk


def _instant(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def _against(name: str, found: Outcome, expected: Expected, aim: str) -> Iterator[Figure]:
    yield Figure(
        f"{name}: give up",
        f"{found.abandons:.2%}; Erlang-A {expected.abandons:.2%}; "
        f"ratio {found.abandons / expected.abandons:.3f}",
        aim,
    )
    yield Figure(
        f"{name}: mean wait",
        f"{found.mean_wait:.1f} s; Erlang-A {expected.mean_wait:.1f} s; "
        f"ratio {found.mean_wait / expected.mean_wait:.3f}",
        aim,
    )
