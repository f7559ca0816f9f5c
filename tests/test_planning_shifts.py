from datetime import UTC, date, datetime, time

import pytest

from logging_db.engine import write
from planning import shifts
from planning.keys import ShiftKey, StaleError
from planning.ledger import Author
from planning.objections import say
from planning.substitutions import end, substitute
from planning.undo import undo
from tests.test_planning_kit import LINE, MONDAY, NIGHT_LINE, House, house

__all__ = ["house"]

TUESDAY = date(2026, 12, 1)


def test_an_occurrence_of_the_standing_week_can_be_given_to_somebody_else(house: House):
    key, version = house.key(MONDAY, 9)
    plan = house.plan(MONDAY, 9, 13, "Chloé", "Alice")
    house.make(lambda ledger: shifts.change(ledger, ShiftKey.parse(key), version, plan))
    assert house.on(MONDAY, 10) == ["Chloé", "Alice"]
    assert house.on(TUESDAY, 10) == ["Alice"]  # only that day


def test_a_shift_is_added_moved_lengthened_and_removed(house: House):
    plan = house.plan(MONDAY, 9, 11, "Dirk")
    made = house.make(lambda ledger: shifts.add(ledger, house[LINE], plan))
    assert house.on(MONDAY, 10) == ["Alice", "Dirk"]
    longer = house.plan(TUESDAY, 10, 17, "Dirk")
    house.make(lambda ledger: shifts.change(ledger, ShiftKey(made), 1, longer))
    assert house.on(MONDAY, 10) == ["Alice"]
    assert house.on(TUESDAY, 16) == ["Bram", "Dirk"]
    house.make(lambda ledger: shifts.remove(ledger, ShiftKey(made), 2))
    assert house.on(TUESDAY, 16) == ["Bram"]


def test_an_occurrence_that_is_moved_leaves_its_old_day(house: House):
    key, version = house.key(MONDAY, 9)
    plan = house.plan(TUESDAY, 9, 13, "Chloé")
    house.make(lambda ledger: shifts.change(ledger, ShiftKey.parse(key), version, plan))
    assert house.on(MONDAY, 10) == []
    assert sorted(house.on(TUESDAY, 10)) == ["Alice", "Chloé"]


def test_an_occurrence_that_is_removed_is_called_off_on_that_day_only(house: House):
    key, version = house.key(MONDAY, 9)
    house.make(lambda ledger: shifts.remove(ledger, ShiftKey.parse(key), version))
    assert house.on(MONDAY, 10) == []
    assert house.on(TUESDAY, 10) == ["Alice"]


def test_every_change_can_be_taken_back_and_that_too(house: House):
    untouched = house.roster().shifts
    key, version = house.key(MONDAY, 9)
    plan = house.plan(MONDAY, 9, 12, "Chloé")
    house.make(lambda ledger: shifts.change(ledger, ShiftKey.parse(key), version, plan))
    dated, version = house.key(MONDAY, 9)
    house.make(lambda ledger: shifts.remove(ledger, ShiftKey(dated), version))
    first, second = (change.id for change in house.changes())
    with write(house.engine) as connection:
        undo(connection, house.at, Author("Bea"), second)
    assert house.on(MONDAY, 10) == ["Chloé"]
    with write(house.engine) as connection:
        undo(connection, house.at, Author("Bea"), first)
    assert house.roster().shifts == untouched
    third = house.changes()[-1]
    assert (third.who, third.kind, third.undoes) == ("Bea", "undo", first)
    with write(house.engine) as connection:
        undo(connection, house.at, Author("Anne"), third.id)
    assert house.on(MONDAY, 10) == ["Chloé"]


def test_a_change_that_was_changed_again_is_not_taken_back(house: House):
    made = house.make(lambda it: shifts.add(it, house[LINE], house.plan(MONDAY, 9, 11, "Dirk")))
    plan = house.plan(MONDAY, 9, 12, "Dirk", "Chloé")
    house.make(lambda ledger: shifts.change(ledger, ShiftKey(made), 1, plan))
    first = house.changes()[0].id
    assert house.refused(
        lambda ledger: undo(ledger.connection, house.at, Author("Bea"), first)
    ) == ["changed_since"]


