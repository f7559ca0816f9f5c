"""The pages about contacts: whom responders bring into a talk, and who may see their numbers."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select
from test_console_kit import NEEDS_BROWSER, Client, Console, Screen, house, screen, stage

from logging_db import contacts
from logging_db.contacts import INTERPRETER, OTHER, SERVICE, Entry
from logging_db.engine import read, write
from logging_db.tables import contacts as table
from tests.files_searched import files_that_hold

__all__ = ["house", "screen", "stage"]  # fixtures

SAMIRA = Entry("Samira, arabe et berbère", INTERPRETER, ("ar", "ber"), "En journée, en français")
NUMBER = "+32470998877"


def add(house: Console, entry: Entry = SAMIRA, number: str = NUMBER) -> str:
    with write(house.engine) as connection:
        return contacts.add(connection, house.cipher, entry, number, house.clock.at)


def form(**more: str) -> dict[str, str]:
    return {
        "name": "Samira, arabe",
        "kind": "interpreter",
        "languages-0": "ar",
        "languages-1": "fr",
        "note": "Le matin",
        **more,
    }


def found(house: Console, text: str = "", **wishes: str) -> list[str]:
    with read(house.engine) as connection:
        return [each.entry.name for each in contacts.find(connection, text, **wishes)]


def one(house: Console, contact_id: str) -> contacts.Contact:
    with read(house.engine) as connection:
        contact = contacts.get(connection, contact_id)
    assert contact is not None
    return contact


def test_a_coordinator_adds_an_interpreter_whose_number_is_sealed(house: Console):
    client = house.client("coordinator")
    answer = client.send("/contacts/add", **form(number="0470 99 88 77"))
    assert answer.status_code == 303
    with read(house.engine) as connection:
        (row,) = connection.execute(select(table)).all()
        assert contacts.number_of(connection, house.cipher, row.id) == NUMBER
    assert (row.name, row.kind, row.languages, row.note) == (
        "Samira, arabe",
        "interpreter",
        ["ar", "fr"],
        "Le matin",
    )
    assert b"998877" not in row.number
    page = client.get("/contacts").text
    assert "Samira, arabe" in page
    assert "99 88 77" not in page


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("112", "dial 112"),
        ("+33 1 70 18 99 00", "foreign number"),
        ("0903 12 345", "pays extra"),
        ("hello", "no telephone number"),
        ("", "Enter the number"),
    ],
)
def test_a_number_that_is_not_rung_is_refused_with_words_and_what_was_typed_stays(
    house: Console, number: str, words: str
):
    answer = house.client("coordinator").send("/contacts/add", **form(number=number))
    assert answer.status_code == 422
    assert words in answer.text
    assert "Le matin" in answer.text
    assert found(house) == []


def test_an_interpreter_speaks_something_and_an_office_need_not(house: Console):
    client = house.client("coordinator")
    dumb = {"languages-0": "", "languages-1": "", "number": "02 555 01 23"}
    answer = client.send("/contacts/add", **form(**dumb))
    assert answer.status_code == 422
    assert "at least one language" in answer.text
    assert client.send("/contacts/add", **form(**dumb, kind="service")).status_code == 303


def test_a_number_in_the_name_or_the_note_is_refused_for_everybody_would_see_it(house: Console):
    client = house.client("coordinator")
    for wrong in ({"name": "Samira 0470 99 88 77"}, {"note": "au +32 470/99.88.77 le soir"}):
        answer = client.send("/contacts/add", **form(number="02 555 01 23", **wrong))
        assert answer.status_code == 422
        assert "that everybody would see" in answer.text
    hours = "Dès le 23/11/2026, lu–ve 9:00–12:30 et 13.00-17.00, 1000 Bruxelles"
    assert (
        client.send("/contacts/add", **form(number="02 555 01 23", note=hours)).status_code == 303
    )


def test_they_are_found_by_words_without_accents_by_language_and_by_kind(house: Console):
    add(house)
    add(house, Entry("CPAS de Saint-Gilles", SERVICE, ("fr", "nl"), "Guichet des étrangers"))
    add(house, Entry("Amina", INTERPRETER, ("fr", "ar")))
    add(house, Entry("Écluse", OTHER, ()))
    assert found(house, "BERBERE samira") == ["Samira, arabe et berbère"]
    assert found(house, "etrangers") == ["CPAS de Saint-Gilles"]
    # Who prefers it comes first.
    assert found(house, language="ar") == ["Samira, arabe et berbère", "Amina"]
    assert found(house, kind=SERVICE, language="nl") == ["CPAS de Saint-Gilles"]
    page = house.client("coordinator").get("/contacts?q=ecluse&kind=other").text
    assert "Écluse" in page
    assert "Amina" not in page
    assert "1 contact<" in page


def test_a_retired_contact_is_offered_no_more_and_can_be_offered_again(house: Console):
    contact_id, client = add(house), house.client("coordinator")
    assert client.send(f"/contacts/{contact_id}/retire").status_code == 303
    assert found(house) == []
    assert "Samira" not in client.get("/contacts").text.split("</form>")[-1]
    assert "Samira" in client.get("/contacts?state=retired").text
    assert client.send(f"/contacts/{contact_id}/restore").status_code == 303
    assert found(house) == [SAMIRA.name]


def seen(client: Client, contact_id: str) -> str:
    token = re.search(
        r'name="seen"[^>]*value="([^"]+)"', client.get(f"/contacts/{contact_id}").text
    )
    assert token is not None
    return token[1]


def test_what_somebody_else_changed_meanwhile_is_shown_before_it_is_overwritten(house: Console):
    contact_id, client = add(house), house.client("coordinator")
    old = seen(client, contact_id)
    with write(house.engine) as connection:
        house.clock.at = house.clock.at.replace(minute=7)
        entry = Entry("Samira B.", INTERPRETER, ("ar",))
        now = one(house, contact_id).changed_at
        assert contacts.change(connection, contact_id, entry, house.clock.at, now)
    answer = client.send(f"/contacts/{contact_id}", **form(seen=old))
    assert answer.status_code == 409
    assert "Samira B." in answer.text
    assert one(house, contact_id).entry == entry
    again = re.search(r'name="seen"[^>]*value="([^"]+)"', answer.text)
    assert again is not None
    assert client.send(f"/contacts/{contact_id}", **form(seen=again[1])).status_code == 303
    assert one(house, contact_id).entry.name == "Samira, arabe"


def test_the_number_is_shown_only_where_it_is_asked_for_and_can_be_changed(house: Console):
    contact_id, client = add(house), house.client("coordinator")
    for path in ("", "/number"):
        assert "99 88 77" not in client.get(f"/contacts/{contact_id}{path}").text
    assert "0470 99 88 77" in client.send(f"/contacts/{contact_id}/number/show").text
    assert client.send(f"/contacts/{contact_id}/number", number="112").status_code == 422
    assert client.send(f"/contacts/{contact_id}/number", number="02 555 01 23").status_code == 303
    with read(house.engine) as connection:
        assert contacts.number_of(connection, house.cipher, contact_id) == "+3225550123"


def test_a_number_moved_to_another_contact_does_not_open(house: Console):
    mine, other = add(house), add(house, number="+32470112233")
    with write(house.engine) as connection:
        sealed = connection.execute(select(table.c.number).where(table.c.id == other)).scalar_one()
        connection.execute(table.update().where(table.c.id == mine).values(number=sealed))
        assert contacts.number_of(connection, house.cipher, mine) is None
    answer = house.client("coordinator").send(f"/contacts/{mine}/number/show")
    assert "It cannot be read" in answer.text


def test_responders_do_not_see_these_pages(house: Console):
    contact_id, client = add(house), house.client("responder")
    for path in ("/contacts", "/contacts/add", f"/contacts/{contact_id}"):
        assert client.get(path).status_code == 403
    assert client.send(f"/contacts/{contact_id}/number/show").status_code == 403
    assert house.client("coordinator").get("/contacts/nobody").status_code == 404


@pytest.mark.both_databases  # of the one the files are searched as well
def test_the_number_can_be_read_in_no_log_and_no_file(
    house: Console, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
):
    client = house.client("coordinator")
    client.send("/contacts/add", **form(number="0470 99 88 77"))
    with read(house.engine) as connection:
        contact_id = connection.execute(select(table.c.id)).scalar_one()
    client.send(f"/contacts/{contact_id}/number/show")
    # Where another test has set up the log of a process, it goes another way.
    said = "".join([*capfd.readouterr(), *(str(record.msg) for record in caplog.records)])
    assert "Contact" in said
    assert "998877" not in said
    database = house.engine.url.database
    if house.engine.dialect.name == "sqlite" and database:
        assert files_that_hold(Path(database).parent, "998877") == []


@pytest.mark.browser
@pytest.mark.skipif(NEEDS_BROWSER[1].args[0], reason=NEEDS_BROWSER[1].kwargs["reason"])
@pytest.mark.long
def test_the_pages_about_contacts_are_fit_for_everybody(screen: Screen):
    contact_id = add(screen.house)
    add(screen.house, Entry("CPAS de Saint-Gilles", SERVICE, ("fr", "nl"), "Guichet " * 20))
    paths = (
        "/contacts",
        "/contacts/add",
        f"/contacts/{contact_id}",
        f"/contacts/{contact_id}/number",
    )
    for place, path in enumerate(paths):
        language = ("fr", "nl", "en")[place % 3]
        dark = place % 2 == 0
        screen.open(path, role="coordinator", language=language, width=360, dark=dark)
        screen.wide_too(f"contacts-{place}-{language}")
