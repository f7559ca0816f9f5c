"""The real matching function reaches what theory says of one pool; services apart do not."""

import pytest

from benchmarks import pooling
from benchmarks.pooling import ARRIVALS, BOTH, crowd, simulated, theory


def test_six_in_one_pool_behave_as_theory_says():
    found, expected = simulated([BOTH] * 6, crowd(30_000, ARRIVALS, seed=1)), theory(ARRIVALS, 6)
    assert found.callers == 30_000
    # So few callers leave room for chance; the benchmark runs ten times as many.
    assert found.abandons == pytest.approx(expected.abandons, rel=0.15)
    assert found.mean_wait == pytest.approx(expected.mean_wait, rel=0.15)


def test_services_that_do_not_help_each_other_lose_more_callers():
    apart = simulated([BOTH] * 2, crowd(5_000, ARRIVALS / 3, seed=1))
    pooled = simulated([BOTH] * 6, crowd(5_000, ARRIVALS, seed=1))
    assert apart.abandons > 2 * pooled.abandons


def test_the_benchmark_runs_in_a_tiny_size():
    figures = list(pooling.run(pooling.Size(callers=200, pools=(5,))))
    assert len(figures) == 10
    assert all("ratio" in figure.value for figure in figures)
