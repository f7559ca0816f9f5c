"""People who answer: added, changed, stopped, and their numbers."""

import pytest
from sqlalchemy import select, update

from logging_db.cipher import FieldCipher, phone_place
from logging_db.engine import read, write
from logging_db.phone_numbers import REASONS
from logging_db.tables import responders, roster_changes, substitution_proposals
from planning import people, proposals
from planning.ledger import Author
from planning.objections import LANGUAGES, Refused, sentences
from planning.people import Profile
from planning.substitutions import WHOLE
from planning.undo import undo
from tests.test_planning_kit import ANNE, MONDAY, House, house
from tests.test_planning_own import own, stint

__all__ = ["house"]


def profile(house: House, name: str = "Fatima Alaoui", *languages: str) -> Profile:
    return Profile(name, house["caw"], languages or ("ar", "fr"))


def number(house: House, cipher: FieldCipher, person: str) -> tuple[str, object]:
    with read(house.engine) as connection:
        row = people.row_of(connection, person)
        return cipher.open(row.phone, phone_place(person)), row.verified_at


def change_number(house: House, cipher: FieldCipher, person: str, typed: str) -> bool:
    with write(house.engine) as connection:
        return people.change_number(connection, cipher, house.at, ANNE, person, typed)


def test_somebody_is_added_with_a_sealed_number_that_is_not_verified(
    house: House, cipher: FieldCipher
):
    made = house.make(
        lambda it: people.add(it, cipher, profile(house, " Fatima  Alaoui "), "0470 12 34 56")
    )
    assert number(house, cipher, made) == ("+32470123456", None)
    known = house.roster().responders[made]
    assert (known.name, known.service, known.languages) == ("Fatima Alaoui", "caw", ("ar", "fr"))
    assert "470123456" not in repr(house.changes())


def test_adding_somebody_can_be_taken_back(house: House, cipher: FieldCipher):
    made = house.make(lambda it: people.add(it, cipher, profile(house), "0470 12 34 56"))
    with write(house.engine) as connection:
        undo(connection, house.at, Author("Bea"), house.changes()[-1].id)
    assert made not in house.roster().responders


NUMBERS = {
    "hello": "number_malformed",
    "0470 12": "number_short",
    "+33 6 12 34 56 78": "number_foreign",
    "0903 12 345": "number_premium",
    "0800 35 243": "number_own_line",
    "02 555 01 00": "number_own_line",
    "0800 11 222": "number_special",
    "0470 00 00 02": "number_taken",
}


def test_a_number_that_must_not_be_rung_says_what_it_is(house: House, cipher: FieldCipher):
    before = house.rows()
    for typed, code in NUMBERS.items():
        with pytest.raises(Refused) as refused:
            change_number(house, cipher, house["Alice"], typed)
        assert [one.code for one in refused.value.objections] == [code], typed
    assert house.rows() == before


def test_every_kind_of_number_has_its_sentence():
    for language in LANGUAGES:
        assert {f"number_{reason}" for reason in (*REASONS, "taken", "too_many", "unknown")} <= set(
            sentences(language)
        )


def test_another_number_is_sealed_not_verified_and_noted_without_itself(
    house: House, cipher: FieldCipher
):
    person = house["Alice"]
    with write(house.engine) as connection:
        connection.execute(update(responders).values(verified_at=house.at))
    assert not change_number(house, cipher, person, "+32 470 00 00 01")  # the same
    assert number(house, cipher, person)[1] == house.at
    assert change_number(house, cipher, person, "0470 99 99 99")
    assert number(house, cipher, person) == ("+32470999999", None)
    (change,) = house.changes()
    assert (change.kind, change.who, change.details) == (
        "number_changed",
        ANNE.name,
        {"who": "Alice Martin"},
    )
    assert change.images == []


def test_undoing_an_older_change_never_makes_a_new_number_a_verified_one(
    house: House, cipher: FieldCipher
):
    person = house["Alice"]
    with write(house.engine) as connection:
        connection.execute(update(responders).values(verified_at=house.at))
    alice = Profile("Alice Martin", house["cssbse"], ("nl", "fr"))
    house.make(lambda it: people.change(it, person, alice))
    change_number(house, cipher, person, "0470 99 99 99")
    first = house.changes()[0].id
    refused = house.refused(lambda it: undo(it.connection, house.at, ANNE, first))
    assert refused == ["changed_since"]
    assert number(house, cipher, person)[1] is None


