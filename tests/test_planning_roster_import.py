from datetime import date, time, timedelta

import pytest

from logging_db.engine import read, write
from logging_db.tables import responders
from planning import shifts
from planning.file_shift import ShiftRow
from planning.keys import ShiftKey
from planning.ledger import Author
from planning.objections import Refused, say
from planning.roster_import import Imported, import_rows
from planning.roster_rows import rows_of
from planning.substitutions import substitute
from planning.undo import undo
from tests.test_planning_kit import LINE, MONDAY, NIGHT_LINE, House, house

__all__ = ["house"]

FRIDAY = MONDAY + timedelta(days=4)


def row(number: int, day: date = MONDAY, starts: int = 9, ends: int = 13, **more) -> ShiftRow:
    wanted = {"line": LINE, "service": "cssbse", "responder": "Alice Martin", **more}
    return ShiftRow(number, day=day, starts=time(starts), ends=time(ends), **wanted)


def bring_in(house: House, *rows: ShiftRow, remove_others: bool = False) -> Imported:
    return house.make(
        lambda ledger: import_rows(ledger, rows, remove_others=remove_others), check=False
    )


def refused(house: House, *rows: ShiftRow) -> list[tuple[str, int | None, str | None]]:
    before = house.rows()
    with pytest.raises(Refused) as caught:
        bring_in(house, *rows)
    assert house.rows() == before
    return [(found.code, found.row, found.column) for found in caught.value.objections]


def written(house: House, since: date = MONDAY, days: int = 14) -> list[ShiftRow]:
    roster = house.roster(since)
    with read(house.engine) as connection:
        names = {r.id: r.name for r in connection.execute(responders.select())}
    return list(rows_of(roster, names, since, since + timedelta(days=days)))


def test_what_was_written_out_comes_in_again_without_a_change(house: House):
    before = house.rows()
    done = bring_in(house, *written(house))
    assert (done.added, done.changed, done.unchanged) == (0, 0, 20)
    assert house.rows() == before


def test_a_shift_is_added_with_its_people_in_ring_order(house: House):
    done = bring_in(
        house,
        row(2, starts=10, ends=12, responder="Dirk Maes", order=2, service="caw"),
        row(3, starts=10, ends=12, responder="Chloé Dubois", order=1, service="caw"),
        row(4, FRIDAY, 9, 11, responder=None, needed=2, languages=("nl",)),
    )
    assert (done.added, done.changed) == (2, 0)
    assert house.on(MONDAY, 10) == ["Alice", "Chloé", "Dirk"]
    added = [s for s in house.roster().shifts if s.day == FRIDAY]
    assert [(s.needed, s.languages, s.responders) for s in added] == [(2, ("nl",), ())]


def test_only_what_differs_is_changed_and_one_step_takes_it_all_back(house: House):
    before = house.roster().shifts
    rows = written(house)
    rows[0] = row(2, MONDAY, responder="Chloé Dubois")
    done = bring_in(house, *rows, row(99, MONDAY, 15, 17, responder="Dirk Maes", service="caw"))
    assert (done.added, done.changed, done.unchanged) == (1, 1, 19)
    assert house.on(MONDAY, 10) == ["Chloé"]
    with write(house.engine) as connection:
        undo(connection, house.at, Author("Bea"), house.changes()[-1].id)
    assert house.roster().shifts == before


def test_a_stand_in_for_a_whole_shift_is_written_as_the_person_who_answers(house: House):
    key, version = house.key(MONDAY, 9)
    house.make(
        lambda it: substitute(it, ShiftKey.parse(key), version, house["Alice"], house["Dirk"])
    )
    rows = written(house)
    assert rows[0].responder == "Dirk Maes"
    assert bring_in(house, *rows).changed == 0


def test_others_are_removed_only_when_asked_for(house: House):
    house.make(lambda it: shifts.add(it, house[LINE], house.plan(MONDAY, 9, 11, "Dirk")))
    rows = [row(2, MONDAY), row(3, FRIDAY)]
    assert bring_in(house, *rows).removed == 0
    # The extra shift of Monday, and Alice's of Tuesday to Thursday; the other service stays.
    assert bring_in(house, *rows, remove_others=True).removed == 4
    assert house.on(MONDAY + timedelta(days=1), 10) == []
    assert house.on(MONDAY + timedelta(days=1), 14) == ["Bram"]


@pytest.mark.parametrize(
    ("wrong", "objection"),
    [
        ({"line": "+3225550000"}, ("import_line_unknown", 7, "line")),
        ({"service": "cssbe"}, ("import_service_unknown", 7, "service")),
        ({"responder": "Alice Martn"}, ("import_person_nearly", 7, "responder")),
        ({"responder": "Zoë Unknown"}, ("import_person_unknown", 7, "responder")),
        ({"starts": 18, "ends": 20}, ("outside_hours", 7, "from")),
        (
            {"day": date(2026, 12, 25), "ends": 11, "responder": "Dirk Maes"},
            ("closed_that_day", 7, "date"),
        ),
        ({"day": date(2026, 11, 20), "ends": 12}, ("shift_is_over", 7, "date")),
        ({"starts": 10, "ends": 12}, ("two_shifts_at_once", 7, "responder")),
    ],
)
def test_one_bad_row_is_named_and_nothing_changes(house: House, wrong, objection):
    good = row(6, MONDAY, 15, 17, responder="Dirk Maes", service="caw")
    assert refused(house, good, row(7, **wrong)) == [objection]


def test_a_person_in_two_shifts_of_the_file_at_once_is_named(house: House):
    night = row(3, MONDAY, 15, 18, line=NIGHT_LINE, responder="Dirk Maes")
    found = refused(house, row(2, MONDAY, 13, 16, responder="Dirk Maes"), night)
    assert found == [("two_shifts_at_once", 3, "responder")]


def test_all_bad_rows_are_named_at_once_with_a_sentence(house: House):
    rows = [row(n, responder=f"Nobody {n}") for n in range(2, 9)]
    with pytest.raises(Refused) as caught:
        bring_in(house, *rows)
    assert [objection.row for objection in caught.value.objections] == list(range(2, 9))
    assert say(caught.value.objections[0], "fr").startswith("Ligne 2, colonne « responder » : ")


def test_a_year_of_shifts_comes_in(house: House):
    days = [MONDAY + timedelta(days=n) for n in range(180)]
    rows = [
        row(n, day, 17, 23, line=NIGHT_LINE, responder="Dirk Maes")
        for n, day in enumerate(days, start=2)
    ]
    assert bring_in(house, *rows).added == 180
    assert bring_in(house, *rows).unchanged == 180
