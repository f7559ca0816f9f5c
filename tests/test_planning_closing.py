"""Opening hours with the days from which they hold, and closures."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from logging_db.cipher import FieldCipher
from logging_db.engine import read, write
from logging_db.federation import import_federation
from planning import closures, consequences, hours, shifts
from planning.holidays import proposals
from planning.hours import Opening, Period
from planning.undo import undo
from tests.test_planning_kit import ANNE, FEDERATION, LINE, MONDAY, NOW, House, house

__all__ = ["house"]

DAY = timedelta(days=1)
WEEK = 7 * DAY
TODAY = NOW.date()
NAMES = {"fr": "Grève", "nl": "Staking"}


def week(opens: int, closes: int, days: Any = range(5)) -> list[Opening]:
    return [Opening(day, time(opens), time(closes)) for day in days]


USUAL = tuple(week(9, 17))


def set_hours(house: House, openings: list[Opening], since: date) -> None:
    house.make(lambda it: hours.set_hours(it, house[LINE], openings, since))


def periods(house: House) -> list[Period]:
    with read(house.engine) as connection:
        return hours.periods(connection, house[LINE])


def outside(house: House, since: date) -> list[Any]:
    with read(house.engine) as connection:
        return consequences.outside_hours(connection, house[LINE], house.at, since)


def test_new_hours_hold_from_their_day_and_the_old_ones_stay_on_record(house: House):
    assert periods(house) == [Period(None, None, USUAL)]
    set_hours(house, week(8, 20), MONDAY)
    assert periods(house) == [Period(None, MONDAY, USUAL), Period(MONDAY, None, tuple(week(8, 20)))]
    late = house.plan(MONDAY, 17, 19)
    house.make(lambda it: shifts.add(it, house[LINE], late))
    early = house.plan(MONDAY - WEEK + DAY, 17, 19)
    assert house.refused(lambda it: shifts.add(it, house[LINE], early)) == ["outside_hours"]


def test_changes_in_between_end_where_the_next_one_begins(house: House):
    set_hours(house, week(8, 20), MONDAY + 2 * WEEK)
    set_hours(house, week(10, 12), MONDAY)
    assert [(each.since, each.until) for each in periods(house)] == [
        (None, MONDAY),
        (MONDAY, MONDAY + 2 * WEEK),
        (MONDAY + 2 * WEEK, None),
    ]
    set_hours(house, week(11, 12), MONDAY)  # the same day again: it is replaced
    assert [each.openings[0].opens.hour for each in periods(house)] == [9, 11, 8]


def test_a_planned_change_is_taken_out_and_the_hours_before_go_on(house: House):
    before = house.rows()["opening_hours"]
    set_hours(house, week(10, 12), MONDAY)
    set_hours(house, week(8, 20), MONDAY + WEEK)
    house.make(lambda it: hours.drop(it, house[LINE], MONDAY))
    assert [(each.since, each.until) for each in periods(house)] == [
        (None, MONDAY + WEEK),
        (MONDAY + WEEK, None),
    ]
    house.make(lambda it: hours.drop(it, house[LINE], MONDAY + WEEK))
    assert house.rows()["opening_hours"] == before
    assert house.refused(lambda it: hours.drop(it, house[LINE], MONDAY)) == ["hours_not_planned"]


def test_hours_are_taken_back_until_they_have_held_for_a_day(house: House):
    before = house.rows()["opening_hours"]
    set_hours(house, week(8, 20), TODAY)  # a crisis: open longer tonight
    made = house.changes()[-1].id
    with write(house.engine) as connection:
        undo(connection, house.at, ANNE, made)
    assert house.rows()["opening_hours"] == before
    set_hours(house, week(8, 20), TODAY)
    made = house.changes()[-1].id
    house.at = NOW + DAY
    assert house.refused(lambda it: undo(it.connection, house.at, ANNE, made)) == [
        "holds_since_then"
    ]
    with write(house.engine) as connection:
        assert hours.planned(connection, house[LINE], TODAY) == []
    assert house.refused(lambda it: hours.drop(it, house[LINE], TODAY)) == ["hours_not_planned"]


@pytest.mark.parametrize(
    ("openings", "since", "code"),
    [
        ([Opening(0, time(9), time(12)), Opening(0, time(11), time(13))], MONDAY, "hours_overlap"),
        ([Opening(0, time(22), time(6)), Opening(1, time(5), time(9))], MONDAY, "hours_overlap"),
        ([Opening(6, time(22), time(6)), Opening(0, time(5), time(9))], MONDAY, "hours_overlap"),
        ([Opening(0, time(9), time(9, 10))], MONDAY, "hours_too_short"),
        ([Opening(0, time(n), time(n + 1)) for n in range(5)], MONDAY, "hours_too_many"),
        (week(8, 20), TODAY - DAY, "hours_in_the_past"),
        (week(8, 20), date(2062, 1, 1), "weekly_too_far"),
    ],
)
def test_hours_that_cannot_be_say_why(house: House, openings, since, code):
    assert house.refused(lambda it: hours.set_hours(it, house[LINE], openings, since)) == [code]


def test_day_and_night_and_a_break_at_noon_are_possible(house: House):
    always = [Opening(day, time(0), time(0)) for day in range(6)]
    noon = [Opening(6, time(9), time(12)), Opening(6, time(12), time(17))]
    set_hours(house, [*always, *noon], MONDAY)
    assert len(periods(house)[-1].openings) == 8


def test_a_line_can_be_left_without_hours(house: House):
    set_hours(house, [], MONDAY)
    assert periods(house)[-1] == Period(MONDAY, None, ())
    assert house.on(MONDAY, 10) == []


def test_shifts_that_fall_outside_the_new_hours_are_listed(house: House):
    assert outside(house, MONDAY) == []
    set_hours(house, week(10, 17), MONDAY)
    found = outside(house, MONDAY)
    assert len(found) == 8 * 5 - 1  # those of the mornings; one is on Christmas
    assert (found[0].on.day, found[0].on.shift.starts, found[0].people) == (
        MONDAY,
        time(9),
        ("Alice Martin",),
    )


def test_a_file_leaves_hours_and_closures_alone_that_were_made_by_hand(
    house: House, cipher: FieldCipher
):
    set_hours(house, week(8, 20), MONDAY)
    house.make(lambda it: closures.add(it, house[LINE], MONDAY, MONDAY, NAMES))
    before = house.rows()
    import_federation(house.engine, cipher, FEDERATION)
    assert house.rows() == before


# --- closures


def listed(house: House) -> list[closures.Closed]:
    with read(house.engine) as connection:
        return closures.of_line(connection, house[LINE])


def test_a_line_stays_closed_on_a_range_of_days_and_the_shifts_are_listed(house: House):
    days = house.make(lambda it: closures.add(it, house[LINE], MONDAY, MONDAY + 2 * DAY, NAMES))
    assert days == [MONDAY, MONDAY + DAY, MONDAY + 2 * DAY]
    assert [each.names for each in listed(house)[:3]] == [NAMES] * 3
    assert house.on(MONDAY, 10) == []
    with read(house.engine) as connection:
        found = consequences.on_days(connection, house[LINE], house.at, days)
    assert len(found) == 6
    with write(house.engine) as connection:
        undo(connection, house.at, ANNE, house.changes()[-1].id)
    assert house.on(MONDAY, 10) == ["Alice"]


def test_days_that_are_closed_already_keep_their_name(house: House):
    christmas = date(2026, 12, 25)
    days = house.make(lambda it: closures.add(it, house[LINE], christmas - DAY, christmas, NAMES))
    assert days == [christmas - DAY]
    assert house.refused(lambda it: closures.add(it, house[LINE], christmas, christmas, NAMES)) == [
        "closed_already"
    ]


def test_holidays_are_taken_all_or_some(house: House):
    wanted = proposals(2027, ("fr", "nl"))
    house.make(lambda it: closures.accept(it, house[LINE], wanted[:3]))
    house.make(lambda it: closures.accept(it, house[LINE], wanted))
    assert len(listed(house)) == 1 + len(wanted)
    assert house.refused(lambda it: closures.accept(it, house[LINE], wanted)) == ["closed_already"]
    assert house.refused(lambda it: closures.accept(it, house[LINE], proposals(2025, ("fr",)))) == [
        "closures_none_chosen"
    ]


def test_a_closure_is_removed_and_one_of_a_file_is_warned_of(house: House):
    house.make(lambda it: closures.add(it, house[LINE], MONDAY, MONDAY, NAMES))
    ours, of_file = listed(house)
    assert house.make(lambda it: closures.remove(it, ours.id)) is None
    told = house.make(lambda it: closures.remove(it, of_file.id))
    assert told.code == "closure_from_file"
    assert listed(house) == []
    assert house.refused(lambda it: closures.remove(it, ours.id)) == ["closure_gone"]


def test_a_closure_that_is_over_stays(house: House):
    house.make(lambda it: closures.add(it, house[LINE], MONDAY, MONDAY, NAMES))
    made, own = house.changes()[-1].id, listed(house)[0].id
    house.at = datetime(2026, 12, 1, 9, tzinfo=UTC)
    assert house.refused(lambda it: closures.remove(it, own)) == ["closure_is_over"]
    assert house.refused(lambda it: undo(it.connection, house.at, ANNE, made)) == [
        "closure_is_over"
    ]


def test_a_closure_that_was_removed_and_made_anew_is_not_brought_back_twice(house: House):
    house.make(lambda it: closures.add(it, house[LINE], MONDAY, MONDAY, NAMES))
    own = listed(house)[0].id
    house.make(lambda it: closures.remove(it, own))
    removed = house.changes()[-1].id
    house.make(lambda it: closures.add(it, house[LINE], MONDAY, MONDAY, NAMES))
    assert house.refused(lambda it: undo(it.connection, house.at, ANNE, removed)) == [
        "changed_since"
    ]


@pytest.mark.parametrize(
    ("first", "last", "names", "code"),
    [
        (TODAY - DAY, TODAY, NAMES, "closure_in_the_past"),
        (MONDAY, MONDAY - DAY, NAMES, "closure_backwards"),
        (MONDAY, MONDAY + 92 * DAY, NAMES, "closure_too_long"),
        (date(2062, 1, 1), date(2062, 1, 1), NAMES, "weekly_too_far"),
        (MONDAY, MONDAY, {"fr": "Grève"}, "closure_without_name"),
        (MONDAY, MONDAY, {"fr": "x" * 81, "nl": "x"}, "closure_name_too_long"),
    ],
)
def test_a_closure_that_cannot_be_says_why(house: House, first, last, names, code):
    assert house.refused(lambda it: closures.add(it, house[LINE], first, last, names)) == [code]
