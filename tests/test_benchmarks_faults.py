"""What the fault runs count is added up over all runs; the runs themselves are in the stories."""

from benchmarks import faults
from tests.total_queue import Tally


def test_what_was_lost_doubled_or_unexpected_in_any_run_is_shown():
    runs = [
        {"calls": Tally(10, lost=("a",), recovered=("b",))},
        {"calls": Tally(20, doubled=("c",), unexpected=("d", "e"))},
    ]
    [figure] = faults.counts("30 calls", runs)
    assert (figure.what, figure.value) == ("30 calls: calls", "1, 1, 2 of 30, 1 recovered")
    assert figure.aim.startswith("0 lost")
