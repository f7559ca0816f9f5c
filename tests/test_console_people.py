"""The pages about people who answer, and about what they ask, without a screen."""

import re
from datetime import timedelta

import pytest
import structlog
from sqlalchemy import insert, update
from test_console_own import ask, words
from test_console_own_kit import MONDAY, Line, line

from logging_db import users
from logging_db.cipher import phone_place
from logging_db.columns import new_id
from logging_db.engine import read, write
from logging_db.tables import absences, counters, partner_services, responders, roster_changes
from logging_db.tables import users as users_table
from planning import people
from planning.keys import ShiftKey
from planning.substitutions import substitute

__all__ = ["line"]  # fixtures

ADDED = {"name": "Fatima Alaoui", "languages-0": "ar", "languages-1": "fr"}


def row(line: Line, name: str):
    return next(each for each in line.rows_of(responders) if each.name.startswith(name))


def service(line: Line, code: str = "caw") -> str:
    return next(each.id for each in line.rows_of(partner_services) if each.code == code)


def number(line: Line, name: str) -> str:
    found = row(line, name)
    return line.console.cipher.open(found.phone, phone_place(found.id))


def form(line: Line, who: str, **values: str) -> dict[str, str]:
    """What the form of a person holds, with other values."""
    found = row(line, who)
    spoken = {f"languages-{n}": code for n, code in enumerate(found.languages)}
    shown = {"name": found.name, "service": found.service_id, "seen": people.digest(found)}
    return shown | spoken | values


def test_the_list_shows_words_and_never_a_number(line: Line):
    page = line.console.client("coordinator").get("/people")
    said = words(page)
    for name in ("Alice Martin", "Bram Peeters", "not verified"):
        assert name in said
    assert not re.search(r"470\s?00\s?00", page.text)


def test_the_list_is_narrowed_by_name_service_and_fault(line: Line):
    client = line.console.client("coordinator")
    with write(line.engine) as connection:
        alice, bram = row(line, "Alice"), row(line, "Bram")
        same = line.console.cipher.seal(number(line, "Alice"), phone_place(bram.id))
        connection.execute(update(responders).where(responders.c.id == bram.id).values(phone=same))
        connection.execute(update(responders).values(verified_at=line.console.clock.at))
        user = users_table.c.responder_id == alice.id
        connection.execute(update(users_table).where(user).values(responder_id=None))
    found = {
        "q=chloe": ["Chloé"],
        "service=caw": ["Bram", "Dirk"],
        "state=shared": ["Bram", "Alice"],
        "state=fault": ["Bram", "Alice"],
        "state=unverified": [],
        "state=no_log_in": ["Alice"],
        "state=stopped": [],
        "state=nonsense&page=99": ["Bram", "Dirk", "Alice", "Chloé"],
    }
    for query, names in found.items():
        shown = re.findall(
            r'scope="row"><a href="[^"]+">(\w+)', client.get(f"/people?{query}").text
        )
        assert shown == names, query
    assert "shared with Alice Martin" in words(client.get("/people"))
    assert "wrong with the numbers of 2 people" in words(client.get("/people"))


def test_a_list_of_thousands_comes_in_pages(line: Line):
    sealed = {"phone": b"x", "languages": ["fr"], "service_id": service(line)}
    with write(line.engine) as connection:
        rows = [{"id": new_id(), "name": f"Person {n:04}", **sealed} for n in range(2000)]
        connection.execute(insert(responders), rows)
    client = line.console.client("coordinator")
    page = client.get("/people?service=caw&page=2").text
    assert page.count('scope="row"') == 50
    assert "2002 people, page 2 of 41" in words(client.get("/people?service=caw&page=2"))
    assert "service=caw" in re.search(r'rel="next" href="([^"]+)"', page)[1]


def test_somebody_is_added(line: Line):
    client = line.console.client("coordinator")
    answer = client.send("/people/add", **ADDED, service=service(line), number="0470 12 34 56")
    added = row(line, "Fatima")
    assert answer.location == f"/people/{added.id}"
    assert (added.languages, added.verified_at) == (["ar", "fr"], None)
    assert number(line, "Fatima") == "+32470123456"
    assert "Fatima Alaoui" in words(client.get(answer.location))


