import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing import states

TABLES = (states.CALL_MOVES, states.OFFER_MOVES, states.LEG_MOVES)


@pytest.mark.parametrize("table", TABLES)
def test_every_state_that_can_be_reached_is_in_its_table(table):
    reached = set().union(*table.values())
    assert reached <= set(table)


@pytest.mark.parametrize("table", TABLES)
def test_no_state_leads_to_itself(table):
    assert all(state not in allowed for state, allowed in table.items())


def test_an_ended_call_and_an_ended_leg_stay_ended():
    assert states.CALL_MOVES[states.ENDED] == frozenset()
    assert states.LEG_MOVES[states.ENDED] == frozenset()


@given(st.sampled_from(sorted(states.LEG_MOVES)), st.sampled_from(sorted(states.LEG_MOVES)))
def test_the_guard_of_an_update_is_the_table_read_backwards(old, new):
    guarded = old in states.states_before(states.LEG_MOVES, new)
    assert guarded == states.may_move(states.LEG_MOVES, old, new)


@pytest.mark.parametrize(
    ("answered", "pending", "status", "expected"),
    [
        (True, None, "completed", "answered"),
        (True, "failed", "failed", "answered"),
        (False, None, "completed", "abandoned"),
        (False, None, "canceled", "abandoned"),
        (False, None, "failed", "failed"),
        (False, "callback", "completed", "callback"),
        (False, "closed", "completed", "closed"),
        (False, "nobody", "completed", "nobody"),
        (False, "failed", "completed", "failed"),
    ],
)
def test_how_a_call_ended(answered, pending, status, expected):
    found = states.outcome(answered=answered, pending=pending, provider_status=status)
    assert found == expected
