"""How much dearer the product's first webhook is than a bare one.

Both servers run all the time; blocks of requests go to one and to the other in turn, so
that whatever else the machine does meets both. What counts is the ratio within each pair
of neighbouring blocks.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from sqlalchemy import func, select

from benchmarks import bare, posts
from benchmarks.connections import Block, ClosedLoop
from benchmarks.databases import POSTGRESQL, SQLITE, databases, durability
from benchmarks.figures import Figure, milliseconds, spread
from benchmarks.installation import (
    ONE_LANGUAGE_LINE,
    Installation,
    installation,
    sample,
    sample_in_one_language,
)
from logging_db.engine import make_engine, read
from logging_db.tables import calls

TITLE = "The first webhook, against a bare route"
AIM = "≥ 0.8"

Run = Callable[[], Block]
Target = tuple[Installation, str, bytes]  # who is asked, on which line, what must be answered


@dataclass(frozen=True)
class Size:
    """How much is asked."""

    pairs: int = 24
    more_pairs: int = 8  # of what is measured for information only
    block: int = 200  # requests
    connections: int = 4
    kinds: tuple[str, ...] = (SQLITE, POSTGRESQL)


@dataclass
class Pairs:
    """Neighbouring blocks of the product and of the bare route."""

    product: list[Block]
    bare: list[Block]

    @property
    def ratios(self) -> list[float]:
        """How much of the bare route's throughput the product has, pair by pair."""
        return [
            ours.rate / theirs.rate for ours, theirs in zip(self.product, self.bare, strict=True)
        ]


def run(size: Size) -> Iterator[Figure]:
    """Measure on each kind of database."""
    for kind in size.kinds:
        yield from _on(kind, size)


def _on(kind: str, size: Size) -> Iterator[Figure]:
    with ExitStack() as stack:
        make = stack.enter_context(databases(kind))
        product = stack.enter_context(installation(make("product")))
        other = stack.enter_context(installation(make("bare")))
        product.fill(sample(), sample_in_one_language())
        product.start("permanence", "web")
        other.start("benchmarks.bare")
        product.wait_for_web()
        other.wait_for_web()
        menu = _compare(size, size.pairs, (product, posts.LINE, b"<Gather"), other)
        yield from _figures(f"{kind}, language menu", menu, AIM)
        product.start_store()
        ringing = _compare(size, size.more_pairs, (product, ONE_LANGUAGE_LINE, b"<Enqueue"), other)
        yield from _figures(f"{kind}, one language: rings the bell", ringing, "")
        yield Figure(f"{kind}: rows written, of requests answered", _check(size, product, other))
        yield Figure(
            f"{kind}: a commit", durability(product.settings.database.url.get_secret_value())
        )


def _compare(size: Size, count: int, one: Target, other: Installation) -> Pairs:
    """Send the pairs, which of the two goes first changing each time; warm up before."""
    ours = _block(size, *one)
    theirs = _block(size, other, posts.LINE, b"<Gather")
    ours()
    theirs()
    pairs = Pairs([], [])
    for number in range(count):
        if number % 2:
            pairs.product.append(ours())
        pairs.bare.append(theirs())
        if not number % 2:
            pairs.product.append(ours())
    return pairs


def _block(size: Size, server: Installation, line: str, wanted: bytes) -> Run:
    def send() -> Block:
        requests = [posts.incoming(line) for _ in range(size.block)]
        return ClosedLoop(server.port, requests, size.connections).run(wanted)

    return send


def _figures(name: str, pairs: Pairs, aim: str) -> Iterator[Figure]:
    yield Figure(f"{name}: throughput, product to bare", spread(pairs.ratios, ".2f"), aim)
    for who, blocks in (("product", pairs.product), ("bare", pairs.bare)):
        rates = spread([block.rate for block in blocks], ".0f")
        every = [taken for block in blocks for taken in block.seconds]
        yield Figure(f"{name}: {who}, requests/s", rates)
        yield Figure(f"{name}: {who}, answered after", milliseconds(every, 50, 99))


def _check(size: Size, product: Installation, other: Installation) -> str:
    """Count: what was answered must have been written."""
    asked = (size.pairs + 1 + size.more_pairs + 1) * size.block
    counts = []
    for server, table in ((product, calls), (other, bare.calls)):
        engine = make_engine(server.settings.database_url)
        with read(engine) as connection:
            counts.append(connection.execute(select(func.count()).select_from(table)).scalar_one())
        engine.dispose()
    return f"product {counts[0]} of {asked}, bare {counts[1]} of {asked}"
