"""A federation file that is imported again leaves alone what was decided in the console."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from logging_db import number_checks
from logging_db.cipher import FieldCipher, phone_place
from logging_db.engine import read, write
from logging_db.federation import import_federation
from logging_db.tables import responders
from planning import people
from planning.ledger import Ledger
from planning.people import Profile
from planning.undo import undo
from tests.test_planning_kit import ANNE, FEDERATION, MONDAY, House, house

__all__ = ["house"]

BESIDE = "left as they are; changed in the console."


class Again:
    """The same file, or another, once more; and what people are then."""

    def __init__(self, house: House, cipher: FieldCipher) -> None:
        self.house, self.cipher = house, cipher

    def __call__(self, text: str = FEDERATION) -> tuple[str, ...]:
        return import_federation(self.house.engine, self.cipher, text).sentences

    def row(self, name: str):
        with read(self.house.engine) as connection:
            return connection.execute(select(responders).where(responders.c.name == name)).one()

    def phone(self, name: str) -> str:
        row = self.row(name)
        return self.cipher.open(row.phone, phone_place(row.id))

    def change(self, whom: str, /, **values: object) -> None:
        row = self.row(whom)
        plain = {"name": whom, "service_id": row.service_id, "languages": tuple(row.languages)}
        wanted = Profile(**{**plain, **values})
        self.house.make(lambda it: people.change(it, row.id, wanted))

    def count(self) -> int:
        with read(self.house.engine) as connection:
            return len(connection.execute(select(responders)).all())


@pytest.fixture
def again(house: House, cipher: FieldCipher) -> Again:
    return Again(house, cipher)


def test_a_number_that_was_changed_in_the_console_stays(again: Again):
    with write(again.house.engine) as connection:
        person = again.row("Alice Martin").id
        people.change_number(connection, again.cipher, again.house.at, ANNE, person, "0470999999")
    assert again() == (f"Responder Alice Martin (cssbse): {BESIDE}",)
    assert again.phone("Alice Martin") == "+32470999999"


def test_a_number_that_was_proved_stays_proved(again: Again):
    person, at = again.row("Alice Martin").id, again.house.at
    with write(again.house.engine) as connection:
        asked = number_checks.ask(connection, again.cipher, person, "0470 99 99 99", "fr", at)
        state = number_checks.try_code(connection, again.cipher, *asked, at + timedelta(minutes=1))
    assert state == number_checks.PROVED
    again()
    assert again.phone("Alice Martin") == "+32470999999"
    assert again.row("Alice Martin").verified_at is not None


def test_a_proved_number_that_the_file_agrees_with_says_nothing(again: Again):
    person, at = again.row("Alice Martin").id, again.house.at
    with write(again.house.engine) as connection:
        asked = number_checks.ask(connection, again.cipher, person, "0470 00 00 01", "fr", at)
        number_checks.try_code(connection, again.cipher, *asked, at)
    assert again() == ("Nothing has changed.",)
    again(FEDERATION.replace("+32470000001", "+32470000091"))
    assert again.phone("Alice Martin") == "+32470000001"


def test_languages_that_were_changed_in_the_console_stay(again: Again):
    again.change("Dirk Maes", languages=("fr",))
    assert again() == (f"Responder Dirk Maes (caw): {BESIDE}",)
    assert again.row("Dirk Maes").languages == ["fr"]


def test_who_was_stopped_in_the_console_is_not_rung_again(again: Again):
    again.house.make(lambda it: people.stop(it, again.house["Alice"]))
    assert again() == (f"Responder Alice Martin (cssbse): {BESIDE}",)
    assert not again.row("Alice Martin").active
    again.house.make(lambda it: people.start(it, again.cipher, again.house["Alice"]))
    assert again() == ("Nothing has changed.",)


def test_who_was_added_in_the_console_keeps_answering(again: Again):
    def add(ledger: Ledger) -> str:
        profile = Profile("Fatima Alaoui", again.house["caw"], ("ar",))
        return people.add(ledger, again.cipher, profile, "0470 12 34 56")

    again.house.make(add)
    assert again() == ("Nothing has changed.",)
    assert again.row("Fatima Alaoui").active


@pytest.mark.parametrize("service", ["cssbse", "caw"])
def test_who_has_another_name_or_service_is_nobody_new(again: Again, service: str):
    person, count = again.row("Alice Martin").id, again.count()
    again.change("Alice Martin", name="Alice Dupont", service_id=again.house[service])
    again.change("Alice Dupont", name="Alice Durand")  # and once more
    assert again() == (f"Responder Alice Martin (cssbse): {BESIDE}",)
    assert (again.row("Alice Durand").id, again.count()) == (person, count)
    assert again.row("Alice Durand").active
    assert again.house.on(MONDAY, 10) == ["Alice"]


def test_a_file_that_names_somebody_by_both_names_means_one_person(again: Again):
    again.change("Alice Martin", name="Alice Dupont")
    both = FEDERATION + (
        '[[responders]]\nname = "Alice Dupont"\nservice = "cssbse"\n'
        'phone = "+32470000077"\nlanguages = ["fr", "nl"]\n'
    )
    both = both.replace('["Alice Martin"]', '["Alice Martin", "Alice Dupont"]')
    count = again.count()
    again(both)
    assert again.count() == count
    assert again.house.on(MONDAY, 10) == ["Alice"]


def test_a_file_that_has_learnt_the_new_name_agrees(again: Again):
    again.change("Alice Martin", name="Alice Dupont")
    assert again(FEDERATION.replace("Alice Martin", "Alice Dupont")) == ("Nothing has changed.",)


def test_who_is_no_longer_in_the_file_but_was_changed_here_is_said_and_stays(again: Again):
    again.change("Dirk Maes", languages=("fr",))
    entry = FEDERATION.index('[[responders]]\nname = "Dirk Maes"')
    without = FEDERATION[:entry] + FEDERATION[FEDERATION.index("[[shifts]]") :]
    assert again(without) == (f"Responder Dirk Maes (caw): {BESIDE}",)
    assert again.row("Dirk Maes").active


def test_who_nobody_decided_about_follows_the_file_as_before(again: Again):
    again.change("Dirk Maes", languages=("fr",))
    assert "Responder Bram Peeters (caw) changed: phone." in again(
        FEDERATION.replace("+32470000002", "+32470000092")
    )
    assert again.phone("Bram Peeters") == "+32470000092"


def test_a_change_that_was_taken_back_leaves_a_number_alone_that_was_changed_since(again: Again):
    again.change("Alice Martin", languages=("nl",))
    change = again.house.changes()[-1].id
    with write(again.house.engine) as connection:
        person = again.row("Alice Martin").id
        people.change_number(connection, again.cipher, again.house.at, ANNE, person, "0470999999")
        undo(connection, again.house.at, ANNE, change)
    assert again.row("Alice Martin").languages == ["fr", "nl"]
    again()
    assert again.phone("Alice Martin") == "+32470999999"


def test_a_change_that_was_kept_before_there_were_marks_is_taken_back(again: Again):
    again.change("Alice Martin", languages=("nl",))
    change = again.house.changes()[-1]
    marks = ("by_hand", "file_name", "file_service")
    older = [
        {**image, side: {k: v for k, v in image[side].items() if k not in marks}}
        for image in change.images
        for side in ("after",)
    ]
    with write(again.house.engine) as connection:
        table = people.roster_changes
        connection.execute(update(table).where(table.c.id == change.id).values(images=older))
        undo(connection, again.house.at, ANNE, change.id)
    assert again.row("Alice Martin").languages == ["fr", "nl"]