def test_who_joined_a_new_shift_later_is_not_lost_with_it(house: House):
    made = house.make(lambda it: shifts.add(it, house[LINE], house.plan(MONDAY, 9, 11)))
    plan = house.plan(MONDAY, 9, 11, "Dirk")
    house.make(lambda ledger: shifts.change(ledger, ShiftKey(made), 1, plan))
    first = house.changes()[0].id
    assert house.refused(
        lambda ledger: undo(ledger.connection, house.at, Author("Bea"), first)
    ) == ["changed_since"]


def test_two_coordinators_never_overwrite_each_other_unseen(house: House):
    key, version = house.key(MONDAY, 9)
    ours, theirs = house.plan(MONDAY, 9, 13, "Chloé"), house.plan(MONDAY, 9, 12, "Alice")
    house.make(lambda ledger: shifts.change(ledger, ShiftKey.parse(key), version, theirs))
    with pytest.raises(StaleError, match="Anne Coordinator has changed this shift"):
        house.make(lambda ledger: shifts.change(ledger, ShiftKey.parse(key), version, ours))
    dated, version = house.key(MONDAY, 9)
    house.make(lambda ledger: shifts.change(ledger, ShiftKey(dated), version, ours))
    with pytest.raises(StaleError):
        house.make(lambda ledger: shifts.remove(ledger, ShiftKey(dated), version))


def test_nobody_is_planned_in_two_places_at_once_on_whatever_line(house: House):
    plan = house.plan(MONDAY, 12, 15, "Alice")
    assert house.refused(lambda it: shifts.add(it, house[NIGHT_LINE], plan)) == [
        "two_shifts_at_once"
    ]
    touching = house.plan(MONDAY, 13, 15, "Alice")
    house.make(lambda it: shifts.add(it, house[NIGHT_LINE], touching))
    assert house.on(MONDAY, 14, line=NIGHT_LINE) == ["Alice"]


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        ({"starts": 13, "ends": 9, "next_day": False}, "ends_before_start"),
        ({"starts": 17, "ends": 19}, "outside_hours"),
        ({"starts": 8, "ends": 12}, "outside_hours"),
        ({"day": date(2026, 12, 25)}, "closed_that_day"),
        ({"day": date(2026, 11, 22)}, "shift_is_over"),
        ({"needed": 0}, "needed_out_of_range"),
        ({"starts": 9, "ends": 12, "next_day": True}, "longer_than_a_day"),
    ],
)
def test_a_plan_that_cannot_be_says_why_and_changes_nothing(house: House, plan, code):
    wanted = house.plan(**plan)
    assert house.refused(lambda ledger: shifts.add(ledger, house[LINE], wanted)) == [code]


def test_a_wall_time_that_does_not_exist_is_refused(house: House):
    day = date(2027, 3, 28)
    plan = shifts.Plan(house["cssbse"], day, time(2, 30), time(8))
    assert house.refused(lambda it: shifts.add(it, house[NIGHT_LINE], plan)) == ["no_such_time"]


def test_a_night_over_midnight_and_the_clock_change_is_planned(house: House):
    plan = house.plan(date(2027, 3, 27), 22, 6, "Chloé")
    house.make(lambda it: shifts.add(it, house[NIGHT_LINE], plan))
    roster = house.roster(date(2027, 3, 27), NIGHT_LINE)
    assert [shift.ends for shift in roster.shifts] == [time(6)]


