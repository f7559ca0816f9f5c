"""Writing up after a conversation: as long as the line says, longer or shorter at one's wish."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert, select

from logging_db import wrapping
from logging_db.cipher import FieldCipher
from logging_db.columns import new_id
from logging_db.engine import read, write
from logging_db.tables import calls, lines, offers, responders
from tests.kept_books import imported
from tests.stories.cast import FEDERATION

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def alice(engine: Engine, cipher: FieldCipher) -> str:
    """Alice, whose line lets people write up for 30 seconds."""
    imported(engine, cipher, FEDERATION)
    with read(engine) as connection:
        query = select(responders.c.id).where(responders.c.name == "Alice Martin")
        return str(connection.execute(query).scalar_one())


def offered(engine: Engine, alice: str, state: str, closed_at: datetime | None) -> None:
    with write(engine) as connection:
        line_id, call_id = connection.execute(select(lines.c.id)).scalar_one(), new_id()
        connection.execute(
            insert(calls).values(id=call_id, provider_sid=new_id(), line_id=line_id,
                                 state="ended", place="room", received_at=AT, seen_at=AT)
        )  # fmt: skip
        connection.execute(
            insert(offers).values(id=new_id(), line_id=line_id, call_id=call_id,
                                  responder_id=alice, state=state, open=closed_at is None,
                                  offered_at=AT - MINUTE, closed_at=closed_at)
        )  # fmt: skip


def until(engine: Engine, alice: str, at: datetime) -> datetime | None:
    with read(engine) as connection:
        return wrapping.until(connection, [alice], at).get(alice)


def test_after_a_conversation_somebody_writes_up_as_long_as_the_line_says(
    engine: Engine, alice: str
):
    offered(engine, alice, "taken", AT)
    assert until(engine, alice, AT + 29 * SECOND) == AT + 30 * SECOND
    assert until(engine, alice, AT + 30 * SECOND) is None


def test_after_an_offer_that_was_missed_there_is_nothing_to_write_up(engine: Engine, alice: str):
    offered(engine, alice, "missed", AT)
    assert until(engine, alice, AT) is None


def test_whoever_is_ready_earlier_is_free_at_once(engine: Engine, alice: str):
    offered(engine, alice, "taken", AT)
    with write(engine) as connection:
        assert wrapping.ready(connection, alice, AT + 5 * SECOND)
        assert not wrapping.ready(connection, alice, AT + 6 * SECOND)
    assert until(engine, alice, AT + 5 * SECOND) is None


def test_writing_up_is_made_longer_but_not_without_end(engine: Engine, alice: str):
    offered(engine, alice, "taken", AT)
    with write(engine) as connection:
        assert wrapping.extend(connection, alice, AT, 2 * MINUTE) == AT + 2 * MINUTE + 30 * SECOND
        for _ in range(20):
            longest = wrapping.extend(connection, alice, AT, 2 * MINUTE)
        assert longest == AT + wrapping.LONGEST
    assert until(engine, alice, AT + 29 * MINUTE) == AT + wrapping.LONGEST


def test_whoever_does_not_write_up_cannot_make_it_longer(engine: Engine, alice: str):
    offered(engine, alice, "taken", AT)
    with write(engine) as connection:
        assert wrapping.extend(connection, alice, AT + MINUTE, MINUTE) is None
    assert until(engine, alice, AT + MINUTE) is None


def test_a_later_conversation_is_written_up_though_the_earlier_one_was_ended_early(
    engine: Engine, alice: str
):
    offered(engine, alice, "taken", AT)
    with write(engine) as connection:
        wrapping.ready(connection, alice, AT + SECOND)
    offered(engine, alice, "taken", AT + 10 * SECOND)
    assert until(engine, alice, AT + 20 * SECOND) == AT + 40 * SECOND
