"""A responder's number is proved by a code, or is not."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, select, update

from logging_db import number_checks as checks
from logging_db.cipher import FieldCipher, phone_place
from logging_db.engine import read, write
from logging_db.federation import import_federation
from logging_db.number_checks import NumberRefusedError
from logging_db.tables import counters, number_checks, responders
from tests.kept_books import imported
from tests.stories.cast import FEDERATION

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NEW = "0471 23 45 67"


@pytest.fixture
def alice(engine: Engine, cipher: FieldCipher) -> str:
    imported(engine, cipher, FEDERATION)
    with read(engine) as connection:
        return who(connection, "Alice Martin")


def who(connection: Connection, name: str) -> str:
    return str(
        connection.execute(select(responders.c.id).where(responders.c.name == name)).scalar_one()
    )


def phone_of(connection: Connection, cipher: FieldCipher, responder_id: str) -> str:
    sealed = connection.execute(
        select(responders.c.phone).where(responders.c.id == responder_id)
    ).scalar_one()
    return cipher.open(sealed, phone_place(responder_id))


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_the_right_code_makes_the_number_the_responders_and_leaves_none_behind(
    engine: Engine, cipher: FieldCipher, alice: str
):
    with write(engine) as connection:
        before = connection.execute(select(counters.c.value)).scalar_one()
        check_id, code = checks.ask(connection, cipher, alice, NEW, "fr", AT)
        assert len(code) == 6
        assert code.isdigit()
    with read(engine) as connection:
        assert checks.state(connection, alice, AT).state == "asked"
        assert "471234567" not in str(connection.execute(select(number_checks)).all())
    later = AT + timedelta(minutes=1)
    with write(engine) as connection:
        assert checks.claim(connection, check_id, later)
        assert not checks.claim(connection, check_id, later)  # by the bell, or by the sweep
        assert checks.try_code(connection, cipher, check_id, code, later) == "proved"
        assert checks.try_code(connection, cipher, check_id, code, later) == "proved"  # told twice
    with read(engine) as connection:
        assert phone_of(connection, cipher, alice) == "+32471234567"
        row = connection.execute(select(responders).where(responders.c.id == alice)).one()
        assert row.verified_at == later
        check = connection.execute(select(number_checks)).one()
        assert (check.number, check.state, check.closed_at) == (None, "proved", later)
        assert connection.execute(select(counters.c.value)).scalar_one() == before


def test_three_wrong_codes_end_it_and_the_right_one_comes_too_late(
    engine: Engine, cipher: FieldCipher, alice: str
):
    with write(engine) as connection:
        check_id, code = checks.ask(connection, cipher, alice, NEW, "fr", AT)
        given = [wrong(code), "", wrong(code), code]
        said = [checks.try_code(connection, cipher, check_id, one, AT) for one in given]
        assert said == ["ringing", "ringing", "failed", "expired"]
        assert phone_of(connection, cipher, alice) == "+32470000001"
        now = checks.state(connection, alice, AT)
        assert now is not None
        assert (now.state, now.tries_left) == ("failed", 0)
        assert connection.execute(select(number_checks.c.number)).scalar_one() is None


def test_a_code_is_good_for_ten_minutes_and_for_its_own_check_only(
    engine: Engine, cipher: FieldCipher, alice: str
):
    with write(engine) as connection:
        first, code = checks.ask(connection, cipher, alice, NEW, "fr", AT)
        second, _ = checks.ask(connection, cipher, alice, NEW, "fr", AT + timedelta(seconds=1))
        assert checks.try_code(connection, cipher, first, code, AT) == "expired"  # replaced
        late = AT + timedelta(minutes=11)
        assert checks.state(connection, alice, late).state == "expired"
        assert not checks.claim(connection, second, late)
        assert not checks.expire(connection, second, AT + timedelta(minutes=9))
        assert checks.expire(connection, second, late)
        assert [*connection.execute(select(number_checks.c.number)).scalars()] == [None, None]


def test_a_sixth_check_within_a_day_is_refused(engine: Engine, cipher: FieldCipher, alice: str):
    with write(engine) as connection:
        for n in range(5):
            checks.ask(connection, cipher, alice, NEW, "fr", AT + timedelta(hours=n))
        with pytest.raises(NumberRefusedError) as caught:
            checks.ask(connection, cipher, alice, NEW, "fr", AT + timedelta(hours=23))
        assert caught.value.reason == "too_many"
        assert "471" not in str(caught.value)
        checks.ask(connection, cipher, alice, NEW, "fr", AT + timedelta(hours=24))


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("+32470000002", "taken"),  # Bram's
        ("0800/35.243", "own_line"),
        ("02 555 01 00", "own_line"),
        ("0902 12 345", "premium"),
        ("+33612345678", "foreign"),
        ("112", "short"),
        ("me", "malformed"),
    ],
)
def test_a_number_that_must_not_be_rung_is_refused_with_its_reason(
    engine: Engine, cipher: FieldCipher, alice: str, number: str, reason: str
):
    with write(engine) as connection, pytest.raises(NumberRefusedError) as caught:
        checks.ask(connection, cipher, alice, number, "fr", AT)
    assert caught.value.reason == reason
    with read(engine) as connection:
        assert connection.execute(select(number_checks)).all() == []


def test_somebody_who_no_longer_answers_proves_nothing(
    engine: Engine, cipher: FieldCipher, alice: str
):
    with write(engine) as connection:
        connection.execute(update(responders).values(active=False))
        with pytest.raises(NumberRefusedError, match="unknown"):
            checks.ask(connection, cipher, alice, NEW, "fr", AT)


def test_of_two_who_prove_one_number_the_first_has_it(
    engine: Engine, cipher: FieldCipher, alice: str
):
    with write(engine) as connection:
        bram = who(connection, "Bram Peeters")
        one = checks.ask(connection, cipher, alice, NEW, "fr", AT)
        two = checks.ask(connection, cipher, bram, NEW, "nl", AT)
        assert checks.try_code(connection, cipher, *one, AT) == "proved"
        assert checks.try_code(connection, cipher, *two, AT) == "failed"
        assert phone_of(connection, cipher, bram) == "+32470000002"


def test_the_same_number_can_be_proved_as_it_stands(
    engine: Engine, cipher: FieldCipher, alice: str
):
    with write(engine) as connection:
        check = checks.ask(connection, cipher, alice, "0470000001", "fr", AT)
        assert checks.try_code(connection, cipher, *check, AT) == "proved"


def test_a_number_that_the_file_changes_is_no_longer_proved(
    engine: Engine, cipher: FieldCipher, alice: str
):
    with write(engine) as connection:
        connection.execute(update(responders).values(verified_at=AT))
    import_federation(engine, cipher, FEDERATION.replace("+32470000001", "+32470000009"))
    with read(engine) as connection:
        rows = connection.execute(select(responders.c.name, responders.c.verified_at))
        proved = {row.name: row.verified_at for row in rows}
    assert proved == {"Alice Martin": None, "Bram Peeters": AT, "Chloé Diallo": AT}
