from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, select, update
from test_logging_db_federation_kit import (
    ALICE,
    ANOTHER_LINE,
    BRAM,
    DATED,
    FILE,
    LINE,
    SERVICES,
    WEEKLY,
    ids,
    rows,
    version,
)

from logging_db.cipher import FieldCipher
from logging_db.engine import read, write
from logging_db.federation import import_federation
from logging_db.federation_plan import Changes, Count
from logging_db.rosters import Rosters
from logging_db.tables import assignments, calls, offers, opening_hours, shifts
from tests.examples import examples


@pytest.fixture
def imported(engine: Engine, cipher: FieldCipher) -> Callable[[str], Changes]:
    return lambda text: import_federation(engine, cipher, text)


def test_hours_closures_and_shifts_of_a_line_become_those_of_the_file(engine, imported):
    imported(FILE)
    bare = LINE.replace('hours = [{ days = ["mon", "tue"]', 'hours = [{ days = ["tue"]')
    bare = bare.replace("2026-12-25", "2027-01-01")
    changes = imported(bare + SERVICES + ALICE + BRAM)
    assert changes.hours == Count(removed=1)
    assert changes.closures == Count(added=1, removed=1)
    assert changes.shifts == Count(removed=3)
    assert changes.assignments == Count(removed=5)
    assert rows(engine)["assignments"] == []


def test_a_line_that_the_file_does_not_name_stays_with_its_shifts(engine, imported):
    imported(FILE + ANOTHER_LINE + WEEKLY.replace("35243", "35244"))
    before = rows(engine)
    changes = imported(ANOTHER_LINE + SERVICES + ALICE + BRAM)
    after = rows(engine)
    assert changes.shifts == Count(removed=2)
    assert after["lines"] == before["lines"]
    assert len(after["shifts"]) == 3
    assert all(row in before["shifts"] for row in after["shifts"])


def test_a_service_that_the_file_does_not_name_stays_with_its_people(engine, imported):
    imported(FILE)
    changes = imported(SERVICES.partition('\n[[services]]\ncode = "caw"')[0] + ALICE)
    assert not changes
    assert all(row["active"] for row in rows(engine)["responders"])


def test_who_is_no_longer_listed_is_set_inactive_and_kept(engine, imported):
    imported(FILE)
    without = LINE + SERVICES + ALICE + WEEKLY.replace(', "Bram Peeters"', "")
    changes = imported(without)
    assert changes.responders == Count(removed=1)
    assert "Responder Bram Peeters (caw) set inactive." in changes.sentences
    active = {row["name"]: row["active"] for row in rows(engine)["responders"]}
    assert active == {"Alice Martin": True, "Bram Peeters": False}
    assert not imported(without)


def test_who_is_listed_again_is_active_again_under_the_same_id(engine, imported):
    imported(FILE)
    before = ids(engine, "responders", "name")
    imported(LINE + SERVICES + ALICE)
    changes = imported(FILE)
    assert "Responder Bram Peeters (caw) changed: active again." in changes.sentences
    assert ids(engine, "responders", "name") == before
    assert all(row["active"] for row in rows(engine)["responders"])


def test_who_moves_to_another_service_is_another_responder_there(engine, imported):
    imported(FILE)
    changes = imported(FILE.replace('name = "Bram Peeters"\nservice = "caw"',
                                    'name = "Bram Peeters"\nservice = "cssbse"'))  # fmt: skip
    assert changes.responders == Count(added=1, removed=1)
    assert changes.assignments == Count(added=3, removed=3)


def test_calls_that_refer_to_lines_and_people_survive_an_import_without_them(engine, imported):
    imported(FILE)
    at = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
    line_id = ids(engine, "lines", "number")["+3280035243",]
    bram = ids(engine, "responders", "name")["Bram Peeters",]
    with write(engine) as connection:
        connection.execute(
            insert(calls).values(
                id="c", provider_sid="CA1", line_id=line_id, state="talking", place="room",
                received_at=at, seen_at=at, offer_id="o",
            )
        )  # fmt: skip
        connection.execute(
            insert(offers).values(
                id="o", line_id=line_id, call_id="c", responder_id=bram, state="taken",
                open=True, offered_at=at,
            )
        )  # fmt: skip
    imported(LINE.replace("hours = [{", "hours = [] #") + SERVICES + ALICE)
    with read(engine) as connection:
        assert connection.execute(select(offers.c.responder_id)).scalar_one() == bram


