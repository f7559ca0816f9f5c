"""Each benchmark runs, in a tiny size: what it measures there means nothing."""

import pytest

from benchmarks import memory, ringing, surroundings, webhook
from benchmarks.databases import SQLITE
from benchmarks.figures import Figure, percentile, table


def test_a_percentile_is_a_value_that_was_measured():
    assert [percentile([3, 1, 2, 4], p) for p in (0, 50, 95, 100)] == [1, 2, 4, 4]


def test_figures_become_a_table():
    assert table("T", [Figure("a", "1", "2")]).splitlines()[-1] == "| a | 1 | 2 |"


def test_the_machine_is_described():
    assert all(figure.value for figure in surroundings.look())


@pytest.mark.long
def test_the_webhook_is_measured_and_every_answer_was_written():
    size = webhook.Size(pairs=2, more_pairs=2, block=8, connections=2, kinds=(SQLITE,))
    figures = {figure.what: figure.value for figure in webhook.run(size)}
    assert figures["SQLite: rows written, of requests answered"] == (
        "product 48 of 48, bare 48 of 48"
    )


@pytest.mark.long
def test_a_ring_is_measured_with_redis_and_without():
    figures = list(ringing.run(ringing.Size(calls=2, rate=20, pause=0)))
    assert [f.value for f in figures if f.aim == "all"] == ["2 of 2", "2 of 2"]


@pytest.mark.long
def test_memory_is_measured_of_every_process():
    figures = list(memory.run(memory.Size(rest=0, webhooks=4)))
    each = next(f.value for f in figures if "each" in f.what)
    assert all(name in each for name in ("serve", "web", "worker", "sweep", "valkey-server"))
