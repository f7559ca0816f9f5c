"""Many calls through every trouble at once: nothing lost, nothing doubled.

The long form, with ten thousand, is `./run bench faults`.
"""

import pytest
from sqlalchemy import Engine

from logging_db.engine import make_engine
from tests.faults_troubles import DENSE
from tests.faults_virtual import run
from tests.total_queue import faults

CALLERS = {"sqlite": 24, "postgresql": 16}  # the second is slower
SURE_TO_COME = {
    *("news lost", "news twice", "news thrice", "bell lost", "document lost", "document thrice"),
    *("death before commit", "death after commit"),
}


@pytest.fixture
def own(engine: Engine):
    """An engine that nobody else commits with: it will die at its commits."""
    made = make_engine(engine.url)
    yield made
    made.dispose()


@pytest.mark.timeout(300)
def test_through_disorder_faults_and_deaths_what_goes_in_comes_out(own: Engine):
    callers = CALLERS[own.dialect.name]
    outcome = run(own, callers, staff=6, seed=4, troubles=DENSE, firm="0369")
    assert faults(outcome.verdict) == {}, "\n".join(outcome.traces)
    assert outcome.errors == []
    assert outcome.toll.kinds() >= SURE_TO_COME
    assert outcome.toll.of("provider: ") > 3
    came = {name: tally.out for name, tally in outcome.verdict.items()}
    assert came["calls"] >= callers * 0.9
    assert min(came.values()) > 0, f"of nothing that is counted may there be none: {came}"
