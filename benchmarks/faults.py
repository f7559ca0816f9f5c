"""Ten thousand calls through every trouble, and a death at every point: what is lost, doubled.

First in virtual time, without wires (`tests/faults_virtual.py`): webhooks three times, late,
shuffled, at once and lost, a provider that fails, throttles and lies, processes that die at
commits and requests. Then two machines in real time (`tests/faults_machines.py`), whose
processes are killed by SIGKILL at every point they pass, and whose stores are lost mid-call.
What went in is held against what came out by `tests/total_queue.py`.
"""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import structlog

from benchmarks.databases import POSTGRESQL, SQLITE
from benchmarks.figures import Figure
from logging_db import migrate
from logging_db.engine import make_engine
from simulator.disorder import Disorder
from tests.faults_cellar import Postgres
from tests.faults_crowd import federation, phone_of
from tests.faults_machines import ROLES, machines, nemesis, verdict
from tests.faults_town import Town
from tests.faults_troubles import ORDERS, Troubles
from tests.faults_virtual import run as run_virtual
from tests.total_queue import Verdict

TITLE = "Faults: what goes in must come out"
DRAIN_SECONDS = 90.0
AIM = "0 lost, 0 doubled, 0 unexpected"
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 # a folder of our own in it


@dataclass(frozen=True)
class Size:
    """How many callers each run has, and how many runs; SQLite and PostgreSQL take turns.

    ``deaths``: seconds in which the processes of each role may die at all points they pass.
    """

    callers: int = 500
    runs: int = 20
    staff: int = 24
    deaths: float = 120.0


@dataclass(frozen=True)
class Run:
    """What one run came to."""

    verdict: Verdict
    deaths: int
    errors: int
    seconds: float
    virtual: float
    traces: list[str]


def run(size: Size) -> Iterator[Figure]:
    """Run the virtual calls, then the deaths."""
    began = time.monotonic()
    runs = list(_told(_virtual_runs(size), size))
    calls = f"{size.callers * size.runs:,} virtual calls"
    yield Figure(f"{calls}: time", f"{(time.monotonic() - began) / 60:.0f} min")
    yield Figure(f"{calls}: processes that died", f"{sum(one.deaths for one in runs):,}")
    yield Figure(f"{calls}: jobs that failed", f"{sum(one.errors for one in runs):,}")
    yield from counts(calls, [one.verdict for one in runs])
    yield from _deaths(size)


def _virtual_runs(size: Size) -> Iterator[Run]:
    """Do the runs, two at a time; yield each when it is over."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        asked = [
            pool.submit(virtual_run, (POSTGRESQL, SQLITE)[seed % 2], size.callers, size.staff, seed)
            for seed in range(1, size.runs + 1)
        ]
        for one in as_completed(asked):
            yield one.result()


def _told(runs: Iterable[Run], size: Size) -> Iterator[Run]:
    """Say on standard error how far it is: half an hour is long."""
    for done, one in enumerate(runs, start=1):
        wrong = {name: tally.faults for name, tally in one.verdict.items() if tally.faults}
        what = f"{done * size.callers:,} of {size.runs * size.callers:,} virtual calls"
        print(f"{what}: {wrong or 'nothing wrong'} in the last run", file=sys.stderr, flush=True)
        print(*one.traces, sep="\n", end="", file=sys.stderr, flush=True)
        yield one


def virtual_run(kind: str, callers: int, staff: int, seed: int) -> Run:
    """Do one run in this process, over a database of its own."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with database(kind) as url:
        migrate.upgrade(url)
        engine = make_engine(url)
        outcome = run_virtual(engine, callers, staff, seed, Troubles())
        engine.dispose()
    errors = len(outcome.errors)
    deaths = outcome.toll.of("death")
    return Run(outcome.verdict, deaths, errors, outcome.seconds, outcome.virtual, outcome.traces)


@contextmanager
def database(kind: str) -> Iterator[str]:
    """Yield the address of an empty database that waits for no disk: nobody pulls the plug."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=MEMORY) as folder:
        if kind == SQLITE:
            yield f"sqlite:///{folder}/permanence.db"
            return
        server = Postgres(Path(folder))
        try:
            yield server.url
        finally:
            server.close()


def _deaths(size: Size) -> Iterator[Figure]:
    staff = [phone_of(number) for number in range(12)]
    died: set[str] = set()
    with (
        machines(federation(12, wrap_up=0)) as (made, witness),
        Town(made.exchange, staff, callers=4, seed=1) as town,
    ):
        made.exchange.disorder = Disorder(1, duplicate=0.2, triple=0.1, shuffle_seconds=0.3)
        for role in ROLES:
            for order in ORDERS:
                made.exchange.faults.fail(**order)
            died |= nemesis(made, [role], size.deaths)
        made.wipe_valkey()
        made.restart_postgres()
        before = len(witness.talks)
        made.until(lambda: len(witness.talks) > before, DRAIN_SECONDS)
        town.go_home()
        found, traces = verdict(made, witness, DRAIN_SECONDS)
        passed = {point for role in ROLES for point in made.points(role)}
    print(*traces, sep="\n", end="", file=sys.stderr, flush=True)
    killed = Counter(point.split()[0] for point in died)
    told = ", ".join(f"{role} {count}" for role, count in sorted(killed.items()))
    calls = f"{found['calls'].out:,} calls on two machines"
    yield Figure(f"{calls}: points died at, of {len(passed)} passed", told)
    yield from counts(calls, [found])


def counts(calls: str, verdicts: Sequence[Verdict]) -> Iterator[Figure]:
    """Return what was wrong in all of several runs, a line for each thing that is counted."""
    for name in verdicts[0]:
        tallies = [one[name] for one in verdicts]
        wrong = ", ".join(
            str(sum(len(getattr(tally, fault)) for tally in tallies))
            for fault in ("lost", "doubled", "unexpected")
        )
        out = sum(tally.out for tally in tallies)
        recovered = sum(len(tally.recovered) for tally in tallies)
        yield Figure(f"{calls}: {name}", f"{wrong} of {out:,}, {recovered:,} recovered", AIM)
