"""The standing week is changed from a day on; templates are kept beside it."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from logging_db.cipher import FieldCipher
from logging_db.engine import read, write
from logging_db.federation import import_federation
from logging_db.tables import shifts as shift_rows
from planning import shifts, templates, weekly
from planning.keys import ShiftKey, StaleError
from planning.objections import Refused
from planning.undo import undo
from planning.week_slots import Slot, meet, of_week
from planning.weekly_plans import WeeklyPlan
from tests.test_planning_kit import ANNE, FEDERATION, LINE, MONDAY, NIGHT_LINE, NOW, House, house

__all__ = ["house"]

DAY = timedelta(days=1)
WEEK = 7 * DAY
AFTER = MONDAY + WEEK


def plan(
    house: House, weekday: int, starts: int, ends: int, *names: str, **more: Any
) -> WeeklyPlan:
    service = house[more.pop("service", "cssbse")]
    people = tuple(house[name] for name in names)
    return WeeklyPlan(service, weekday, time(starts), time(ends), responders=people, **more)


def row(house: House, weekday: int, hour: int, on: date = AFTER, line: str = LINE) -> Any:
    """The weekly shift of that day and hour that holds on a day."""
    for shift in house.roster(on, line).shifts:
        holds = (shift.since or on) <= on and (shift.until is None or on < shift.until)
        if shift.weekday == weekday and shift.starts.hour == hour and holds:
            return shift
    raise AssertionError("no such weekly shift")


def change(house: House, new: WeeklyPlan, since: date = MONDAY, hour: int = 9, **more: Any) -> Any:
    old = row(house, more.pop("weekday", new.weekday), hour)
    return house.make(lambda it: weekly.change(it, old.id, old.version, new, since))


def called_off(house: House, day: date, hour: int = 9) -> None:
    key, version = house.key(day, hour)
    house.make(lambda it: shifts.remove(it, ShiftKey.parse(key), version))


def given_to(house: House, day: date, *names: str) -> str:
    key, version = house.key(day, 9)
    own = house.plan(day, 9, 13, *names)
    made: str = house.make(lambda it: shifts.change(it, ShiftKey.parse(key), version, own))
    return made


def test_a_change_holds_from_its_day_on_and_the_past_stays(house: House):
    made = change(house, plan(house, 0, 9, 12, "Chloé"))
    assert house.on(MONDAY - WEEK, 10) == ["Alice"]
    assert house.on(MONDAY, 10) == ["Chloé"]
    assert house.on(MONDAY + 2 * WEEK, 12) == []
    assert row(house, 0, 9).id == made.shift_id


def test_a_shift_is_added_and_removed_from_a_day_on(house: House):
    added = plan(house, 2, 10, 16, "Dirk", service="caw")
    (made,) = house.make(lambda it: weekly.add(it, house[LINE], [added], MONDAY))
    wednesday = MONDAY + 2 * DAY
    assert house.on(wednesday - WEEK, 11) == ["Alice"]
    assert house.on(wednesday, 11) == ["Alice", "Dirk"]
    house.make(lambda it: weekly.remove(it, made, 1, AFTER))
    assert house.on(wednesday, 11) == ["Alice", "Dirk"]
    assert house.on(wednesday + WEEK, 11) == ["Alice"]
    own = row(house, 2, 10, MONDAY)
    before = house.make(lambda it: weekly.remove(it, made, own.version, MONDAY))
    assert before.shift_id is None
    assert house.on(wednesday, 11) == ["Alice"]


def test_what_only_begins_later_is_changed_as_it_is(house: House):
    change(house, plan(house, 0, 9, 12, "Chloé"), since=AFTER)
    first = row(house, 0, 9)
    made = change(house, plan(house, 0, 9, 11, "Dirk"), since=MONDAY)
    assert made.shift_id == first.id
    assert house.on(MONDAY, 10) == ["Alice"]
    assert house.on(AFTER, 10) == ["Dirk"]


def test_every_change_of_the_standing_week_can_be_taken_back(house: House):
    given_to(house, AFTER, "Dirk")
    called_off(house, AFTER + WEEK)
    before = house.rows()
    for step in (
        lambda: change(house, plan(house, 1, 9, 12, "Chloé"), weekday=0),
        lambda: change(house, plan(house, 0, 9, 13, "Chloé")),
        lambda: house.make(
            lambda it: weekly.remove(it, row(house, 0, 9).id, row(house, 0, 9).version, MONDAY)
        ),
    ):
        step()
        with write(house.engine) as connection:
            undo(connection, house.at, ANNE, house.changes()[-1].id)
        now = house.rows()
        assert without_versions(now) == without_versions(before)


def without_versions(rows: dict[str, Any]) -> Any:
    rows = {name: found for name, found in rows.items() if name != "roster_changes"}
    return {
        name: sorted(re.sub(r"'(file|hand)', \d+", "", each) for each in found)
        for name, found in rows.items()
    }


def test_a_change_that_has_held_is_not_taken_back(house: House):
    change(house, plan(house, 0, 9, 12, "Chloé"))
    made = house.changes()[-1].id
    house.at = datetime(2026, 12, 1, 9, tzinfo=UTC)
    assert house.refused(lambda it: undo(it.connection, house.at, ANNE, made)) == [
        "holds_since_then"
    ]


# --- what was decided for single days


def test_a_day_that_was_changed_by_hand_is_kept_and_told(house: House):
    own = given_to(house, AFTER, "Dirk")
    made = change(house, plan(house, 0, 9, 12, "Chloé"))
    assert [(each.code, each.details["day"]) for each in made.told] == [("weekly_day_kept", AFTER)]
    assert house.on(AFTER, 10) == ["Dirk"]  # once, not beside the new one
    assert house.key(AFTER, 9)[0] == own
    assert house.on(AFTER + WEEK, 10) == ["Chloé"]


def test_a_day_that_was_changed_stays_by_itself_when_the_weekly_shift_leaves(house: House):
    given_to(house, AFTER, "Dirk")
    old = row(house, 0, 9)
    made = house.make(lambda it: weekly.remove(it, old.id, old.version, MONDAY))
    assert [each.code for each in made.told] == ["weekly_day_kept"]
    assert [house.on(day, 10) for day in (MONDAY, AFTER)] == [[], ["Dirk"]]


def test_a_day_called_off_stays_called_off_where_the_shift_is_the_same(house: House):
    called_off(house, AFTER)
    made = change(house, plan(house, 0, 9, 13, "Chloé"))
    assert made.told == ()
    assert [house.on(day, 10) for day in (MONDAY, AFTER)] == [["Chloé"], []]
    made = change(house, plan(house, 0, 9, 12, "Chloé"))
    assert [each.code for each in made.told] == ["weekly_day_on_again"]
    assert house.on(AFTER, 10) == ["Chloé"]


# --- what cannot be


@pytest.mark.parametrize(
    ("since", "code"),
    [(NOW.date(), "weekly_from_tomorrow"), (date(2062, 1, 1), "weekly_too_far")],
)
def test_today_and_the_past_are_not_changed_by_the_standing_week(house: House, since, code):
    added = plan(house, 2, 10, 12)
    assert house.refused(lambda it: weekly.add(it, house[LINE], [added], since)) == [code]
    old = row(house, 0, 9)
    for step in (
        lambda it: weekly.change(it, old.id, old.version, plan(house, 0, 9, 12), since),
        lambda it: weekly.remove(it, old.id, old.version, since),
    ):
        assert house.refused(step) == [code]


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"starts": 17, "ends": 19}, "outside_hours"),
        ({"weekday": 5}, "outside_hours"),
        ({"weekday": 7}, "weekday_unknown"),
        ({"needed": 0}, "needed_out_of_range"),
        ({"starts": 13, "ends": 9, "next_day": False}, "ends_before_start"),
    ],
)
def test_a_weekly_shift_that_cannot_be_says_why(house: House, wanted, code):
    added = plan(house, **({"weekday": 2, "starts": 10, "ends": 12} | wanted))
    assert house.refused(lambda it: weekly.add(it, house[LINE], [added], MONDAY)) == [code]


def test_a_weekly_time_that_clocks_leap_over_once_a_year_is_allowed(house: House):
    night = replace(plan(house, 6, 2, 8, "Chloé"), starts=time(2, 30))
    house.make(lambda it: weekly.add(it, house[NIGHT_LINE], [night], date(2027, 3, 22)))


@pytest.mark.parametrize(
    ("line", "new"),
    [
        (LINE, (0, 12, 14, "Alice")),
        (NIGHT_LINE, (0, 8, 10, "Alice")),
        (NIGHT_LINE, (6, 22, 10, "Alice")),  # from Sunday night into Monday
    ],
)
def test_nobody_stands_in_two_weekly_shifts_at_once(house: House, line, new):
    added = plan(house, *new)
    assert house.refused(lambda it: weekly.add(it, house[line], [added], MONDAY)) == [
        "two_weekly_shifts_at_once"
    ]


def test_weekly_shifts_that_never_hold_together_do_not_clash(house: House):
    old = row(house, 0, 9)
    house.make(lambda it: weekly.remove(it, old.id, old.version, AFTER))
    added = plan(house, 0, 10, 12, "Alice")
    house.make(lambda it: weekly.add(it, house[NIGHT_LINE], [added], AFTER))
    assert house.on(AFTER, 11, line=NIGHT_LINE) == ["Alice"]


def test_a_dated_shift_of_the_coming_weeks_is_warned_of(house: House):
    house.make(lambda it: shifts.add(it, house[NIGHT_LINE], house.plan(AFTER, 10, 12, "Chloé")))
    change(house, plan(house, 0, 9, 13, "Chloé"))
    assert [(each.code, each.details["day"]) for each in house.told] == [
        ("weekly_meets_dated", AFTER)
    ]


def test_who_does_not_answer_is_refused_and_a_language_nobody_speaks_is_told(house: House):
    added = replace(plan(house, 2, 10, 12), responders=("0" * 32,))
    with pytest.raises(Exception):  # noqa: B017, PT011 # a broken reference, or our refusal
        house.make(lambda it: weekly.add(it, house[LINE], [added], MONDAY))
    dutch = plan(house, 2, 10, 12, "Chloé", languages=("nl",))
    house.make(lambda it: weekly.add(it, house[LINE], [dutch], MONDAY))
    assert [each.code for each in house.told] == ["nobody_speaks"]


def test_two_coordinators_do_not_overwrite_each_other(house: House):
    old = row(house, 0, 9)
    change(house, plan(house, 0, 9, 12, "Chloé"))
    with pytest.raises(StaleError, match="Anne Coordinator"):
        house.make(lambda it: weekly.change(it, old.id, old.version, plan(house, 0, 9, 11), MONDAY))
    key = f"{old.id}.{AFTER:%Y%m%d}"  # a form of a day that was open meanwhile
    with pytest.raises(StaleError):
        house.make(lambda it: shifts.remove(it, ShiftKey.parse(key), old.version))


# --- the federation file beside it


@pytest.mark.parametrize("edited", [False, True])
def test_a_file_does_not_bring_back_what_was_changed_by_hand(
    house: House, cipher: FieldCipher, edited
):
    change(house, plan(house, 0, 9, 12, "Chloé"))
    old = row(house, 1, 9)
    house.make(lambda it: weekly.remove(it, old.id, old.version, MONDAY))
    house.make(lambda it: weekly.add(it, house[LINE], [plan(house, 2, 14, 16, "Chloé")], MONDAY))
    before = house.rows()
    text = FEDERATION
    if edited:  # even where the file now says somebody else: the hand has decided
        text = text.replace('responders = ["Alice Martin"]', 'responders = ["Dirk Maes"]')
    changes = import_federation(house.engine, cipher, text)
    if not edited:
        assert not changes
        assert house.rows() == before
    assert [house.on(MONDAY + n * DAY, 10) for n in (0, 1)] == [["Chloé"], []]
    assert house.on(MONDAY - WEEK, 10) == ["Alice"]
    assert house.on(MONDAY + 2 * DAY, 15) == ["Bram", "Chloé"]


def test_a_file_without_the_shift_does_not_take_away_its_past(house: House, cipher: FieldCipher):
    change(house, plan(house, 0, 9, 12, "Chloé"))
    mondays, others = 'days = ["mon", "tue"', 'days = ["tue"'
    head, *shifts_ = FEDERATION.split("[[shifts]]")
    text = "[[shifts]]".join([head, *(each.replace(mondays, others) for each in shifts_)])
    import_federation(house.engine, cipher, text)
    assert house.on(MONDAY - WEEK, 10) == ["Alice"]
    assert house.on(MONDAY, 10) == ["Chloé"]


# --- templates


def entries(house: House, template: str) -> list[templates.Entry]:
    with read(house.engine) as connection:
        return templates.entries(connection, template)


def test_a_week_is_saved_by_name_edited_renamed_and_deleted(house: House):
    planned = of_week(house.roster(), MONDAY)
    own = house.make(lambda it: templates.save(it, house[LINE], " Crisis  week ", planned))
    assert [entry.slot for entry in entries(house, own)] == planned
    assert house.on(MONDAY, 10) == ["Alice"]  # it holds nowhere
    house.make(lambda it: templates.rename(it, own, "Quiet week"))
    (added,) = house.make(lambda it: templates.add(it, own, [plan(house, 5, 22, 6, "Dirk")]))
    new = plan(house, 5, 21, 6, "Chloé", "Dirk")
    house.make(lambda it: templates.change(it, own, added, 1, new))
    assert entries(house, own)[-1].slot.people == new.responders
    house.make(lambda it: templates.remove(it, own, added, 2))
    assert [entry.slot for entry in entries(house, own)] == planned
    with read(house.engine) as connection:
        assert templates.of_line(connection, house[LINE]) == [(own, "Quiet week", len(planned))]
    before = house.rows()
    house.make(lambda it: templates.delete(it, own))
    with read(house.engine) as connection:
        assert (
            connection.execute(select(shift_rows).where(shift_rows.c.template_id == own)).all()
            == []
        )
    with write(house.engine) as connection:
        undo(connection, house.at, ANNE, house.changes()[-1].id)
    assert house.rows()["shifts"] == before["shifts"]
    assert house.rows()["assignments"] == before["assignments"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 121])
def test_a_template_needs_a_name(house: House, name):
    assert house.refused(lambda it: templates.save(it, house[LINE], name)) == ["template_name"]


def test_two_templates_of_a_line_do_not_share_a_name(house: House):
    own = house.make(lambda it: templates.save(it, house[LINE], "Crisis"))
    assert house.refused(lambda it: templates.save(it, house[LINE], "CRISIS")) == [
        "template_name_taken"
    ]
    house.make(lambda it: templates.rename(it, own, "crisis"))
    house.make(lambda it: templates.save(it, house[NIGHT_LINE], "Crisis"))


def test_nobody_is_twice_at_a_time_in_a_template(house: House):
    own = house.make(lambda it: templates.save(it, house[LINE], "Crisis"))
    house.make(lambda it: templates.add(it, own, [plan(house, 6, 22, 6, "Dirk")]))
    assert house.refused(lambda it: templates.add(it, own, [plan(house, 0, 5, 9, "Dirk")])) == [
        "template_two_at_once"
    ]
    house.make(lambda it: templates.add(it, own, [plan(house, 0, 6, 9, "Dirk")]))


def test_a_shift_of_a_template_is_no_shift_of_the_standing_week(house: House):
    own = house.make(lambda it: templates.save(it, house[LINE], "Crisis"))
    (added,) = house.make(lambda it: templates.add(it, own, [plan(house, 0, 9, 12)]))
    assert house.refused(lambda it: weekly.remove(it, added, 1, MONDAY)) == ["shift_gone"]
    with pytest.raises(Refused):
        house.make(lambda it: templates.remove(it, "0" * 32, added, 1))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((0, 9, 12), (0, 12, 13), False),
        ((0, 9, 12), (0, 11, 13), True),
        ((0, 22, 6), (1, 5, 9), True),
        ((6, 22, 6), (0, 5, 9), True),
        ((6, 22, 6), (0, 6, 9), False),
        ((0, 0, 0), (0, 23, 0), True),
        ((0, 0, 0), (1, 0, 1), False),
    ],
)
def test_slots_of_a_week_meet_over_midnight_and_over_sunday(one, other, expected):
    def slot(weekday: int, starts: int, ends: int) -> Slot:
        return Slot("", weekday, time(starts), time(ends), "")

    assert meet(slot(*one), slot(*other)) is expected
    assert meet(slot(*other), slot(*one)) is expected
