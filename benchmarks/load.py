"""Webhooks at a fixed pace: 100, 500 and 1,000 a second, on two processors with PostgreSQL.

The first webhook of a call (signature, roster, decision, one row, TwiML), sent by an open loop;
then the same to the bare route of :mod:`benchmarks.bare`. Both servers run with two processes of
eight threads; generator, server and database share the two processors, so the highest paces show
where this machine ends. The need of 2,000 concurrent calls is about ten webhooks a second.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from sqlalchemy import func, select

from benchmarks import bare, posts
from benchmarks.databases import POSTGRESQL, databases
from benchmarks.figures import Figure, milliseconds, percentile
from benchmarks.installation import Installation, installation, sample
from benchmarks.open_loop import Answers, OpenLoop
from logging_db.engine import make_engine, read
from logging_db.tables import calls

TITLE = "Webhooks at a fixed pace"


@dataclass(frozen=True)
class Size:
    """Which paces, for how many seconds each, over how many connections."""

    rates: tuple[int, ...] = (100, 500, 1000)
    seconds: float = 10.0
    connections: int = 48
    rounds: int = 3
    kind: str = POSTGRESQL
    workers: int = 2


def run(size: Size) -> Iterator[Figure]:
    """Send every pace to the one and to the other, in turn."""
    with ExitStack() as stack:
        make = stack.enter_context(databases(size.kind))
        servers = {
            "product": stack.enter_context(installation(make("product"))),
            "bare": stack.enter_context(installation(make("bare"))),
        }
        for server in servers.values():
            server.env["PERMANENCE_WEB__WORKERS"] = str(size.workers)
        servers["product"].fill(sample())
        servers["product"].start("permanence", "web")
        servers["bare"].start("benchmarks.bare")
        for server in servers.values():
            server.wait_for_web()
            _send(size, server, 50)  # both are warm before anything counts
        answered = dict.fromkeys(servers, 0)
        for rate in size.rates:
            found: dict[str, list[Answers]] = {name: [] for name in servers}
            for turn in range(size.rounds):
                for name in list(servers)[:: 1 if turn % 2 else -1]:
                    found[name].append(_send(size, servers[name], rate))
            for name in servers:
                answered[name] += sum(len(one.seconds) for one in found[name])
            yield from _figures(rate, found)
        yield Figure("rows written, of requests answered", _check(servers, answered), "all")


def _send(size: Size, server: Installation, rate: int) -> Answers:
    requests = [posts.incoming() for _ in range(int(rate * size.seconds))]
    return OpenLoop(server.port, size.connections).run(requests, rate, b"<Gather")


def _figures(rate: int, found: dict[str, list[Answers]]) -> Iterator[Figure]:
    seconds = {name: [s for one in runs for s in one.seconds] for name, runs in found.items()}
    for name, runs in found.items():
        errors = sum(len(one.errors) for one in runs)
        done = sum(len(one.seconds) for one in runs) / sum(one.took for one in runs)
        yield Figure(
            f"{rate} a second, {name}",
            f"{milliseconds(seconds[name], 50, 99, 99.9)}; {done:.0f}/s answered; {errors} errors",
            "p99 < 200 ms, no errors" if name == "product" else "",
        )
    ours, theirs = seconds["product"], seconds["bare"]
    ratios = ", ".join(
        f"p{percent} {percentile(ours, percent) / percentile(theirs, percent):.2f}"
        for percent in (50, 99)
    )
    yield Figure(f"{rate} a second: product to bare", ratios)


def _check(servers: dict[str, Installation], answered: dict[str, int]) -> str:
    """Count: what was answered must have been written (the warm requests come on top)."""
    said = []
    for (name, server), table in zip(servers.items(), (calls, bare.calls), strict=True):
        engine = make_engine(server.settings.database_url)
        with read(engine) as connection:
            rows = connection.execute(select(func.count()).select_from(table)).scalar_one()
        engine.dispose()
        said.append(f"{name} {rows} rows for at least {answered[name]}")
    return "; ".join(said)
