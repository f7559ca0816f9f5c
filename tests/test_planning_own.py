"""One person's shifts as they really are, and saying "I can't"."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import insert, select

from logging_db.columns import new_id
from logging_db.engine import read, write
from logging_db.rosters import read_book
from logging_db.tables import absence_reports, absences
from planning import shifts
from planning.keys import ShiftKey
from planning.ledger import Author
from planning.objections import Refused
from planning.own import Stint, find, stints
from planning.own_reports import open_reports, say_cannot, settle
from planning.substitutions import substitute
from planning.undo import undo
from tests.test_planning_kit import LINE, MONDAY, NIGHT_LINE, House, house

__all__ = ["house"]

TUESDAY = date(2026, 12, 1)
SUNDAY = date(2026, 12, 6)


def own(house: House, name: str, first: date = MONDAY, last: date = SUNDAY) -> list[Stint]:
    with read(house.engine) as connection:
        book = read_book(connection, first - timedelta(days=3), last + timedelta(days=3))
        return stints(book, house.ids(connection)[name], first, last)


def times(found: list[Stint]) -> list[str]:
    return [f"{s.begins:%d %H:%M}-{s.ends:%H:%M}" for s in found]  # UTC: an hour before Brussels


def stint(house: House, name: str, day: date = MONDAY, hour: int = 9) -> Stint:
    key, _ = house.key(day, hour)
    with read(house.engine) as connection:
        return find(connection, house.ids(connection)[name], ShiftKey.parse(key))


def stand_in(house: House, old: str, new: str, *during: time) -> None:
    key, version = house.key(MONDAY, 9)
    part = (during[0], during[1]) if during else (None, None)
    house.make(
        lambda it: substitute(it, ShiftKey.parse(key), version, house[old], house[new], part)
    )


def test_everybody_sees_their_own_shifts_of_the_standing_week(house: House):
    assert times(own(house, "Alice")) == [f"{day:02} 08:00-12:00" for day in (30, 1, 2, 3, 4)]
    assert own(house, "Dirk") == []


def test_who_is_replaced_for_a_part_keeps_the_rest_and_who_stands_in_has_it(house: House):
    stand_in(house, "Alice", "Dirk", time(11), time(12))
    first, rest, *_ = own(house, "Alice", MONDAY, MONDAY)
    assert times([first, rest]) == ["30 08:00-10:00", "30 11:00-12:00"]
    assert not first.whole
    (taken,) = own(house, "Dirk")
    assert times([taken]) == ["30 10:00-11:00"]
    assert taken.stands_in_for == house["Alice"]
    assert first.stands_in_for is None


def test_an_absence_takes_its_hours_out(house: House):
    with write(house.engine) as connection:
        away = {"starts_at": datetime(2026, 11, 30, 10, tzinfo=UTC)}
        away["ends_at"] = datetime(2026, 12, 2, 9, tzinfo=UTC)
        ids = house.ids(connection)
        connection.execute(insert(absences).values(id=new_id(), responder_id=ids["Alice"], **away))
    assert times(own(house, "Alice"))[:2] == ["30 08:00-10:00", "02 09:00-12:00"]


def test_a_closed_day_is_no_shift(house: House):
    christmas = date(2026, 12, 25)
    assert own(house, "Alice", christmas, christmas) == []


def test_those_beside_are_all_who_stand_by_for_the_line_meanwhile(house: House):
    plan = house.plan(MONDAY, 12, 14, "Dirk", service="caw")
    house.make(lambda it: shifts.add(it, house[LINE], plan))
    (mine,) = own(house, "Dirk")
    assert [one.name for one in mine.beside] == ["Alice Martin", "Bram Peeters"]
    night = house.plan(MONDAY, 9, 11, "Chloé")
    house.make(lambda it: shifts.add(it, house[NIGHT_LINE], night))
    assert own(house, "Chloé")[0].beside == ()  # another line


def test_saying_it_changes_nothing_and_can_be_taken_back(house: House):
    mine = stint(house, "Alice")
    said = house.make(lambda it: say_cannot(it, mine), check=False)
    assert house.on(MONDAY, 10) == ["Alice"]
    with read(house.engine) as connection:
        (report,) = open_reports(connection, since=MONDAY)
    assert (report.id, report.day, report.key) == (said, MONDAY, mine.key)
    assert house.refused(lambda it: say_cannot(it, mine)) == ["cannot_said_already"]
    assert house.refused(lambda it: settle(it, said, house["Bram"])) == ["report_gone"]
    house.make(lambda it: settle(it, said, house["Alice"]), check=False)
    assert house.refused(lambda it: settle(it, said)) == ["report_settled_already"]
    with read(house.engine) as connection:
        assert open_reports(connection) == []
    house.make(lambda it: say_cannot(it, mine), check=False)  # it may be said again


def test_a_report_follows_its_shift_when_that_gets_a_row_of_its_own(house: House):
    mine = stint(house, "Alice")
    house.make(lambda it: say_cannot(it, mine), check=False)
    key, version = house.key(MONDAY, 9)
    longer = house.plan(MONDAY, 9, 14, "Alice")
    dated = house.make(lambda it: shifts.change(it, ShiftKey.parse(key), version, longer))
    with read(house.engine) as connection:
        assert open_reports(connection)[0].key == ShiftKey(dated)
    again = stint(house, "Alice")
    assert house.refused(lambda it: say_cannot(it, again)) == ["cannot_said_already"]


def test_a_shift_that_is_over_or_somebody_elses_is_not_refused_any_more(house: House):
    mine = stint(house, "Alice")
    with pytest.raises(Refused, match="no longer on the list"):
        stint(house, "Bram")
    house.at = datetime(2026, 11, 30, 12, tzinfo=UTC)
    assert house.refused(lambda it: say_cannot(it, mine)) == ["shift_is_over"]


def test_what_was_said_stands_among_the_changes_and_can_be_undone(house: House):
    mine = stint(house, "Alice")
    house.make(lambda it: say_cannot(it, mine), check=False)
    (change,) = house.changes()
    assert change.details == {
        "service": "cssbse",
        "day": "2026-11-30",
        "starts": "09:00",
        "ends": "13:00",
    }
    with write(house.engine) as connection:
        undo(connection, house.at, Author("Bea"), change.id)
    with read(house.engine) as connection:
        assert connection.execute(select(absence_reports)).all() == []
