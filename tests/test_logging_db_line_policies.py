"""How a line chooses whom to ring: written in the federation file, kept, read back."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from logging_db.cipher import FieldCipher
from logging_db.engine import read
from logging_db.federation import import_federation
from logging_db.federation_faults import FederationRefused
from logging_db.federation_file import read_federation
from logging_db.rosters import read_book
from routing.roster import Line, Roster
from routing.shares import hours_on_duty, loads
from tests.test_logging_db_federation_kit import GOOD

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
BACKUP = 'backup = ["Bram Peeters", "Alice Martin"]\nbackup_after_seconds = 90\n'


def with_line(*keys: str) -> str:
    return GOOD.replace(
        'caller_id = "+3225550100"\n', 'caller_id = "+3225550100"\n' + "".join(keys)
    )


def roster(engine: Engine) -> Roster:
    day = AT.date()
    with read(engine) as connection:
        book = read_book(connection, day - timedelta(days=3), day + timedelta(days=3))
    return book.by_number["+3280035243"]


def line(engine: Engine) -> Line:
    return roster(engine).line


def test_without_a_word_the_longest_idle_are_rung_three_at_once(
    engine: Engine, cipher: FieldCipher
):
    import_federation(engine, cipher, GOOD)
    kept = line(engine)
    assert (kept.policy, kept.ring_at_once, kept.backup) == ("longest_idle", 3, ())


def test_what_the_file_says_is_kept_and_a_second_import_changes_nothing(
    engine: Engine, cipher: FieldCipher
):
    text = with_line('policy = "fair_share"\nring_at_once = 2\n', BACKUP)
    import_federation(engine, cipher, text)
    kept, people = line(engine), roster(engine).responders
    assert (kept.policy, kept.ring_at_once, kept.backup_after_seconds) == ("fair_share", 2, 90)
    assert [people[one].name for one in kept.backup] == ["Bram Peeters", "Alice Martin"]
    assert not import_federation(engine, cipher, text)


def test_who_no_longer_stands_by_is_taken_out(engine: Engine, cipher: FieldCipher):
    import_federation(engine, cipher, with_line(BACKUP))
    changes = import_federation(engine, cipher, with_line('backup = ["Alice Martin"]\n'))
    assert (changes.backup.changed, changes.backup.removed) == (1, 1)
    assert len(line(engine).backup) == 1


def test_ringing_all_at_once_rings_ten_unless_the_line_says_less():
    read_line = read_federation(with_line('policy = "all_at_once"\n')).lines[0]
    assert read_line.ring_at_once == 10


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ('policy = "longest"\n', 'policy: "longest" is none of longest_idle, roster_order'),
        ("ring_at_once = 11\n", "ring_at_once: 11 is not between 1 and 10"),
        ("ring_at_once = 0\n", "ring_at_once: 0 is not between 1 and 10"),
        ('backup = ["Alise Martin"]\n', 'backup: "Alise Martin" is not among the responders'),
        ("backup_after_seconds = -1\n", "backup_after_seconds: -1 is not between"),
    ],
)
def test_what_makes_no_sense_is_refused_by_place_and_remedy(keys: str, said: str):
    with pytest.raises(FederationRefused) as refused:
        read_federation(with_line(keys))
    assert said in str(refused.value)


def test_hours_on_duty_are_counted_by_person_and_service(engine: Engine, cipher: FieldCipher):
    import_federation(engine, cipher, GOOD)
    hours = hours_on_duty(roster(engine), AT)
    assert set(hours) <= {"cssbse", "caw"}
    assert all(length > 0 for length in hours.values())
    assert loads({"caw": 3, "left": 1}, {"caw": 6.0, "cssbse": 4.0}) == {
        "caw": 0.5,
        "cssbse": 0.0,
        "left": float("inf"),
    }