def test_what_is_wrong_with_a_new_person_is_said_at_its_field(line: Line):
    client = line.console.client("coordinator")
    bram = {"name": "Bram Peeters", "service": service(line), "number": "0470 00 00 09"}
    answer = client.send("/people/add", **bram)
    assert answer.status_code == 422
    assert "at least one language" in words(answer)
    answer = client.send("/people/add", **bram, **{"languages-0": "nl"})
    assert "Name: There is a Bram Peeters in this service already" in words(answer)
    assert len(line.rows_of(responders)) == 4
    answer = client.send("/people/add", **ADDED, service=service(line), number="0903 12 345")
    assert "Telephone number: Whoever rings this number pays extra" in words(answer)


def test_a_person_is_changed_and_the_change_is_kept(line: Line):
    client, dirk = line.console.client("coordinator"), line["Dirk"]
    changed = form(
        line, "Dirk", **{"languages-0": "fr", "languages-1": "nl", "name": "Dirk De Maes"}
    )
    assert client.send(f"/people/{dirk}", **changed).status_code == 303
    assert (row(line, "Dirk").name, row(line, "Dirk").languages) == ("Dirk De Maes", ["fr", "nl"])
    assert line.rows_of(roster_changes)[-1].kind == "person_changed"
    assert (
        client.send(f"/people/{dirk}", **form(line, "Dirk", name="Bram Peeters")).status_code == 422
    )


def test_a_number_is_changed_and_shown_only_when_asked_for(line: Line):
    client, path = line.console.client("coordinator"), f"/people/{line['Alice']}/number"
    assert client.send(path, number="hello").status_code == 422
    assert client.send(path, number="0470 00 00 01").status_code == 303
    assert "nothing has changed" in words(client.get(f"/people/{line['Alice']}"))
    client.send(path, number="0470 99 99 99")
    assert number(line, "Alice") == "+32470999999"
    assert not re.search(r"470\s?99\s?99", client.get(path).text)
    with structlog.testing.capture_logs() as logs:
        page = client.send(f"{path}/show")
    assert "0470 99 99 99" in words(page)
    (log,) = (each for each in logs if each["event"] == "Number shown")
    assert (log["responder"], log["user"]) == (line["Alice"], line.console.cast["coordinator"])
    assert "4709999" not in repr(logs)
    assert client.get(f"{path}/show").status_code == 405


def test_who_stops_answering_is_asked_about_with_their_shifts(line: Line):
    client, path = line.console.client("coordinator"), f"/people/{line['Alice']}"
    said = words(client.get(f"{path}/stop"))
    assert "30 shifts of the next six weeks lose them" in said
    assert line.on(MONDAY, 10) == ["Alice"]
    client.send(f"{path}/stop")
    assert line.on(MONDAY, 10) == []
    assert "no longer answers" in words(client.get(path))
    assert "Alice" not in words(client.get("/people?service=cssbse"))
    assert "Alice" in words(client.get("/people?state=stopped"))
    client.send(f"{path}/start")
    assert line.on(MONDAY, 10) == ["Alice"]


def test_a_responder_is_connected_to_a_user_and_only_to_one(line: Line):
    client, house = line.console.client("coordinator"), line.console
    with write(line.engine) as connection:
        free = users.add(connection, email="d@example.org", name="D", role="responder",
                         language="nl", at=house.clock.at)  # fmt: skip
    path = f"/people/{line['Dirk']}/user"
    client.send(path, user=free)
    with read(line.engine) as connection:
        linked = {user.id: user.responder_id for user in users.everybody(connection)}
    assert (linked[free], linked[house.cast["dirk"]]) == (line["Dirk"], None)
    assert client.send(path, user=house.cast["alice"]).status_code == 422  # somebody else
    with read(line.engine) as connection:
        assert users.by_id(connection, house.cast["alice"]).responder_id == line["Alice"]
    client.send(path, user="")
    assert "Does not log in" in words(client.get(f"/people/{line['Dirk']}"))