def test_languages_keep_their_order_and_count_at_once(house: House):
    person = house["Dirk"]
    dirk = Profile("Dirk Maes", house["caw"], ("fr", "nl", "fr", ""))
    house.make(lambda it: people.change(it, person, dirk))
    assert house.roster().responders[person].languages == ("fr", "nl")
    count = len(house.changes())
    house.make(lambda it: people.change(it, person, dirk))  # nothing new: nothing written
    assert len(house.changes()) == count


@pytest.mark.parametrize(
    ("name", "service", "languages", "codes"),
    [
        (" ", "caw", ("fr",), ["person_name"]),
        ("Bram Peeters", "caw", ("fr",), ["person_name_taken"]),
        ("Bram Peeters", "cssbse", (), ["person_languages"]),
        ("Fatima", "caw", ("French",), ["person_languages"]),
        ("", "nowhere", (), ["person_name", "service_unknown", "person_languages"]),
    ],
)
def test_all_that_is_wrong_with_a_person_is_said_at_once(
    house: House, name: str, service: str, languages: tuple[str, ...], codes: list[str]
):
    service_id = house[service] if service != "nowhere" else "nowhere"
    wanted = Profile(name, service_id, languages)
    assert house.refused(lambda it: people.change(it, house["Alice"], wanted)) == codes


def test_who_stops_keeps_their_places_and_has_them_again_when_they_come_back(
    house: House, cipher: FieldCipher
):
    person = house["Alice"]
    house.make(lambda it: people.stop(it, person))
    assert own(house, "Alice") == []
    assert house.on(MONDAY, 10) == []
    house.make(lambda it: people.start(it, cipher, person))
    assert len(own(house, "Alice")) == 5


def test_who_comes_back_must_not_share_a_number(house: House, cipher: FieldCipher):
    house.make(lambda it: people.stop(it, house["Alice"]))
    change_number(house, cipher, house["Bram"], "0470 00 00 01")
    assert house.refused(lambda it: people.start(it, cipher, house["Alice"])) == [
        "number_taken_meanwhile"
    ]


def test_taking_back_that_somebody_stopped_must_not_make_them_share_a_number(
    house: House, cipher: FieldCipher
):
    house.make(lambda it: people.stop(it, house["Alice"]))
    stopped = house.changes()[-1].id
    house.make(lambda it: people.add(it, cipher, profile(house), "0470 00 00 01"))
    refused = house.refused(lambda it: undo(it.connection, house.at, ANNE, stopped, cipher))
    assert refused == ["number_taken_meanwhile"]
    house.make(lambda it: people.stop(it, house["Fatima"]))
    with write(house.engine) as connection:
        undo(connection, house.at, ANNE, stopped, cipher)
    assert len(own(house, "Alice")) == 5


def test_what_was_asked_of_somebody_who_stops_falls_away_and_comes_back(house: House):
    mine = stint(house, "Alice")
    house.make(lambda it: proposals.propose(it, mine, house["Dirk"], WHOLE), check=False)
    house.make(lambda it: people.stop(it, house["Dirk"]))
    made = select(substitution_proposals.c.state)
    with read(house.engine) as connection:
        assert connection.execute(made).scalar_one() == "withdrawn"
    with write(house.engine) as connection:
        undo(connection, house.at, ANNE, house.changes()[-1].id)
        assert connection.execute(made).scalar_one() == "proposed"


def test_adding_somebody_who_is_in_a_shift_by_now_is_not_taken_back(
    house: House, cipher: FieldCipher
):
    house.make(lambda it: people.add(it, cipher, profile(house), "0470 12 34 56"))
    mine = stint(house, "Alice")
    house.make(lambda it: proposals.propose(it, mine, house["Fatima"], WHOLE), check=False)
    with read(house.engine) as connection:
        query = select(roster_changes.c.id).order_by(roster_changes.c.id.desc()).limit(2)
        _proposed, first = connection.execute(query).scalars()
    refused = house.refused(lambda it: undo(it.connection, house.at, ANNE, first))
    assert refused == ["changed_since"]
