"""The formulas against published values, and against each other where they must agree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.staffing import answered_within, erlang_a, erlang_b, erlang_c

HOUR = 3600.0


@pytest.mark.parametrize(
    ("load", "responders", "share"),
    # Erlang's own table of the loss formula.
    [(1.0, 1, 0.5), (1.0, 2, 0.2), (2.0, 2, 0.4), (10.0, 10, 0.2146), (100.0, 100, 0.0757)],
)
def test_the_loss_formula_gives_the_tables_values(load: float, responders: int, share: float):
    assert erlang_b(load, responders) == pytest.approx(share, abs=5e-5)


@pytest.mark.parametrize(
    ("responders", "waits", "abandons"),
    [(5, 0.247, 0.133), (6, 0.140, 0.068), (8, 0.032, 0.013)],
)
def test_half_an_hour_of_talk_and_seven_calls_and_a_half_an_hour(responders, waits, abandons):
    found = erlang_a(7.5 / HOUR, 1800, 406, responders)
    assert found.waits == pytest.approx(waits, abs=6e-4)
    assert found.abandons == pytest.approx(abandons, abs=6e-4)


def test_two_of_three_services_alone_lose_three_times_as_many():
    alone = erlang_a(2.5 / HOUR, 1800, 406, 2)
    assert alone.waits == pytest.approx(0.297, abs=6e-4)
    assert alone.abandons == pytest.approx(0.212, abs=6e-4)


def test_with_one_responder_the_waiting_share_is_the_load():
    assert erlang_c(0.7, 1) == pytest.approx(0.7)


def test_a_line_that_is_overrun_never_answers_in_time():
    assert erlang_c(6.0, 5) == 1.0
    assert answered_within(1.0, 6.0, 5, 20) == 0.0


@given(load=st.floats(0.1, 8), responders=st.integers(1, 12))
def test_with_endless_patience_the_two_models_of_waiting_agree(load: float, responders: int):
    if load >= responders * 0.9:
        return
    found = erlang_a(load / 300, 300, 1e12, responders)
    assert found.waits == pytest.approx(erlang_c(load, responders), rel=1e-4)
    ever = 1 - answered_within(load / 300, 300, responders, 0)
    assert ever == pytest.approx(erlang_c(load, responders), rel=1e-9)


@given(load=st.floats(0.5, 30), responders=st.integers(1, 20), patience=st.floats(10, 5000))
def test_nobody_beats_the_fluid_bound(load: float, responders: int, patience: float):
    found = erlang_a(load / 600, 600, patience, responders)
    assert found.abandons >= max(0.0, 1 - responders / load) - 1e-9
    assert 0 <= found.abandons <= 1
    assert 0 <= found.waits <= 1 + 1e-12
