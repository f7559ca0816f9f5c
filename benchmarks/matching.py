"""How long one match takes, and how it grows with who waits and who is free.

Processor time of the one function that decides; the smallest and the largest size of a row
are asked in turn within one run. The language mix is that of the helpline's city: mostly
French, a quarter Dutch, some who speak both. Three cases: as many free as wait (an opening
after an outage), few free (a busy hour), and few who wait (a quiet one).
"""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from benchmarks.figures import Figure, milliseconds
from routing.matching import Free, Work, match

TITLE = "One match"
AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
SPOKEN = (("fr",), ("fr",), ("fr", "nl"), ("nl", "fr"), ("nl",))
FEW = 5


@dataclass(frozen=True)
class Size:
    """How many wait or are free, and how often each is measured."""

    counts: tuple[int, ...] = (10, 100, 1_000, 10_000)
    times: int = 7


def run(size: Size) -> Iterator[Figure]:
    """Measure every size in each case."""
    cases = (
        ("as many wait as are free", lambda count: (count, count)),
        (f"{FEW} free, so many wait", lambda count: (count, FEW)),
        (f"{FEW} wait, so many free", lambda count: (FEW, count)),
    )
    for words, sizes in cases:
        taken: dict[int, list[float]] = {count: [] for count in size.counts}
        for _ in range(size.times):
            for count in size.counts:
                taken[count].append(_once(*sizes(count)))
        for count in size.counts:
            yield Figure(f"{words}: {count}", milliseconds(taken[count], 50, 100))


def _once(waiting: int, people: int) -> float:
    chance = random.Random(waiting * 31 + people)
    work = [
        Work(f"w{n}", "nl" if chance.random() < 0.25 else "fr", AT - timedelta(seconds=n),
             offered=_offered(chance, people))
        for n in range(waiting)
    ]  # fmt: skip
    free = [
        Free(f"r{n}", chance.choice(SPOKEN), n % 7, AT - timedelta(minutes=chance.randrange(90)))
        for n in range(people)
    ]
    began = time.process_time()
    match(work, free, AT)
    return time.process_time() - began


def _offered(chance: random.Random, people: int) -> dict[str, datetime]:
    """One in ten has been rung for before, in vain."""
    if chance.random() > 0.1:
        return {}
    return {f"r{chance.randrange(people)}": AT - timedelta(seconds=chance.randrange(120))}
