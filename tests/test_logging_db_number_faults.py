"""Numbers that fail, that cannot be rung, that belong to two people."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, insert, select, update

from logging_db.cipher import FieldCipher, phone_place
from logging_db.columns import new_id
from logging_db.engine import read, write
from logging_db.number_faults import NumberFault, number_faults
from logging_db.tables import calls, legs, lines, offers, responders
from tests.kept_books import imported
from tests.stories.cast import FEDERATION

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class People:
    """Alice, Bram and Chloé, all with a proved number."""

    def __init__(self, engine: Engine, cipher: FieldCipher) -> None:
        self.engine, self.cipher = engine, cipher
        imported(engine, cipher, FEDERATION)
        with write(engine) as connection:
            proved = AT - timedelta(days=20)
            connection.execute(update(responders).values(verified_at=proved))
            rows = select(responders.c.name, responders.c.id)
            self.ids = {name.split()[0]: person for name, person in connection.execute(rows)}
            self.call_id = self._call(connection)

    def _call(self, connection: Connection) -> str:
        call_id = new_id()
        line = connection.execute(select(lines.c.id)).scalar_one()
        connection.execute(
            insert(calls).values(
                id=call_id, provider_sid="CA" + call_id, line_id=line, state="ended",
                place="words", received_at=AT, seen_at=AT,
            )
        )  # fmt: skip
        return call_id

    def rung(self, name: str, ending: str, at: datetime, *, placed: bool = True) -> None:
        offer_id = new_id()
        with write(self.engine) as connection:
            line = connection.execute(select(lines.c.id)).scalar_one()
            connection.execute(
                insert(offers).values(
                    id=offer_id, line_id=line, call_id=self.call_id, offered_at=at,
                    responder_id=self.ids[name], state="failed", open=False,
                )
            )  # fmt: skip
            connection.execute(
                insert(legs).values(
                    id=new_id(), party="responder", offer_id=offer_id, state="ended",
                    wanted=True, place_at=at, placing_at=at if placed else None,
                    ended_at=at, ending=ending,
                )
            )  # fmt: skip

    def has(self, name: str, number: str) -> None:
        person = self.ids[name]
        with write(self.engine) as connection:
            sealed = self.cipher.seal(number, phone_place(person))
            connection.execute(
                update(responders).where(responders.c.id == person).values(phone=sealed)
            )

    def set(self, name: str, **values: object) -> None:
        with write(self.engine) as connection:
            this = responders.c.id == self.ids[name]
            connection.execute(update(responders).where(this).values(**values))

    def faults(self) -> list[tuple[str, str, str | None]]:
        with read(self.engine) as connection:
            found = number_faults(connection, self.cipher, AT)
        names = {person: name for name, person in self.ids.items()}
        return [
            (names[f.responder_id], f.kind, names.get(f.other_responder_id or "")) for f in found
        ]


@pytest.fixture
def people(engine: Engine, cipher: FieldCipher) -> People:
    return People(engine, cipher)


def test_proved_numbers_that_are_reached_have_no_fault(people: People):
    assert people.faults() == []


def test_a_number_that_cannot_be_rung_is_malformed(people: People):
    people.has("Alice", "+3290212345")
    people.has("Bram", "+3280035243")  # the line's own
    people.set("Chloé", phone=b"damaged")
    assert {name: kind for name, kind, _ in people.faults()} == dict.fromkeys(
        people.ids, "malformed"
    )


def test_two_who_answer_at_one_number_are_both_named(people: People):
    people.has("Bram", "+32470000001")
    assert people.faults() == [("Alice", "shared", "Bram"), ("Bram", "shared", "Alice")]
    people.set("Bram", active=False)
    assert people.faults() == []


def test_three_failures_in_a_row_are_a_fault_and_a_call_that_rang_ends_it(people: People):
    for hours in (30, 20):
        people.rung("Alice", "failed", AT - timedelta(hours=hours))
    assert people.faults() == []
    people.rung("Alice", "failed", AT - timedelta(hours=10))
    people.rung("Alice", "canceled", AT - timedelta(hours=9), placed=False)  # never dialled
    assert people.faults() == [("Alice", "failing", None)]
    people.rung("Alice", "no-answer", AT - timedelta(hours=1))
    assert people.faults() == []


def test_failures_of_long_ago_or_of_the_number_before_are_forgotten(people: People):
    for days in (17, 16, 15):
        people.rung("Alice", "failed", AT - timedelta(days=days))
    for hours in (9, 8, 7):
        people.rung("Bram", "failed", AT - timedelta(hours=hours))
    people.set("Bram", verified_at=AT - timedelta(hours=1))
    assert people.faults() == []


def test_a_number_that_nobody_has_proved_is_said_to_be_so(people: People):
    people.set("Chloé", verified_at=None)
    assert people.faults() == [("Chloé", "unverified", None)]


def test_no_number_stands_in_a_fault():
    assert set(NumberFault.__dataclass_fields__) == {"responder_id", "kind", "other_responder_id"}