def test_a_coordinator_acts_for_somebody_who_had_an_accident(line: Line):
    client, alice, dirk = line.console.client("coordinator"), line["Alice"], line["Dirk"]
    key = line.shift(hour=9)
    client.send(f"/people/{alice}/shift/{key}/cannot")
    assert "Said: can’t come." in words(client.get(f"/people/{alice}"))
    client.send(f"/people/{alice}/shift/{key}/ask", who=dirk)
    assert "Alice Martin asks them to stand in" in words(client.get(f"/people/{dirk}"))
    proposal = re.search(r"/proposal/(\w+)/accept", client.get(f"/people/{dirk}").text)[1]
    assert "Yes, Dirk Maes stands in" in words(
        client.get(f"/people/{dirk}/proposal/{proposal}/accept")
    )
    client.send(f"/people/{dirk}/proposal/{proposal}/accept")
    assert line.on(MONDAY, 10) == ["Dirk"]
    assert line.rows_of(roster_changes)[-1].who == "Chloé Dubois"


def test_requests_are_counted_listed_and_settled(line: Line):
    client = line.console.client("coordinator")
    assert "Nobody has said so" in words(client.get("/requests"))
    line.console.client("alice").send(f"/mine/shift/{line.shift(hour=9)}/cannot")
    ask(line)
    page = client.get("/requests")
    said = words(page)
    assert "Requests (1)" in said
    assert "Monday 30 November, 09:00–13:00 Alice Martin" in said
    assert "Alice Martin asks Dirk Maes to stand in" in said
    assert f'/shift/{line.shift(hour=9)}/replace/{line["Alice"]}"' in page.text
    report = re.search(r"/report/(\w+)/arranged", page.text)[1]
    proposal = re.search(r"/requests/proposal/(\w+)/withdraw", page.text)[1]
    client.send(f"/requests/report/{report}/arranged")
    said = words(client.get("/requests"))
    assert "Noted as arranged." in said
    assert "Requests (1)" not in said
    client.send(f"/requests/proposal/{proposal}/withdraw")
    assert "Nobody waits for an answer." in words(client.get("/requests"))
    client.send(f"/requests/report/{report}/arranged")
    assert "settled already" in words(client.get("/requests"))


def test_who_was_replaced_has_nothing_left_to_be_arranged(line: Line):
    client = line.console.client("coordinator")
    line.console.client("alice").send(f"/mine/shift/{line.shift(hour=9)}/cannot")
    key, version = line.key(MONDAY, 9)
    line.make(lambda it: substitute(it, ShiftKey.parse(key), version, line["Alice"], line["Dirk"]))
    assert "Nobody has said so" in words(client.get("/requests"))


def test_who_is_absent_and_not_replaced_still_waits(line: Line):
    client, at = line.console.client("coordinator"), line.console.clock.at
    line.console.client("alice").send(f"/mine/shift/{line.shift(hour=9)}/cannot")
    with write(line.engine) as connection:
        away = {"starts_at": at, "ends_at": at + timedelta(days=20)}
        alice = line.ids(connection)["Alice"]
        connection.execute(insert(absences).values(id=new_id(), responder_id=alice, **away))
        connection.execute(update(counters).values(value=counters.c.value + 1))
    assert "The place is empty" in words(client.get("/requests"))
    assert "noted as absent" in words(line.console.client("alice").get("/mine"))


@pytest.mark.parametrize("who", ["responder", "alice"])
def test_responders_see_nothing_of_the_others(line: Line, who: str):
    client, dirk = line.console.client(who), line["Dirk"]
    for path in (
        "/people",
        "/people/add",
        f"/people/{dirk}",
        f"/people/{dirk}/number",
        "/requests",
    ):
        assert client.get(path).status_code == 403
    assert client.send(f"/people/{dirk}/number/show").status_code == 403
    assert client.send(f"/people/{dirk}/shift/{line.shift()}/cannot").status_code == 403


def test_a_person_who_does_not_exist_is_no_page(line: Line):
    client = line.console.client("coordinator")
    for person in ("0" * 32, "nobody"):
        for path in (f"/people/{person}", f"/people/{person}/number", f"/people/{person}/stop"):
            assert client.get(path).status_code == 404


def test_a_number_is_shown_as_it_is_dialled():
    assert people.spaced("+32470123456") == "0470 12 34 56"
    assert people.spaced("") == ""
