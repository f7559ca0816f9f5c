from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_logging_db_federation_kit import GOOD, refused

from logging_db.federation_file import read_federation
from logging_db.federation_overlap import overlap
from logging_db.federation_plan import Slot


def shift(when: str, line: str = "+3280035243", who: str = "Bram Peeters") -> str:
    return f'\n[[shifts]]\nline = "{line}"\nservice = "caw"\n{when}\nresponders = ["{who}"]\n'


@pytest.mark.parametrize(
    "when",
    [
        'days = ["tue"]\nfrom = "12:00"\nto = "14:00"',  # weekly and weekly
        'days = ["sun"]\nfrom = "22:00"\nto = "09:30"',  # from the night before
        'date = 2026-11-23\nfrom = "08:00"\nto = "09:01"',  # dated on a weekly day
        'date = 2026-11-22\nfrom = "20:00"\nto = "10:00"',  # dated, from the night before
    ],
)
def test_nobody_stands_twice_at_the_same_time_on_one_line(when):
    (told,) = refused(GOOD + shift(when))
    assert told == (
        'shifts[3].responders: "Bram Peeters" stands at the same time in shifts[1]; '
        "leave them out of one, or let one end where the other begins."
    )


def test_two_dated_shifts_of_one_night_are_seen_to_meet():
    (told,) = refused(GOOD + shift('date = 2026-11-26\nfrom = "05:00"\nto = "09:00"'))
    assert told.startswith('shifts[3].responders: "Bram Peeters" stands at the same time in shi')


@pytest.mark.parametrize(
    "added",
    [
        shift('days = ["mon", "tue"]\nfrom = "13:00"\nto = "17:00"'),  # touching
        shift('date = 2026-11-25\nfrom = "09:00"\nto = "13:00"'),  # a Wednesday
        shift('date = 2026-11-26\nfrom = "06:00"\nto = "09:00"'),
        shift('days = ["mon"]\nfrom = "09:00"\nto = "13:00"', line="+3280035244"),
    ],
)
def test_standing_one_after_the_other_or_on_two_lines_is_allowed(added):
    assert len(read_federation(GOOD + added).shifts) == 3


def test_a_weekly_shift_may_hold_a_time_that_one_night_of_the_year_lacks():
    assert read_federation(GOOD + shift('days = ["sun"]\nfrom = "02:30"\nto = "08:00"')).shifts


def minutes(slot: Slot, week: int) -> set[datetime]:
    """Every tenth minute that the slot holds in some weeks of 2026, counted one by one."""
    held = set()
    for number in range(7 * week):
        day = date(2026, 10, 19) + timedelta(days=number)
        if slot.day == day or slot.weekday == day.weekday():
            at = datetime.combine(day, slot.starts)
            end = datetime.combine(day, slot.ends)
            end += timedelta(days=1) if end <= at else timedelta()
            while at < end:
                held.add(at)
                at += timedelta(minutes=10)
    return held


_TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 10, 50]))
_WEEKLY = st.builds(Slot, st.integers(0, 6), st.none(), _TIMES, _TIMES)
_DAYS = st.dates(date(2026, 10, 26), date(2026, 11, 1))
_DATED = st.builds(Slot, st.none(), _DAYS, _TIMES, _TIMES)


@given(one=_WEEKLY | _DATED, other=_WEEKLY | _DATED)
def test_two_slots_meet_when_counting_minutes_says_so(one, other):
    met = bool(minutes(one, 3) & minutes(other, 3))
    assert overlap(one, other) is met
    assert overlap(other, one) is met
