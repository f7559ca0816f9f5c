"""What a second reader found: times over midnight, closed days, stand-ins, moves, twins."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from logging_db.engine import read
from planning import absences, closures, consequences, hours, shifts
from planning.hours import Opening
from planning.keys import ShiftKey
from planning.objections import LANGUAGES, say
from planning.substitutions import substitute
from planning.undo import undo
from routing.gaps import gaps
from tests.test_planning_kit import ANNE, LINE, MONDAY, NIGHT_LINE, House, house

__all__ = ["house"]

DAY = timedelta(days=1)
SATURDAY = MONDAY + 5 * DAY  # nobody is taken up by the standing week
SUNDAY = MONDAY + 6 * DAY
ZONE = "Europe/Brussels"
CLOSED = date(2027, 1, 12)
NAMES = {"fr": "Deuil", "nl": "Rouw"}


def opened(house: House, line: str, *times: tuple[int, int]) -> None:
    """Open a line every day at these hours."""
    wanted = [Opening(n, time(begins), time(ends)) for n in range(7) for begins, ends in times]
    house.make(lambda it: hours.set_hours(it, house[line], wanted, house.at.date()))


def closed(house: House, day: date, line: str) -> None:
    house.make(lambda it: closures.add(it, house[line], day, day, NAMES))


def shift(house: House, *people: str, starts: int = 9, ends: int = 13, **more) -> str:
    plan = house.plan(SATURDAY, starts, ends, *people, **more)
    made: str = house.make(lambda it: shifts.add(it, house[NIGHT_LINE], plan))
    return made


def version(house: House, shift_id: str) -> int:
    return next(one.version for one in house.roster(line=NIGHT_LINE).shifts if one.id == shift_id)


def stand_in(house: House, shift_id: str, instead: str, who: str, *during: int | None) -> None:
    wall = [None if hour is None else time(hour) for hour in during or (None, None)]
    now = version(house, shift_id)
    house.make(
        lambda it: substitute(
            it, ShiftKey(shift_id), now, house[instead], house[who], (wall[0], wall[1])
        )
    )


def move(house: House, shift_id: str, plan) -> list[str]:
    """Change a shift; return the codes of what was told."""
    now = version(house, shift_id)
    house.make(lambda it: shifts.change(it, ShiftKey(shift_id), now, plan))
    return [each.code for each in house.told]


def stand_ins(house: House, shift_id: str) -> list[tuple[time | None, time | None]]:
    (found,) = [one for one in house.roster(line=NIGHT_LINE).shifts if one.id == shift_id]
    return [(each.starts, each.ends) for each in found.substitutions]


# Times over midnight


def test_inverted_times_are_no_shift_through_a_closed_night(house: House):
    plan = house.plan(MONDAY, 14, 12)
    assert house.refused(lambda it: shifts.add(it, house[LINE], plan)) == ["outside_hours"]
    made = house.make(lambda it: shifts.add(it, house[LINE], house.plan(MONDAY, 9, 12)))
    assert house.refused(lambda it: shifts.change(it, ShiftKey(made), 1, plan)) == ["outside_hours"]


def test_a_day_shift_may_go_through_a_break_at_noon_to_midnight_too(house: House):
    opened(house, LINE, (9, 12), (13, 0))
    house.make(lambda it: shifts.add(it, house[LINE], house.plan(MONDAY, 10, 16)))
    house.make(lambda it: shifts.add(it, house[LINE], house.plan(MONDAY, 10, 0)))


def test_a_night_shift_stays_within_one_opening(house: House):
    opened(house, NIGHT_LINE, (20, 6), (12, 14))
    house.make(lambda it: shifts.add(it, house[NIGHT_LINE], house.plan(MONDAY, 22, 6)))
    house.make(lambda it: shifts.add(it, house[NIGHT_LINE], house.plan(MONDAY, 20, 6)))
    over_the_next_day = house.plan(MONDAY, 22, 13)
    assert house.refused(lambda it: shifts.add(it, house[NIGHT_LINE], over_the_next_day)) == [
        "outside_hours"
    ]


# Nights before a closed day


def test_a_hole_in_the_night_before_a_closed_day_can_be_filled(house: House):
    opened(house, NIGHT_LINE, (20, 6))
    closed(house, CLOSED, NIGHT_LINE)
    midnight = datetime(2027, 1, 11, 23, tzinfo=UTC)
    (hole,) = gaps(house.roster(CLOSED, NIGHT_LINE), midnight, midnight + DAY * 0.75)
    assert (hole.begins, hole.ends) == (midnight, midnight + DAY / 4)
    house.make(lambda it: shifts.add(it, house[NIGHT_LINE], house.plan(CLOSED, 0, 6, "Chloé")))
    assert gaps(house.roster(CLOSED, NIGHT_LINE), midnight, midnight + DAY * 0.75) == []
    for starts, ends in ((20, 6), (9, 12)):
        plan = house.plan(CLOSED, starts, ends, "Dirk")
        assert house.refused(lambda it, plan=plan: shifts.add(it, house[NIGHT_LINE], plan)) == [
            "closed_that_day"
        ]


def test_the_end_of_a_night_on_a_closed_day_is_missed_like_any_other_shift(house: House):
    opened(house, NIGHT_LINE, (20, 6))
    house.make(lambda it: shifts.add(it, house[NIGHT_LINE], house.plan(CLOSED, 0, 6, "Chloé")))
    house.make(lambda it: shifts.add(it, house[NIGHT_LINE], house.plan(CLOSED, 20, 6, "Dirk")))
    closed(house, CLOSED, NIGHT_LINE)
    begins, ends = (datetime(2027, 1, day, tzinfo=UTC) for day in (11, 14))
    for who in ("Chloé", "Dirk"):
        person = house[who]
        house.make(lambda it, who=person: absences.add(it, who, begins, ends, ZONE))
    with read(house.engine) as connection:
        assert len(consequences.without(connection, house["Chloé"], begins, ends)) == 1
        assert consequences.without(connection, house["Dirk"], begins, ends) == []
        away = absences.listed(connection, house.at)
        left = consequences.left_without(connection, away, house.at)
        assert [each.people for found in left.values() for each in found] == [("Chloé Dubois",)]


def test_new_hours_name_the_end_of_a_night_on_a_closed_day(house: House):
    opened(house, NIGHT_LINE, (20, 6))
    house.make(lambda it: shifts.add(it, house[NIGHT_LINE], house.plan(CLOSED, 0, 6)))
    house.make(lambda it: shifts.add(it, house[NIGHT_LINE], house.plan(CLOSED, 20, 6)))
    closed(house, CLOSED, NIGHT_LINE)
    opened(house, NIGHT_LINE, (20, 4))
    with read(house.engine) as connection:
        found = consequences.outside_hours(connection, house[NIGHT_LINE], house.at, house.at.date())
    assert [(each.on.day, each.on.shift.starts) for each in found] == [(CLOSED, time(0))]


# Who stands in


def test_a_stand_in_who_is_absent_is_told(house: House):
    begins = datetime(2026, 12, 5, 7, tzinfo=UTC)
    house.make(lambda it: absences.add(it, house["Dirk"], begins, begins + DAY, ZONE))
    made = shift(house, "Chloé")
    stand_in(house, made, "Chloé", "Dirk", 11, 12)
    (told,) = house.told
    assert (told.code, told.details["who"]) == ("is_absent", "Dirk Maes")


def test_a_stand_in_who_is_absent_at_another_time_is_not_told(house: House):
    begins = datetime(2026, 12, 5, 7, tzinfo=UTC)
    until = datetime(2026, 12, 5, 10, tzinfo=UTC)  # 11 in Brussels
    house.make(lambda it: absences.add(it, house["Dirk"], begins, until, ZONE))
    made = shift(house, "Chloé")
    stand_in(house, made, "Chloé", "Dirk", 11, 12)
    assert house.told == ()


def test_who_is_absent_and_stood_in_for_is_not_told_again(house: House):
    begins = datetime(2026, 12, 5, 7, tzinfo=UTC)
    house.make(lambda it: absences.add(it, house["Chloé"], begins, begins + DAY, ZONE))
    made = shift(house, "Chloé")
    assert [each.code for each in house.told] == ["is_absent"]
    stand_in(house, made, "Chloé", "Dirk")
    assert house.told == ()


@pytest.mark.parametrize("during", [(), (11, 12)])
def test_a_stand_in_without_whom_nobody_speaks_the_language_is_told(house: House, during):
    made = shift(house, "Dirk", languages=("nl",))
    assert house.told == ()
    stand_in(house, made, "Dirk", "Chloé", *during)
    assert [each.code for each in house.told] == ["nobody_speaks"]


# Moves


def test_a_move_ends_a_substitution_of_which_nothing_remains_and_says_so(house: House):
    made = shift(house, "Alice")
    stand_in(house, made, "Alice", "Dirk", 9, 10)
    before = house.rows()["substitutions"]
    assert move(house, made, house.plan(SATURDAY, 11, 13, "Alice")) == ["week_ends_substitution"]
    assert stand_ins(house, made) == []
    assert (house.told[0].details["who"], house.told[0].details["instead_of"]) == (
        "Dirk Maes",
        "Alice Martin",
    )
    house.make(lambda it: undo(it.connection, house.at, ANNE, house.changes()[-1].id))
    assert house.rows()["substitutions"] == before


def test_a_part_up_to_an_hour_does_not_become_the_whole_shift_by_a_move(house: House):
    made = shift(house, "Alice")
    stand_in(house, made, "Alice", "Dirk", None, 11)
    assert move(house, made, house.plan(SATURDAY, 12, 16, "Alice")) == ["week_ends_substitution"]
    assert house.on(SATURDAY, 13, line=NIGHT_LINE) == ["Alice"]


def test_who_stood_in_for_a_stand_in_that_ends_goes_too(house: House):
    made = shift(house, "Alice")
    stand_in(house, made, "Alice", "Dirk", 9, 10)
    stand_in(house, made, "Dirk", "Chloé")
    told = move(house, made, house.plan(SATURDAY, 11, 13, "Alice"))
    assert told == ["week_ends_substitution"] * 2
    assert stand_ins(house, made) == []


def test_a_move_that_cuts_a_substitution_says_so(house: House):
    made = shift(house, "Alice")
    stand_in(house, made, "Alice", "Dirk", 10, 12)
    assert move(house, made, house.plan(SATURDAY, 11, 15, "Alice")) == ["substitution_is_cut"]
    assert stand_ins(house, made) == [(time(10), time(12))]
    told = house.told[0].details
    assert (told["part_starts"], told["part_ends"]) == (time(11), time(12))
    assert all("11:00" in say(house.told[0], language) for language in LANGUAGES)


@pytest.mark.parametrize("during", [(), (10, 12)])
def test_a_move_that_leaves_a_substitution_whole_says_nothing(house: House, during):
    made = shift(house, "Alice")
    stand_in(house, made, "Alice", "Dirk", *during)
    assert move(house, made, house.plan(SUNDAY, 8, 12, "Alice")) == []
    assert len(stand_ins(house, made)) == 1


# Twins


def test_a_second_shift_of_the_same_service_and_times_is_told_but_kept(house: House):
    house.make(lambda it: shifts.add(it, house[LINE], house.plan(MONDAY, 9, 13, "Dirk")))
    assert [each.code for each in house.told] == ["same_shift_twice"]
    assert house.on(MONDAY, 10) == ["Alice", "Dirk"]
    for plan in (house.plan(MONDAY, 9, 12, "Chloé"), house.plan(MONDAY, 13, 17, "Chloé")):
        house.make(lambda it, plan=plan: shifts.add(it, house[LINE], plan))
        assert house.told == ()


def test_two_new_twins_are_told_once(house: House):
    plans = [house.plan(MONDAY, 10, 12, "Dirk"), house.plan(MONDAY, 10, 12, "Chloé")]
    house.make(lambda it: shifts.add_many(it, house[LINE], plans))
    assert [each.code for each in house.told] == ["same_shift_twice"]


def test_other_people_in_one_of_two_twins_are_not_told_again(house: House):
    plan = house.plan(MONDAY, 9, 13, "Dirk")
    made = house.make(lambda it: shifts.add(it, house[LINE], plan))
    house.make(lambda it: shifts.change(it, ShiftKey(made), 1, house.plan(MONDAY, 9, 13, "Chloé")))
    assert house.told == ()
