"""Hundreds of calls through every trouble at once: nothing lost, nothing doubled.

The long form, with ten thousand, is `./run bench faults`.
"""

import pytest
from sqlalchemy import Engine

from logging_db.engine import make_engine
from tests.faults_virtual import Troubles, run
from tests.total_queue import faults

CALLERS = {"sqlite": 120, "postgresql": 60}  # the second is slower
NONE = Troubles(0, 0, 0, 0, 0, 0, 0, 0, 0)


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
