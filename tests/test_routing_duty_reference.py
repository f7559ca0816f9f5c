"""on_duty against the naive reference of `tests/reference_duty.py`, minute by minute."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from routing.duty import on_duty
from routing.roster import Roster
from tests.examples import examples
from tests.reference_duty import Reference
from tests.rosters_at_random import MIDDLES, rosters

ALMOST = timedelta(seconds=59, microseconds=999_999)
CALM = examples(20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def around(middle: date) -> tuple[datetime, datetime]:
    """From noon to noon, over the night before."""
    noon = datetime.combine(middle, time(12), UTC)
    return noon - timedelta(days=1), noon


@pytest.mark.parametrize("middle", MIDDLES, ids=str)
@CALM
@given(data=st.data())
def test_every_minute_is_answered_as_the_reference_answers_it(middle: date, data: st.DataObject):
    roster: Roster = data.draw(rosters(middle))
    language = data.draw(st.sampled_from(("fr", "nl", "ar")))
    reference = Reference(roster, *around(middle))
    for n, minute in enumerate(reference.minutes()):
        asked = [(minute, None)] if n % 7 else [(minute, None), (minute + ALMOST, language)]
        for at, spoken in asked:
            expected, duty = reference.answer(minute, spoken), on_duty(roster, at, spoken)
            assert (duty.reason, [p.id for p in duty.responders], duty.closure) == (
                expected.reason,
                expected.people,
                expected.closure,
            ), at
            assert duty.open == (minute in reference.open)