def test_what_is_over_is_read_only_and_what_runs_keeps_its_beginning(house: House):
    monday = date(2026, 11, 23)  # it is ten
    key, version = house.key(monday, 9)
    later = house.plan(monday, 10, 13, "Chloé")
    assert house.refused(lambda it: shifts.change(it, ShiftKey.parse(key), version, later)) == [
        "shift_has_begun"
    ]
    assert house.refused(lambda it: shifts.remove(it, ShiftKey.parse(key), version)) == [
        "shift_runs"
    ]
    same = house.plan(monday, 9, 13, "Chloé")
    house.make(lambda it: shifts.change(it, ShiftKey.parse(key), version, same))
    assert house.on(monday, 10) == ["Chloé"]
    house.at = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
    key, version = house.key(monday, 9)
    assert house.refused(lambda it: shifts.change(it, ShiftKey(key), version, same)) == [
        "shift_is_over"
    ]
    with write(house.engine) as connection, pytest.raises(Exception, match="is over"):
        undo(connection, house.at, Author("Bea"), house.changes()[-1].id)


def test_a_substitution_replaces_one_person_for_part_of_a_shift(house: House):
    plan = house.plan(MONDAY, 9, 13, "Alice", "Chloé")
    key, version = house.key(MONDAY, 9)
    made = house.make(lambda it: shifts.change(it, ShiftKey.parse(key), version, plan))
    key, version = house.key(MONDAY, 9)
    during = (time(11), time(12))
    house.make(
        lambda it: substitute(it, ShiftKey(key), version, house["Alice"], house["Dirk"], during)
    )
    assert house.on(MONDAY, 10) == ["Alice", "Chloé"]
    assert house.on(MONDAY, 11) == ["Dirk", "Chloé"]  # in her place, and only in hers
    assert house.on(MONDAY, 12) == ["Alice", "Chloé"]
    assert made == key


def test_a_stand_in_can_be_stood_in_for(house: House):
    key, version = house.key(MONDAY, 9)
    first = house.make(
        lambda it: substitute(it, ShiftKey.parse(key), version, house["Alice"], house["Dirk"])
    )
    key, version = house.key(MONDAY, 9)
    house.make(lambda it: substitute(it, ShiftKey(key), version, house["Dirk"], house["Chloé"]))
    assert house.on(MONDAY, 10) == ["Chloé"]
    version = house.key(MONDAY, 9)[1]
    assert house.refused(lambda it: end(it, first, version)) == ["stand_in_is_stood_in_for"]


def test_a_substitute_who_is_taken_up_elsewhere_is_refused(house: House):
    plan = house.plan(MONDAY, 9, 12, "Dirk")
    house.make(lambda it: shifts.add(it, house[NIGHT_LINE], plan))
    key, version = house.key(MONDAY, 9)
    assert house.refused(
        lambda it: substitute(it, ShiftKey.parse(key), version, house["Alice"], house["Dirk"])
    ) == ["two_shifts_at_once"]
    free = (time(12), time(13))
    house.make(
        lambda it: substitute(it, ShiftKey.parse(key), version, house["Alice"], house["Dirk"], free)
    )


@pytest.mark.parametrize("during", [(time(8), None), (time(12), time(11)), (None, time(14))])
def test_a_substitution_outside_its_shift_is_refused(house: House, during):
    key, version = house.key(MONDAY, 9)
    assert house.refused(
        lambda it: substitute(
            it, ShiftKey.parse(key), version, house["Alice"], house["Dirk"], during
        )
    ) == ["part_outside_shift"]


def test_a_refusal_names_the_place_the_reason_and_the_remedy(house: House):
    plan = house.plan(MONDAY, 12, 15, "Alice")
    with pytest.raises(Exception, match="Alice Martin would be in two shifts") as caught:
        house.make(lambda it: shifts.add(it, house[NIGHT_LINE], plan))
    assert "lundi 30 novembre 2026" in say(caught.value.objections[0], "fr")
    assert "maandag 30 november 2026" in say(caught.value.objections[0], "nl")


def test_a_change_never_keeps_a_number(house: House):
    house.make(lambda it: shifts.add(it, house[LINE], house.plan(MONDAY, 9, 11, "Dirk")))
    assert all("phone" not in repr(change.images) for change in house.changes())
