"""Absences: noted, ended sooner, removed; and the shifts that they leave without somebody."""

from datetime import UTC, datetime, timedelta

import pytest

from logging_db.engine import read, write
from planning import absences, consequences, shifts
from planning.keys import ShiftKey
from planning.objections import Refused, say
from planning.substitutions import substitute
from planning.undo import undo
from tests.test_planning_kit import ANNE, MONDAY, NIGHT_LINE, NOW, House, house

__all__ = ["house"]

ZONE = "Europe/Brussels"
DAY = timedelta(days=1)
MORNING = datetime(2026, 11, 30, 7, tzinfo=UTC)  # 8 in Brussels
EVENING = datetime(2026, 11, 30, 17, tzinfo=UTC)


def away(house: House, who: str, starts: datetime = MORNING, ends: datetime = EVENING) -> str:
    made: str = house.make(lambda it: absences.add(it, house[who], starts, ends, ZONE))
    return made


def test_who_is_absent_does_not_answer_and_their_shifts_are_listed(house: House):
    house.make(lambda it: shifts.add(it, house[NIGHT_LINE], house.plan(MONDAY, 14, 16, "Alice")))
    away(house, "Alice")
    assert house.on(MONDAY, 10) == []
    with read(house.engine) as connection:
        found = consequences.without(connection, house["Alice"], MORNING, EVENING)
        assert [(each.line.name, each.on.shift.starts.hour) for each in found] == [
            ("Allo ? Aide sociale", 9),
            ("La nuit", 14),
        ]
        assert consequences.without(connection, house["Alice"], EVENING, EVENING + DAY / 2) == []


def test_a_shift_in_which_somebody_stands_in_already_is_not_listed(house: House):
    key, version = house.key(MONDAY, 9)
    house.make(
        lambda it: substitute(it, ShiftKey.parse(key), version, house["Alice"], house["Dirk"])
    )
    with read(house.engine) as connection:
        assert consequences.without(connection, house["Alice"], MORNING, EVENING) == []
        assert len(consequences.without(connection, house["Dirk"], MORNING, EVENING)) == 1


def test_an_absence_ends_sooner_and_that_can_be_taken_back(house: House):
    own = away(house, "Alice", ends=EVENING + 3 * DAY)
    house.make(lambda it: absences.end(it, own, EVENING))
    assert house.on(MONDAY + DAY, 10) == ["Alice"]
    with write(house.engine) as connection:
        undo(connection, house.at, ANNE, house.changes()[-1].id)
    assert house.on(MONDAY + DAY, 10) == []


@pytest.mark.parametrize("ends", [MORNING, EVENING, EVENING + DAY, NOW - DAY])
def test_an_end_must_lie_between_now_and_the_present_end(house: House, ends):
    own = away(house, "Alice")
    assert house.refused(lambda it: absences.end(it, own, ends)) == ["absence_end_between"]


def test_one_that_has_not_begun_is_removed_and_one_that_runs_is_not(house: House):
    own = away(house, "Alice")
    house.make(lambda it: absences.remove(it, own))
    assert house.on(MONDAY, 10) == ["Alice"]
    assert house.refused(lambda it: absences.remove(it, own)) == ["absence_gone"]
    own = away(house, "Alice")
    house.at = MORNING + timedelta(hours=1)
    assert house.refused(lambda it: absences.remove(it, own)) == ["absence_has_begun"]
    house.at = EVENING + timedelta(hours=1)
    for step in (
        lambda it: absences.end(it, own, EVENING),
        lambda it: absences.remove(it, own),
    ):
        assert house.refused(step) == ["absence_is_over"]
    made = house.changes()[-1].id
    assert house.refused(lambda it: undo(it.connection, house.at, ANNE, made)) == [
        "absence_is_over"
    ]


def test_absences_of_one_person_do_not_overlap(house: House):
    away(house, "Alice")
    with pytest.raises(Refused) as caught:
        away(house, "Alice", EVENING - DAY / 24, EVENING + DAY)
    (objection,) = caught.value.objections
    assert objection.code == "absence_overlaps"
    assert "08:00" in say(objection, "en")
    assert "lundi 30 novembre 2026" in say(objection, "fr")
    away(house, "Alice", EVENING, EVENING + DAY)  # where one ends another may begin
    away(house, "Bram")


@pytest.mark.parametrize(
    ("starts", "ends", "code"),
    [
        (EVENING, MORNING, "absence_backwards"),
        (NOW - DAY, NOW + DAY, "absence_in_the_past"),
        (NOW - DAY / 12, NOW - DAY / 24, "absence_in_the_past"),
        (MORNING, MORNING + 400 * DAY, "absence_too_long"),
        (MORNING + 4000 * DAY, MORNING + 4001 * DAY, "absence_too_long"),
    ],
)
def test_an_absence_that_cannot_be_says_why(house: House, starts, ends, code):
    own = house["Alice"]
    assert house.refused(lambda it: absences.add(it, own, starts, ends, ZONE)) == [code]


def test_somebody_who_is_ill_may_be_noted_as_absent_from_the_beginning_of_today(house: House):
    away(house, "Alice", NOW.replace(hour=0), NOW + DAY / 4)


def test_absences_are_listed_the_next_first_and_past_ones_apart(house: House):
    away(house, "Bram", MORNING + DAY, EVENING + DAY)
    own = away(house, "Alice")
    with read(house.engine) as connection:
        assert [each.name for each in absences.listed(connection, NOW)] == [
            "Alice Martin",
            "Bram Peeters",
        ]
        assert len(absences.listed(connection, NOW, house["Bram"])) == 1
        assert absences.find(connection, own).starts_at == MORNING
        later = EVENING + DAY / 2
        assert [each.name for each in absences.listed(connection, later, past=True)] == [
            "Alice Martin"
        ]
        with pytest.raises(Refused):
            absences.find(connection, "0" * 32)


def test_a_time_that_clocks_leap_over_is_refused():
    with pytest.raises(Refused):
        absences.instant(datetime(2027, 3, 28, 2, 30), ZONE)  # noqa: DTZ001 # wall time
    assert absences.instant(datetime(2027, 3, 28, 3), ZONE).hour == 3  # noqa: DTZ001


def test_the_shifts_that_absences_leave_are_found_for_all_of_them_at_once(house: House):
    away(house, "Alice", MORNING, MORNING + 2 * DAY)
    away(house, "Bram", MORNING + DAY, EVENING + DAY)
    away(house, "Chloé")
    away(house, "Bram", MORNING + 300 * DAY, EVENING + 300 * DAY)
    with read(house.engine) as connection:
        found = absences.listed(connection, house.at)
        left = consequences.left_without(connection, found, house.at)
        assert consequences.left_without(connection, [], house.at) == {}
    by_name = [(each.name.split()[0], len(left.get(each.id, ()))) for each in found]
    assert by_name == [("Alice", 2), ("Chloé", 0), ("Bram", 1), ("Bram", 0)]
