from datetime import UTC, date, datetime

import pytest

from logging_db.engine import write
from planning import shifts
from planning.keys import ShiftKey, StaleError
from planning.ledger import Author
from planning.objections import Refused
from planning.substitutions import substitute
from planning.swaps import Stand, follow_again, swap
from planning.undo import undo
from tests.test_planning_kit import LINE, MONDAY, NIGHT_LINE, House, house

__all__ = ["house"]

TUESDAY = date(2026, 12, 1)


def stand(house: House, day: date, hour: int, person: str = "") -> Stand:
    key, version = house.key(day, hour)
    return Stand(ShiftKey.parse(key), version, person and house[person])


def test_two_people_of_two_shifts_trade_places(house: House):
    one, other = stand(house, MONDAY, 9, "Alice"), stand(house, TUESDAY, 13, "Bram")
    house.make(lambda it: swap(it, one, other))
    assert house.on(MONDAY, 10) == ["Bram"]
    assert house.on(TUESDAY, 14) == ["Alice"]
    assert house.on(TUESDAY, 10) == ["Alice"]  # the standing week is as it was


def test_one_person_goes_over_to_another_shift_and_stands_last_there(house: House):
    one, other = stand(house, MONDAY, 9, "Alice"), stand(house, MONDAY, 13)
    house.make(lambda it: swap(it, one, other))
    assert house.on(MONDAY, 10) == []
    assert house.on(MONDAY, 14) == ["Bram", "Alice"]


def test_a_swap_that_puts_somebody_in_two_places_at_once_is_refused(house: House):
    house.make(lambda it: shifts.add(it, house[NIGHT_LINE], house.plan(MONDAY, 9, 12, "Bram")))
    one, other = stand(house, MONDAY, 9, "Alice"), stand(house, MONDAY, 13, "Bram")
    assert house.refused(lambda it: swap(it, one, other)) == ["two_shifts_at_once"]


def test_who_is_stood_in_for_cannot_be_swapped_unseen(house: House):
    key, version = house.key(MONDAY, 9)
    house.make(
        lambda it: substitute(it, ShiftKey.parse(key), version, house["Alice"], house["Dirk"])
    )
    one, other = stand(house, MONDAY, 9, "Alice"), stand(house, MONDAY, 13, "Bram")
    assert house.refused(lambda it: swap(it, one, other)) == ["swap_not_in_person"]
    assert house.refused(lambda it: swap(it, one, one)) == ["swap_within_a_shift"]


def test_nobody_comes_twice_into_a_shift_by_a_swap(house: House):
    house.make(lambda it: shifts.add(it, house[LINE], house.plan(TUESDAY, 13, 15, "Alice")))
    one = stand(house, MONDAY, 9, "Alice")
    key = Stand(ShiftKey(house.make(lambda it: shifts.add(it, house[LINE], _both(house)))), 1)
    assert house.refused(lambda it: swap(it, one, key)) == ["person_twice"]


def _both(house: House) -> shifts.Plan:
    return house.plan(date(2026, 12, 2), 13, 15, "Alice", "Chloé")


def test_an_occurrence_that_was_changed_follows_the_standing_week_again(house: House):
    key, version = house.key(MONDAY, 9)
    plan = house.plan(TUESDAY, 9, 12, "Chloé")
    house.make(lambda it: shifts.change(it, ShiftKey.parse(key), version, plan))
    dated = next(each for each in house.roster().shifts if each.weekly_id)
    house.make(lambda it: follow_again(it, ShiftKey(dated.id), dated.version))
    assert house.on(MONDAY, 10) == ["Alice"]
    assert house.on(TUESDAY, 10) == ["Alice"]


def test_an_occurrence_that_was_called_off_can_be_had_again_and_taken_back(house: House):
    key, version = house.key(MONDAY, 9)
    house.make(lambda it: shifts.remove(it, ShiftKey.parse(key), version))
    (off,) = (each for each in house.roster().shifts if each.cancelled)
    house.make(lambda it: follow_again(it, ShiftKey(off.id), off.version))
    assert house.on(MONDAY, 10) == ["Alice"]
    with write(house.engine) as connection:
        undo(connection, house.at, Author("Bea"), house.changes()[-1].id)
    assert house.on(MONDAY, 10) == []


def test_the_standing_week_is_not_followed_into_two_places_at_once(house: House):
    key, version = house.key(MONDAY, 9)
    house.make(lambda it: shifts.remove(it, ShiftKey.parse(key), version))
    house.make(lambda it: shifts.add(it, house[NIGHT_LINE], house.plan(MONDAY, 9, 12, "Alice")))
    (off,) = (each for each in house.roster().shifts if each.cancelled)
    assert house.refused(lambda it: follow_again(it, ShiftKey(off.id), off.version)) == [
        "two_shifts_at_once"
    ]


def test_only_an_occurrence_still_to_come_follows_again_and_only_as_it_is_now(house: House):
    made = house.make(lambda it: shifts.add(it, house[LINE], house.plan(MONDAY, 9, 11)))
    assert house.refused(lambda it: follow_again(it, ShiftKey(made), 1)) == [
        "not_of_the_standing_week"
    ]
    key, version = house.key(MONDAY, 13)
    plan = house.plan(MONDAY, 13, 16, "Bram", service="caw")
    dated = house.make(lambda it: shifts.change(it, ShiftKey.parse(key), version, plan))
    with pytest.raises(StaleError):
        house.make(lambda it: follow_again(it, ShiftKey(dated), 7))
    house.at = datetime(2026, 11, 30, 13, 0, tzinfo=UTC)
    assert house.refused(lambda it: follow_again(it, ShiftKey(dated), 1)) == ["shift_runs"]


def test_taking_a_change_back_never_puts_somebody_in_two_places_at_once(house: House):
    key, version = house.key(MONDAY, 9)
    house.make(lambda it: shifts.remove(it, ShiftKey.parse(key), version))
    house.make(lambda it: shifts.add(it, house[NIGHT_LINE], house.plan(MONDAY, 9, 12, "Alice")))
    first = house.changes()[0].id
    with pytest.raises(Refused) as caught, write(house.engine) as connection:
        undo(connection, house.at, Author("Bea"), first)
    assert [each.code for each in caught.value.objections] == ["two_shifts_at_once"]
    assert house.on(MONDAY, 10) == []
