"""Two who were in a room have met, whatever part of it was told."""

from datetime import UTC, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from routing.meetings import ENDED, ON_THE_WAY, STARTED, Told, joined, left, met

LED = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BEGINNING = [joined("responder"), STARTED, joined("caller")]
END = [left("responder"), left("caller"), ENDED]


def told(kinds: list[str], seconds: float) -> list[Told]:
    at = LED + timedelta(seconds=seconds)
    return [Told(kind, LED if kind in BEGINNING else at) for kind in kinds]


@given(
    st.permutations(BEGINNING),
    st.permutations(END),
    st.sets(st.sampled_from([*BEGINNING, *END])),
    st.floats(ON_THE_WAY.total_seconds() + 0.001, 7200),
)
def test_a_talk_is_known_whatever_of_it_was_lost(beginning, end, lost, seconds):
    kinds = [kind for kind in (*beginning, *end) if kind not in lost]
    assert met(told(kinds, seconds), LED, LED + timedelta(seconds=seconds))


@given(
    st.sampled_from([[joined("responder")], [joined("caller")], []]),
    st.sampled_from([*END, None]),
    st.floats(0, ON_THE_WAY.total_seconds()),
    st.floats(0, 7200),
)
def test_nobody_has_met_whose_stay_was_too_short_to_have_been_one(begin, end, seconds, more):
    """Only one side was ever seen, and somebody was gone at once."""
    kinds = [*begin, *([end] if end else [])]
    assume({joined("responder"), left("caller")} - set(kinds))  # or both were seen
    assume({joined("caller"), left("responder")} - set(kinds))
    until = LED + timedelta(seconds=seconds + (more if end else 0))
    assert not met(told(kinds, seconds), LED, until)


def test_whoever_comes_into_a_room_that_was_left_is_alone_in_it():
    kinds = [joined("responder"), left("responder"), joined("caller")]
    assert not met(told(kinds, 60), LED, LED + timedelta(seconds=60))


def test_a_short_talk_of_which_everything_was_told_is_one():
    assert met(told([*BEGINNING], 1), LED, LED + timedelta(seconds=1))
