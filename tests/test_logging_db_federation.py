from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine
from test_logging_db_federation_kit import (
    ALICE,
    BRAM,
    DATED,
    FILE,
    LINE,
    SERVICES,
    WEEKLY,
    rows,
    version,
)

from logging_db.cipher import FieldCipher, SealBrokenError, phone_place
from logging_db.engine import read
from logging_db.federation import import_federation
from logging_db.federation_faults import FederationRefused
from logging_db.federation_plan import Changes, Count
from logging_db.rosters import Rosters
from routing.duty import on_duty


@pytest.fixture
def imported(engine: Engine, cipher: FieldCipher) -> Callable[[str], Changes]:
    return lambda text: import_federation(engine, cipher, text)


def test_a_first_import_fills_every_table_of_the_roster(engine, imported):
    changes = imported(FILE)
    assert changes.counts() == {
        "lines": Count(1),
        "hours": Count(2),
        "closures": Count(1),
        "services": Count(2),
        "responders": Count(2),
        "shifts": Count(3),
        "assignments": Count(5),
        "backup": Count(),
        "numbers": Count(),
    }
    assert {name: len(found) for name, found in rows(engine).items()} == {
        "lines": 1, "opening_hours": 2, "closures": 1, "partner_services": 2,
        "responders": 2, "shifts": 3, "assignments": 5,
    }  # fmt: skip
    assert version(engine) == 1
    assert changes.sentences == (
        "Line +3280035243 added.",
        "Service cssbse added.",
        "Service caw added.",
        "Responder Alice Martin (cssbse) added.",
        "Responder Bram Peeters (caw) added.",
        "Line +3280035243, hours: 2 added.",
        "Line +3280035243, closures: 1 added.",
        "Line +3280035243, shifts: 3 added.",
        "Line +3280035243, assignments: 5 added.",
    )


def test_what_was_imported_answers_who_is_on_duty_in_ring_order(engine, imported):
    imported(FILE)
    with read(engine) as connection:
        roster = (
            Rosters()
            .load(connection, datetime(2026, 11, 24, 9, tzinfo=UTC))
            .by_number["+3280035243"]
        )

    def at(hour: int) -> list[str]:
        duty = on_duty(roster, datetime(2026, 11, 24, hour, tzinfo=UTC))
        return [person.name for person in duty.responders]

    assert at(8) == ["Alice Martin", "Bram Peeters"]
    assert at(12) == ["Bram Peeters"]
    assert on_duty(roster, datetime(2026, 12, 25, 9, tzinfo=UTC)).reason == "closed"


def test_a_phone_lies_sealed_for_its_row(engine, imported, cipher):
    imported(FILE)
    sealed = {row["name"]: row for row in rows(engine)["responders"]}["Alice Martin"]
    assert b"470000001" not in sealed["phone"]
    assert cipher.open(sealed["phone"], phone_place(sealed["id"])) == "+32470000001"


def test_running_the_same_file_again_touches_no_row_and_not_the_counter(engine, imported):
    imported(FILE)
    before = rows(engine)
    changes = imported(FILE)
    assert not changes
    assert changes.sentences == ("Nothing has changed.",)
    assert rows(engine) == before
    assert version(engine) == 1


def test_what_only_looks_different_is_no_difference(engine, imported):
    imported(FILE)
    moved = SERVICES + BRAM + ALICE + LINE + WEEKLY + DATED
    same = moved.replace('["mon", "tue"]', '["tue", "mon"]').replace(
        'caller_id = "+3225550100"', 'caller_id = "+3225550100"\nring_seconds = 20'
    )
    assert not imported(same)
    assert version(engine) == 1


def test_any_difference_raises_the_counter_by_one(engine, imported):
    imported(FILE)
    changes = imported(FILE.replace("Allo ? Aide sociale", "Allo").replace("17:00", "18:00"))
    assert version(engine) == 2
    assert changes.lines == Count(changed=1)
    assert changes.hours == Count(changed=2)
    assert changes.shifts == Count(added=1, removed=1)
    assert "Line +3280035243 changed: name." in changes.sentences


def test_rows_keep_their_ids_while_everything_else_about_them_changes(engine, imported):
    imported(FILE)
    before = {name: {row["id"] for row in found} for name, found in rows(engine).items()}
    imported(
        FILE.replace("Allo ? Aide sociale", "Allo")
        .replace("Kerstmis", "Kerst")
        .replace("Centre de", "Le Centre de")
        .replace('to = "17:00" }', 'to = "18:00" }')
        .replace("needed = 1", "needed = 2")
        .replace('["Alice Martin", "Bram Peeters"]', '["Bram Peeters", "Alice Martin"]')
        .replace("+32470000001", "+32470000011")
    )
    assert {name: {row["id"] for row in found} for name, found in rows(engine).items()} == before


def test_the_same_people_in_another_order_is_a_change_of_assignments_alone(engine, imported):
    imported(FILE)
    changes = imported(
        FILE.replace('["Alice Martin", "Bram Peeters"]', '["Bram Peeters", "Alice Martin"]')
    )
    counts = {kind: count for kind, count in changes.counts().items() if count}
    assert counts == {"assignments": Count(changed=4)}
    assert changes.sentences == ("Line +3280035243, assignments: 4 changed.",)


def test_a_phone_that_changes_is_sealed_anew_and_never_said(engine, imported, cipher):
    imported(FILE)
    changes = imported(FILE.replace("+32470000001", "+32470000011"))
    assert changes.sentences == ("Responder Alice Martin (cssbse) changed: phone.",)
    row = {row["name"]: row for row in rows(engine)["responders"]}["Alice Martin"]
    assert cipher.open(row["phone"], phone_place(row["id"])) == "+32470000011"


def test_a_refused_file_changes_nothing(engine, imported):
    imported(FILE)
    before = rows(engine)
    with pytest.raises(FederationRefused):
        imported(FILE.replace("Allo ? Aide sociale", "Allo") + DATED.replace("caw", "nobody"))
    assert rows(engine) == before
    assert version(engine) == 1


def test_a_phone_that_another_key_sealed_stops_the_import_whole(engine, imported):
    imported(FILE)
    before = rows(engine)
    other = FieldCipher(b"o" * 32)
    with pytest.raises(SealBrokenError):
        import_federation(engine, other, FILE.replace("Allo ? Aide sociale", "Allo"))
    assert rows(engine) == before
    assert version(engine) == 1
