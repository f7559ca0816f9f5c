"""A product, or a book, that is broken in one way is found out: each checker can fail."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from logging_db import offers as book
from logging_db.engine import make_engine
from telephony import matching, offers
from tests.faults_book import history
from tests.faults_kit import NEVER, Witness
from tests.faults_traces import traces
from tests.faults_troubles import NONE
from tests.faults_virtual import Virtual, lived, verdict_of
from tests.total_queue import Talk, check, faults


@pytest.fixture(scope="module")
def empty_book(sqlite_template: Path, tmp_path_factory) -> Iterator[Engine]:
    file = tmp_path_factory.mktemp("sound") / "permanence.db"
    shutil.copy(sqlite_template, file)
    engine = make_engine(f"sqlite:///{file}")
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def sound(empty_book: Engine) -> Iterator[tuple[Engine, Witness]]:
    """A book in which all is well, and what was seen: something of everything that is counted."""
    with lived(empty_book, 16, staff=4, seed=1, troubles=NONE, firm="02468") as (world, witness):
        verdict = verdict_of(empty_book, witness)
        assert faults(verdict) == {}
        assert min(tally.out for tally in verdict.values()) > 0
        assert world.errors == []
        assert world.toll.kinds() <= {"news once"}
        yield empty_book, witness


SPOILT = {
    "a call that is not closed": (
        "calls",
        "UPDATE calls SET outcome = NULL",
    ),
    "a call that nobody made": (
        "calls",
        """INSERT INTO calls
        (id, provider_sid, line_id, state, place, received_at, seen_at, outcome)
        SELECT 'none', 'CAnone', line_id, 'ended', 'words', received_at, seen_at, 'abandoned'
        FROM calls LIMIT 1""",
    ),
    "an end that is noted twice": (
        "records ended",
        """INSERT INTO call_events (call_id, at, kind)
        SELECT call_id, at, kind FROM call_events WHERE kind = 'ended' LIMIT 1""",
    ),
    "a talk of which the book knows nothing": (
        "answered",
        "UPDATE calls SET outcome = 'abandoned' WHERE outcome = 'answered'",
    ),
    "a talk that never was": (
        "answered",
        "UPDATE calls SET outcome = 'answered' WHERE outcome <> 'answered'",
    ),
    "a call that several people were told is theirs": (
        "claims",
        """UPDATE offers SET state = 'taken',
        call_id = (SELECT max(call_id) FROM offers WHERE state = 'taken')
        WHERE call_id NOTNULL""",
    ),
    "a consent that is forgotten": (
        "consents",
        "DELETE FROM callback_requests",
    ),
    "a callback that stays half-way": (
        "consents",
        "UPDATE callback_requests SET outcome = NULL, state = 'taken'",
    ),
    "a key that led into a room, and no offer says so": (
        "keys",
        "UPDATE offers SET state = 'missed' WHERE state = 'taken'",
    ),
    "a leg that was placed, and the provider knows it not": (
        "legs",
        """UPDATE legs SET id = 'another'
        WHERE id = (SELECT min(id) FROM legs WHERE ended_at NOTNULL)""",
    ),
    "somebody who is busy for ever": (
        "people set free",
        """UPDATE offers SET open = true WHERE id = (SELECT id FROM offers
        WHERE responder_id NOT IN (SELECT responder_id FROM offers WHERE open)
        ORDER BY offered_at LIMIT 1)""",  # long ago: what is fresh may still be open
    ),
    "somebody who is offered two things at once": (
        "offers",
        "UPDATE offers SET closed_at = '2027-01-01 00:00:00'",
    ),
}


def test_a_book_that_is_spoilt_in_one_place_is_found_out(sound):
    engine, witness = sound
    for fault, (found, statement) in SPOILT.items():
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            done = connection.execute(text(statement))
            assert done.rowcount > 0, fault
            verdict = check(history(connection, witness))
            connection.rollback()
        assert found in faults(verdict), fault


def test_what_was_found_is_told_with_the_rows_and_the_words_of_the_provider(sound):
    engine, witness = sound
    found, statement = SPOILT["a talk of which the book knows nothing"]
    with engine.connect() as connection:
        connection.execute(text(statement))
        verdict = check(history(connection, witness))
        told = traces(connection, witness, verdict)
        connection.rollback()
    assert told[0] == f"=== {found}: lost: {verdict[found].lost[0]}"
    first = told[1 : told.index(next(line for line in told[1:] if line.startswith("===")))]
    assert {line.split(":")[0] for line in first} >= {"calls", "offers", "legs", "call_events"}
    assert any("/events StatusCallbackEvent=conference-start" in line for line in first)
    assert any("<Conference" in line for line in first)


def test_a_talk_with_two_at_once_is_found_out(sound):
    engine, witness = sound
    talk = next(one for one in witness.talks if one.until > one.since)
    witness.talks.append(Talk(talk.one, "somebody else", talk.since, NEVER))
    found = faults(verdict_of(engine, witness))
    witness.talks.pop()
    assert "talks" in found


class DialsAgain:
    """A dialler as it must not be: it asks once more for each call."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def place(self, ring: Any) -> Any:
        self._real.place(ring)
        return self._real.place(ring)


def dial_again(world: Virtual, _patch: pytest.MonkeyPatch) -> None:
    world.dialler.inner = DialsAgain(world.dialler.inner)


def stop_half_way(world: Virtual, patch: pytest.MonkeyPatch) -> None:
    """People are reserved, but nobody goes on from there."""
    ring = world.workers.ring

    def just_match(job: str, row_id: str) -> None:
        if job == "match":
            ring(job, row_id)

    patch.setattr(world.workers, "ring", just_match)
    patch.setattr(
        world, "tick", lambda: setattr(world, "next_sweep", world.now + world.sweep_every)
    )


def free_too_early(_world: Virtual, patch: pytest.MonkeyPatch) -> None:
    """Whoever presses 1 counts as free at once: the book agrees with itself."""
    take = offers._take

    def taken(step: Any, offer: Any, *more: Any) -> Any:
        reply = take(step, offer, *more)
        book.close_offer(step.connection, offer.id, step.at)
        return reply

    patch.setattr(offers, "_take", taken)


def forget_who_was_rung(_world: Virtual, patch: pytest.MonkeyPatch) -> None:
    """The match begins with the first of the roster again and again."""
    past = matching._past_offers

    def forgotten(*given: Any) -> Any:
        known = past(*given)
        return lambda work_id: (known(work_id)[0], {})

    patch.setattr(matching, "_past_offers", forgotten)
    patch.setattr(matching, "_last_offers", lambda *_given: {})


PRODUCTS = {  # where it shows, with how many callers and people on duty
    dial_again: ("legs", 4, 2),
    stop_half_way: ("people set free", 4, 2),
    free_too_early: ("telephones", 6, 2),
    forget_who_was_rung: ("turns", 3, 12),
}


@pytest.mark.parametrize("spoil", PRODUCTS, ids=lambda spoil: spoil.__name__)
def test_a_product_that_is_broken_is_found_out(
    sqlite_template: Path, tmp_path, monkeypatch, spoil: Any
):
    file = tmp_path / "permanence.db"
    shutil.copy(sqlite_template, file)
    engine = make_engine(f"sqlite:///{file}")
    where, callers, staff = PRODUCTS[spoil]
    with lived(
        engine, callers, staff, 1, NONE, spoil=lambda world: spoil(world, monkeypatch), firm="02468"
    ) as (_world, witness):
        found = faults(verdict_of(engine, witness))
    engine.dispose()
    assert where in found