def test_rows_that_were_changed_by_hand_are_put_right(engine, imported):
    imported(FILE)
    before = rows(engine)
    monday = next(row for row in before["opening_hours"] if row["weekday"] == 0)
    with write(engine) as connection:
        connection.execute(insert(opening_hours).values({**monday, "id": "f" * 32}))
        connection.execute(update(assignments).values(position=assignments.c.position * 2 + 1))
        connection.execute(
            update(shifts).where(shifts.c.day.is_not(None)).values(position=0, needed=9)
        )
    changes = imported(FILE)
    assert changes.hours == Count(removed=1)
    assert changes.shifts == Count(changed=1)
    assert changes.assignments == Count()
    assert rows(engine)["opening_hours"] == before["opening_hours"]
    assert rows(engine)["shifts"] == before["shifts"]


def test_somebody_put_in_between_comes_in_between(engine, imported):
    imported(FILE)
    with write(engine) as connection:  # as if somebody had been removed from the front
        connection.execute(update(assignments).values(position=assignments.c.position + 1))
    carla = BRAM.replace("Bram Peeters", "Carla Rossi").replace("0002", "0003")
    imported(
        FILE.replace('["Alice Martin", "Bram', '["Alice Martin", "Carla Rossi", "Bram') + carla
    )
    names = {row["id"]: row["name"] for row in rows(engine)["responders"]}
    with read(engine) as connection:
        book = (
            Rosters()
            .load(connection, datetime(2026, 11, 24, 9, tzinfo=UTC))
            .by_number["+3280035243"]
        )
    order = [[names[person] for person in shift.responders] for shift in book.shifts]
    assert order[0] == ["Alice Martin", "Carla Rossi", "Bram Peeters"]


def test_two_shifts_side_by_side_of_one_service_keep_apart(engine, imported):
    twin = WEEKLY.replace('["Alice Martin", "Bram Peeters"]', "[]")
    imported(FILE + twin)
    changes = imported(LINE + SERVICES + ALICE + BRAM + twin + WEEKLY + DATED)
    assert changes.shifts == Count(changed=5)  # their order in the ring
    assert changes.assignments == Count()
    assert not imported(LINE + SERVICES + ALICE + BRAM + twin + WEEKLY + DATED)


_PIECES = st.lists(
    st.sampled_from(
        [
            WEEKLY,
            DATED,
            WEEKLY.replace("days", "needed = 3 #").replace("needed = 1\n", 'days = ["wed"]\n'),
            DATED.replace("2026-11-24", "2026-11-27").replace('["Bram Peeters"]', "[]"),
        ]
    ),
    unique=True,
)
_LINES = st.sampled_from([LINE, LINE.replace("Allo ?", "Allo !"), LINE + ANOTHER_LINE])


@examples(25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(head=_LINES, pieces=_PIECES)
def test_after_any_history_the_second_run_of_a_file_changes_nothing(engine, imported, head, pieces):
    text = head + SERVICES + ALICE + BRAM + "".join(pieces)
    before = version(engine)
    changed = bool(imported(text))
    assert version(engine) == before + changed
    stood = rows(engine)
    assert not imported(text)
    assert rows(engine) == stood
    with read(engine) as connection:
        book = (
            Rosters()
            .load(connection, datetime(2026, 11, 24, 9, tzinfo=UTC))
            .by_number["+3280035243"]
        )
    assert len(book.shifts) == sum(2 if piece == WEEKLY else 1 for piece in pieces)


def test_of_two_imports_of_one_file_at_once_one_does_the_work_and_one_finds_it_done(
    engine, imported
):
    with ThreadPoolExecutor() as threads:
        done = list(threads.map(imported, [FILE, FILE]))
    assert sorted(map(bool, done)) == [False, True]
    assert version(engine) == 1
