"""What a second reader found in files: stand-ins going out and coming in."""

from datetime import date, time, timedelta

import pytest

from console.files_outcome import Outcome
from logging_db.engine import read, write
from logging_db.rosters import Book, read_book
from planning import shifts
from planning.file_shift import ShiftRow
from planning.keys import ShiftKey
from planning.substitutions import substitute
from planning.undo import undo
from tests.test_planning_kit import ANNE, LINE, MONDAY, House, house
from tests.test_planning_roster_import import bring_in, refused, row, written

__all__ = ["house"]

DAY = timedelta(days=1)
THERE = {"starts": 10, "ends": 12}


def shift(house: House, *people: str) -> str:
    plan = house.plan(MONDAY, 10, 12, *people)
    made: str = house.make(lambda it: shifts.add(it, house[LINE], plan))
    return made


def stand_in(house: House, shift_id: str, instead: str, who: str, *during: time) -> None:
    (version,) = [one.version for one in house.roster().shifts if one.id == shift_id]
    part = (during[0], during[1]) if during else (None, None)
    house.make(
        lambda it: substitute(it, ShiftKey(shift_id), version, house[instead], house[who], part)
    )


def book(house: House) -> Book:
    with read(house.engine) as connection:
        return read_book(connection, MONDAY - DAY, MONDAY + 2 * DAY)


def people(house: House) -> list[str | None]:
    """Return who is written of the shift."""
    return [each.responder for each in written(house) if each.starts == time(10)]


def rows(*names: str, **more) -> list[ShiftRow]:
    return [row(n, **THERE, responder=name, **more) for n, name in enumerate(names, start=2)]


def test_a_part_beside_a_whole_does_not_bring_back_who_is_ill(house: House):
    made = shift(house, "Bram", "Chloé")
    stand_in(house, made, "Bram", "Dirk")
    stand_in(house, made, "Chloé", "Bram", time(11), time(12))
    assert people(house) == ["Dirk Maes", "Chloé Dubois"]
    assert bring_in(house, *written(house)).changed == 0


def test_a_file_that_names_who_was_replaced_brings_them_back(house: House):
    made = shift(house, "Chloé")
    stand_in(house, made, "Chloé", "Dirk")
    before = house.rows()
    done = bring_in(house, *rows("Chloé Dubois"))
    assert (done.changed, done.unchanged) == (1, 0)
    assert [(each.code, each.row) for each in done.warnings] == [("week_ends_substitution", 2)]
    assert house.on(MONDAY, 10) == ["Alice", "Chloé"]
    done = bring_in(house, *rows("Chloé Dubois"))
    assert (done.changed, done.unchanged, done.warnings) == (0, 1, [])
    with write(house.engine) as connection:
        undo(connection, house.at, ANNE, house.changes()[-1].id)
    after = house.rows()
    assert all(after[table] == before[table] for table in ("assignments", "substitutions"))
    assert house.on(MONDAY, 10) == ["Alice", "Dirk"]


def test_what_the_console_shows_of_it_is_what_was_counted(house: House):
    made = shift(house, "Chloé")
    stand_in(house, made, "Chloé", "Dirk")
    for kind, count in (("changed", 1), ("left", 0)):
        before = book(house)
        done = bring_in(house, *rows("Chloé Dubois"))
        outcome = Outcome(rows("Chloé Dubois"), done, before, book(house))
        (found,) = [each for each in outcome.differences() if each.starts == time(10)]
        assert (found.kind, done.changed) == (kind, count)


@pytest.mark.parametrize(
    "names",
    [
        ("Chloé Dubois", "Bram Peeters"),
        ("Dirk Maes", "Chloé Dubois"),
        ("Bram Peeters",),
        ("Bram Peeters", "Dirk Maes"),
    ],
)
def test_whatever_people_a_file_names_are_those_on_duty(house: House, names: tuple[str, ...]):
    made = shift(house, "Chloé", "Bram")
    stand_in(house, made, "Chloé", "Dirk")
    assert bring_in(house, *rows(*names)).changed == 1
    assert people(house) == list(names)
    assert bring_in(house, *rows(*names)).unchanged == 1


def test_who_stands_in_for_a_stand_in_that_ends_goes_too(house: House):
    made = shift(house, "Chloé")
    stand_in(house, made, "Chloé", "Dirk")
    stand_in(house, made, "Dirk", "Bram", time(11), time(12))
    done = bring_in(house, *rows("Chloé Dubois"))
    assert [each.code for each in done.warnings] == ["week_ends_substitution"] * 2
    assert house.on(MONDAY, 11) == ["Alice", "Chloé"]
    assert house.rows()["substitutions"] == []


def test_another_need_leaves_who_stands_in_as_they_are(house: House):
    made = shift(house, "Chloé")
    stand_in(house, made, "Chloé", "Dirk")
    before = house.rows()
    done = bring_in(house, *rows("Dirk Maes", needed=2))
    assert (done.changed, done.warnings) == (1, [])
    after = house.rows()
    assert all(after[table] == before[table] for table in ("assignments", "substitutions"))
    assert [each.needed for each in written(house) if each.starts == time(10)] == [2]


def test_a_need_that_cannot_be_is_named_by_its_column(house: House):
    wrong = row(7, date(2026, 12, 4), 10, 12, needed=51)
    assert refused(house, wrong) == [("needed_out_of_range", 7, "needed")]


def test_inverted_times_in_a_file_are_named_by_their_column(house: House):
    wrong = row(7, starts=14, ends=12, responder="Dirk Maes")
    assert refused(house, wrong) == [("outside_hours", 7, "from")]
