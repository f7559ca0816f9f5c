"""The benchmark of matching runs, in a tiny size: what it measures there means nothing."""

from benchmarks import matching


def test_a_match_is_measured_in_every_size_and_case():
    figures = list(matching.run(matching.Size(counts=(2, 20), times=1)))
    assert len(figures) == 6
    assert all("ms" in figure.value for figure in figures)
