"""Laying weeks over weeks, written into both databases and taken back."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from logging_db.engine import read, write
from logging_db.tables import responders
from planning import closures, shifts, templates, weeks
from planning.keys import ShiftKey
from planning.objections import Refused
from planning.substitutions import substitute
from planning.undo import undo
from planning.week_slots import Slot, of_week
from planning.weeks import Order, Preview, Source
from tests.test_planning_kit import ANNE, LINE, MONDAY, NIGHT_LINE, House, house

__all__ = ["house"]

WEEK = timedelta(days=7)
STANDING = Source("standing")


def lay(
    house: House, source: Source, *mondays: date, mode: Any = "replace", line: str = LINE
) -> Preview:
    """Show what an order does, then do it; nothing is left to do afterwards."""
    order = Order(house[line], source, mondays, mode)
    found = look(house, order)
    with write(house.engine) as connection:
        weeks.apply(connection, ANNE, found)
    assert look(house, order).steps == 0
    return found


def look(house: House, order: Order) -> Preview:
    with read(house.engine) as connection:
        return weeks.preview(connection, house.at, order)


def people(house: House, monday: date, line: str = LINE) -> list[Any]:
    """The people of a week by day and hour, by first name."""
    roster = house.roster(monday, line)
    return sorted(
        (s.weekday, s.starts.hour, [roster.responders[p].name.split()[0] for p in s.people])
        for s in of_week(roster, monday)
    )


def content(house: House) -> dict[str, list[str]]:
    """Everything but the list of changes and what only counts versions."""
    found = house.rows()
    del found["roster_changes"]
    return found


def change(house: House, day: date, hour: int, *names: str) -> None:
    key, version = house.key(day, hour)
    plan = house.plan(day, hour, hour + 4, *names, service="cssbse" if hour == 9 else "caw")
    house.make(lambda it: shifts.change(it, ShiftKey.parse(key), version, plan))


def test_a_week_is_copied_and_the_copy_taken_back_in_one_go(house: House):
    change(house, MONDAY, 9, "Chloé", "Alice")
    house.make(lambda it: shifts.add(it, house[LINE], house.plan(MONDAY, 10, 12, "Dirk")))
    before = content(house)
    found = lay(house, Source("week", MONDAY), MONDAY + WEEK, MONDAY + 2 * WEEK)
    assert [week.count("add", "change") for week in found.weeks] == [2, 2]
    assert people(house, MONDAY + WEEK) == people(house, MONDAY)
    assert people(house, MONDAY + 3 * WEEK) != people(house, MONDAY)
    made = house.changes()[-1]
    assert (made.kind, made.details["weeks"], made.details["to"]) == (
        "week_copied",
        2,
        (MONDAY + WEEK).isoformat(),
    )
    with write(house.engine) as connection:
        undo(connection, house.at, ANNE, made.id)
    assert content(house) == before
    with write(house.engine) as connection:
        undo(connection, house.at, ANNE, house.changes()[-1].id)
    assert people(house, MONDAY + WEEK) == people(house, MONDAY)


def test_an_empty_template_calls_the_standing_week_off_and_it_can_be_had_again(house: House):
    empty = house.make(lambda it: templates.save(it, house[LINE], "Nobody"))
    before = content(house)
    lay(house, Source("template", template_id=empty), MONDAY)
    assert people(house, MONDAY) == []
    assert house.on(MONDAY, 10) == []
    lay(house, STANDING, MONDAY)
    assert content(house) == before


def test_a_template_keeps_what_is_equal_and_changes_only_the_rest(house: House):
    change(house, MONDAY, 9, "Alice", "Chloé")
    own, version = house.key(MONDAY, 9)
    house.make(lambda it: substitute(it, ShiftKey(own), version, house["Chloé"], house["Dirk"]))
    slots = [
        Slot(
            "cssbse", 0, time(9), time(13), "Europe/Brussels", people=ids(house, "Alice", "Chloé")
        ),
        Slot(
            "caw", 0, time(13), time(17), "Europe/Brussels", 2, ("fr",), ids(house, "Dirk", "Bram")
        ),
    ]
    kept = house.make(lambda it: templates.save(it, house[LINE], "Crisis", slots))
    lay(house, Source("template", template_id=kept), MONDAY)
    assert house.key(MONDAY, 9) == (own, version + 1)  # untouched since the substitution
    assert house.on(MONDAY, 10) == ["Alice", "Dirk"]
    assert house.on(MONDAY, 14) == ["Dirk", "Bram"]
    assert people(house, MONDAY) == [(0, 9, ["Alice", "Chloé"]), (0, 13, ["Dirk", "Bram"])]


def ids(house: House, *names: str) -> tuple[str, ...]:
    return tuple(house[name] for name in names)


def test_filling_adds_only_what_is_missing(house: House):
    key, version = house.key(MONDAY, 9)
    house.make(lambda it: shifts.remove(it, ShiftKey.parse(key), version))
    change(house, MONDAY, 13, "Dirk")
    lay(house, STANDING, MONDAY, mode="fill")
    assert house.on(MONDAY, 10) == ["Alice"]
    assert house.on(MONDAY, 14) == ["Dirk"]


def test_who_is_taken_up_on_another_line_or_gone_leaves_an_open_place(house: House):
    day = MONDAY + WEEK
    house.make(lambda it: shifts.add(it, house[NIGHT_LINE], house.plan(day, 12, 15, "Dirk")))
    change(house, MONDAY, 9, "Dirk", "Chloé")
    with write(house.engine) as connection:
        own = responders.c.id == house["Chloé"]
        connection.execute(update(responders).where(own).values(active=False))
    found = lay(house, Source("week", MONDAY), day)
    assert [each.code for each in found.weeks[0].left_open] == [
        "left_open_busy",
        "left_open_gone",
    ]
    assert people(house, day)[0] == (0, 9, [])


def test_a_closure_and_hours_that_changed_leave_shifts_out(house: House):
    christmas = date(2026, 12, 21)
    plan = house.plan(MONDAY + timedelta(days=4), 9, 12, "Dirk")
    house.make(lambda it: shifts.add(it, house[LINE], plan))
    found = lay(house, Source("week", MONDAY), christmas)
    assert [(each.why.code, each.slot.starts.hour) for each in found.weeks[0].left_out] == [
        ("week_slot_closed", 9)
    ]
    names = {"fr": "Fête", "nl": "Feest"}
    house.make(lambda it: closures.add(it, house[LINE], MONDAY + WEEK, MONDAY + WEEK, names))
    house.make(lambda it: shifts.add(it, house[LINE], house.plan(MONDAY, 9, 12, "Dirk")))
    found = lay(house, Source("week", MONDAY), MONDAY + WEEK)
    assert [each.why.code for each in found.weeks[0].left_out] == ["week_slot_closed"]


def test_the_night_that_clocks_leap_over_is_left_out_and_other_nights_are_not(house: House):
    source, spring = date(2027, 3, 15), date(2027, 3, 22)
    for n in range(7):
        day = source + timedelta(days=n)
        night = house.plan(day, 22, 6, "Alice")
        house.make(lambda it, night=night: shifts.add(it, house[NIGHT_LINE], night))
    early = shifts.Plan(house["cssbse"], source + timedelta(days=6), time(2, 30), time(5))
    house.make(lambda it: shifts.add(it, house[NIGHT_LINE], early))
    found = lay(house, Source("week", source), spring, line=NIGHT_LINE)
    assert found.weeks[0].count("add") == 7
    assert [each.why.code for each in found.weeks[0].left_out] == ["week_slot_no_time"]
    assert len(people(house, spring, NIGHT_LINE)) == 7


def test_what_has_begun_this_week_stays(house: House):
    this_week = date(2026, 11, 23)  # it is Monday, ten o’clock
    house.make(lambda it: templates.save(it, house[LINE], "Nobody"))
    with read(house.engine) as connection:
        (empty,) = templates.of_line(connection, house[LINE])
    lay(house, Source("template", template_id=empty[0]), this_week)
    assert people(house, this_week) == [(0, 9, ["Alice"])]


def test_a_preview_that_is_no_longer_true_is_not_done(house: House):
    found = look(house, Order(house[LINE], Source("week", MONDAY), (MONDAY + WEEK,)))
    change(house, MONDAY, 9, "Chloé")
    before = house.rows()
    with write(house.engine) as connection, pytest.raises(weeks.RosterMovedError):
        weeks.apply(connection, ANNE, found)
    assert house.rows() == before


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"mondays": ()}, "weeks_none"),
        ({"mondays": (MONDAY + timedelta(days=1),)}, "weeks_none"),
        ({"mondays": weeks.mondays_from(MONDAY, 53)}, "weeks_too_many"),
        ({"mondays": (date(2026, 11, 16),)}, "week_is_over"),
        ({"line_id": "0" * 32}, "line_unknown"),
        ({"source": Source("template", template_id="0" * 32)}, "template_gone"),
        ({"source": Source("week")}, "weeks_none"),
    ],
)
def test_an_order_that_cannot_be_says_why(house: House, order, code):
    usual = {"line_id": house[LINE], "source": STANDING, "mondays": (MONDAY,)}
    with read(house.engine) as connection, pytest.raises(Refused) as caught:
        weeks.preview(connection, house.at, Order(**(usual | order)))
    assert [each.code for each in caught.value.objections] == [code]


def test_undo_is_refused_once_a_shift_of_the_copy_was_changed_or_is_over(house: House):
    change(house, MONDAY, 9, "Chloé")
    lay(house, Source("week", MONDAY), MONDAY + WEEK)
    made = house.changes()[-1].id
    change(house, MONDAY + WEEK, 9, "Alice", "Chloé")
    assert house.refused(lambda it: undo(it.connection, house.at, ANNE, made)) == ["changed_since"]
    lay(house, Source("week", MONDAY), MONDAY + 2 * WEEK)
    made = house.changes()[-1].id
    house.at = datetime(2026, 12, 14, 13, tzinfo=UTC)
    assert house.refused(lambda it: undo(it.connection, house.at, ANNE, made)) == ["shift_is_over"]


def test_undo_is_refused_where_something_else_stands_in_the_place_by_now(house: House):
    change(house, MONDAY, 9, "Chloé")
    lay(house, STANDING, MONDAY)
    made = house.changes()[-1].id
    change(house, MONDAY, 9, "Dirk")  # the same occurrence, decided anew
    assert house.refused(lambda it: undo(it.connection, house.at, ANNE, made)) == ["changed_since"]


def test_a_form_that_was_open_before_notices(house: House):
    change(house, MONDAY, 9, "Chloé")
    key, version = house.key(MONDAY, 9)
    empty = house.make(lambda it: templates.save(it, house[LINE], "Nobody"))
    lay(house, Source("template", template_id=empty), MONDAY)
    plan = house.plan(MONDAY, 9, 13, "Dirk")
    codes = house.refused(lambda it: shifts.change(it, ShiftKey.parse(key), version, plan))
    assert codes == ["shift_stale_by"]
