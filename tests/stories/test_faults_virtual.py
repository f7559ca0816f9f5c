"""Many calls through every trouble at once: nothing lost, nothing doubled.

The long form, with ten thousand, is `./run bench faults`.
"""

import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from logging_db.engine import make_engine
from tests.faults_virtual import Troubles, Virtual, run
from tests.total_queue import faults

CALLERS = {"sqlite": 80, "postgresql": 30}  # the second is slower
NONE = Troubles(*[0.0] * 9)


@pytest.fixture
def own(engine: Engine):
    """An engine that nobody else commits with: it will die at its commits."""
    made = make_engine(engine.url)
    yield made
    made.dispose()


@pytest.mark.timeout(300)
def test_through_disorder_faults_and_deaths_what_goes_in_comes_out(own: Engine):
    outcome = run(own, CALLERS[own.dialect.name], staff=8, seed=4, troubles=Troubles())
    assert faults(outcome.verdict) == {}
    assert outcome.errors == []
    assert outcome.deaths > 0
    assert outcome.verdict["calls"].out >= CALLERS[own.dialect.name] * 0.95
    assert outcome.verdict["consents"].out > 0
    assert outcome.verdict["talks"].out > 0


class DialsAgain:
    """A dialler as it must not be: it asks once more for each call."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def place(self, ring: Any) -> Any:
        self._real.place(ring)
        return self._real.place(ring)


def dial_again(world: Virtual) -> None:
    world.dialler.inner = DialsAgain(world.dialler.inner)


def stop_half_way(world: Virtual) -> None:
    """People are reserved, but nobody goes on from there."""
    ring = world.workers.ring
    world.workers.ring = lambda job, row_id: ring(job, row_id) if job == "match" else None
    world.tick = lambda: setattr(world, "next_sweep", world.now + world.sweep_every)


@pytest.mark.parametrize(
    ("spoil", "found"), [(dial_again, "legs"), (stop_half_way, "people set free")]
)
def test_a_product_that_is_broken_is_found_out(sqlite_template: Path, tmp_path, spoil, found):
    file = tmp_path / "permanence.db"
    shutil.copy(sqlite_template, file)
    engine = make_engine(f"sqlite:///{file}")
    outcome = run(engine, 4, staff=2, seed=1, troubles=NONE, spoil=spoil)
    engine.dispose()
    assert found in faults(outcome.verdict)
