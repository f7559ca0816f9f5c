"""Pauses: one at a time a person, and what counts as missed in a row."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert, select

from logging_db import pauses
from logging_db.cipher import FieldCipher
from logging_db.columns import new_id
from logging_db.engine import read, write
from logging_db.tables import calls, legs, lines, offers, responders
from tests.kept_books import imported
from tests.stories.cast import FEDERATION

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def alice(engine: Engine, cipher: FieldCipher) -> str:
    imported(engine, cipher, FEDERATION)
    with read(engine) as connection:
        query = select(responders.c.id).where(responders.c.name == "Alice Martin")
        return str(connection.execute(query).scalar_one())


def offered(engine: Engine, alice: str, *states: str, ending: str | None = None) -> None:
    """Alice was rung once a minute, with these ends."""
    with write(engine) as connection:
        line_id = connection.execute(select(lines.c.id)).scalar_one()
        call_id = new_id()
        connection.execute(
            insert(calls).values(id=call_id, provider_sid=new_id(), line_id=line_id,
                                 state="waiting", place="queue", received_at=AT, seen_at=AT)
        )  # fmt: skip
        for n, state in enumerate(states, start=1):
            offer_id, at = new_id(), AT + n * MINUTE
            connection.execute(
                insert(offers).values(id=offer_id, line_id=line_id, call_id=call_id,
                                      responder_id=alice, state=state, open=False, offered_at=at,
                                      closed_at=at)
            )  # fmt: skip
            connection.execute(
                insert(legs).values(id=new_id(), offer_id=offer_id, party="responder",
                                    state="ended", place_at=at, wanted=True, ending=ending,
                                    ended_at=at)
            )  # fmt: skip


def missed(engine: Engine, alice: str) -> int:
    with read(engine) as connection:
        return pauses.missed_in_a_row(connection, alice)


def test_nobody_pauses_twice_at_once_and_the_end_is_told(engine: Engine, alice: str):
    with write(engine) as connection:
        assert pauses.begin(connection, alice, pauses.OWN, AT)
        assert pauses.begin(connection, alice, pauses.MISSED, AT) is None
        assert pauses.of(connection, [alice])[alice].reason == "own"
        assert pauses.end(connection, alice, AT + MINUTE)
        assert not pauses.end(connection, alice, AT + MINUTE)
        assert pauses.under_way(connection) == {}
        assert pauses.begin(connection, alice, pauses.OWN, AT + 2 * MINUTE)


@pytest.mark.parametrize(
    ("states", "count"),
    [
        ((), 0),
        (("missed", "missed"), 2),
        (("missed", "taken", "missed"), 1),
        (("missed", "declined"), 0),
        (("missed", "withdrawn", "failed", "missed"), 2),
    ],
)
def test_what_counts_as_missed_in_a_row(engine: Engine, alice: str, states, count: int):
    offered(engine, alice, *states, ending="no-answer")
    assert missed(engine, alice) == count


def test_a_busy_telephone_is_no_missed_one(engine: Engine, alice: str):
    offered(engine, alice, "missed", "missed", ending="busy")
    assert missed(engine, alice) == 0


def test_after_a_pause_the_count_begins_anew(engine: Engine, alice: str):
    offered(engine, alice, "missed", "missed")
    with write(engine) as connection:
        pauses.begin(connection, alice, pauses.MISSED, AT + 3 * MINUTE)
        pauses.end(connection, alice, AT + 4 * MINUTE)
    assert missed(engine, alice) == 0
