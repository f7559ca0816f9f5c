"""How much memory the whole product takes on one machine.

PSS counts a page that several processes share once, divided among them; RSS counts it
for each. So PSS says what the machine has to have.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import posts
from benchmarks.connections import ClosedLoop
from benchmarks.figures import Figure
from benchmarks.installation import installation, sample

TITLE = "The memory of `permanence serve`"
AIM = "< 350 MB"
PARTS = ("web", "worker", "sweep", "serve")


@dataclass(frozen=True)
class Size:
    """How long it rests, and how much it is asked."""

    rest: float = 5.0  # seconds
    webhooks: int = 200


@dataclass(frozen=True)
class Taken:
    """What one process takes, in bytes."""

    name: str
    pss: int
    rss: int


def run(size: Size) -> Iterator[Figure]:
    """Measure at rest, and after some webhooks."""
    with installation() as product:
        product.fill(sample())
        serve = product.start("permanence", "serve")
        product.wait_for_web("/readyz")
        time.sleep(size.rest)
        yield from _figures("at rest", family(serve.pid))
        requests = [posts.incoming() for _ in range(size.webhooks)]
        ClosedLoop(product.port, requests, 4).run(b"<Gather")
        yield from _figures(f"after {size.webhooks} webhooks", family(serve.pid))


def _figures(when: str, taken: list[Taken]) -> Iterator[Figure]:
    yield Figure(
        f"{when}: PSS of all {len(taken)} processes", _megabytes(t.pss for t in taken), AIM
    )
    yield Figure(f"{when}: RSS of all", _megabytes(t.rss for t in taken))
    each = ", ".join(f"{t.name} {_megabytes([t.pss])}" for t in taken)
    yield Figure(f"{when}: PSS of each", each)


def _megabytes(sizes: Iterable[int]) -> str:
    return f"{sum(sizes) / 1e6:.0f} MB"


def family(pid: int) -> list[Taken]:
    """Return what a process and everything below it takes."""
    children = Path(f"/proc/{pid}/task").glob("*/children")
    below = [int(child) for found in children for child in found.read_text().split()]
    return [_taken(pid), *(taken for child in below for taken in family(child))]


def _taken(pid: int) -> Taken:
    words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    sizes = {line.split()[0]: int(line.split()[1]) * 1024 for line in rollup[1:]}
    fork = Path(f"/proc/{pid}/comm").read_text().strip().removeprefix("perm-")
    own = (word for word in (fork, *words) if word in PARTS)
    name = next(own, Path(words[0].split()[0]).name)
    return Taken(name, sizes["Pss:"], sizes["Rss:"])
