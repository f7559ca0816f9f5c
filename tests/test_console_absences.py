"""Who is away: noted, ended sooner, removed; and whom to find for their shifts."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert
from test_console_kit import Client
from test_console_own import words
from test_console_own_kit import MONDAY, Line, line

from logging_db.columns import new_id
from logging_db.engine import write
from logging_db.tables import absences, partner_services, responders, roster_changes

__all__ = ["line"]  # fixtures

WEEK = {"first": "2026-11-30", "last": "2026-12-04"}


@pytest.fixture
def anne(line: Line) -> Client:
    """A coordinator."""
    return line.console.client("coordinator")


def note(line: Line, client: Client, who: str = "Alice", **values: str) -> str:
    """Note an absence by the form; return the address of its page."""
    answer = client.send(f"/absences/person/{line[who]}", **(values or WEEK))
    assert answer.status_code == 303, words(answer)
    return answer.location


def undo_of(answer) -> str:
    found = re.search(r'action="(/changes/\d+/undo)"', answer.text)
    assert found is not None
    return found[1]


def test_somebody_is_found_by_name_and_their_absence_noted(line: Line, anne: Client):
    assert "Nobody is away, now or later." in words(anne.get("/absences"))
    found = anne.get("/absences/find?q=alic")
    assert "1 person found" in words(found)
    assert f'href="/absences/person/{line["Alice"]}"' in found.text
    page = anne.get(note(line, anne))
    said = words(page)
    assert "Noted: Alice Martin is away, Mon 30 Nov 2026 – Fri 4 Dec 2026." in said
    assert "5 shifts without them" in said
    assert f"/shift/{line.shift(hour=9)}/replace/{line['Alice']}?back=/absences/" in page.text
    assert line.on(MONDAY, 10) == []
    change = line.rows_of(roster_changes)[-1]
    assert (change.kind, change.line_id) == ("absence_added", None)
    listed = words(anne.get("/absences"))
    assert "5 shifts without them in the next eight weeks" in listed
    assert "Alice Martin" in words(anne.get(f"/absences/person/{line['Alice']}"))
    assert f"/absences/person/{line['Alice']}" in anne.get(f"/people/{line['Alice']}").text


def test_whoever_is_replaced_leaves_nothing_to_fill(line: Line, anne: Client):
    url = note(line, anne, first="2026-11-30")
    key, version = line.key(MONDAY, 9)
    answer = anne.send(
        f"/shift/{key}/replace/{line['Alice']}", who=line["Chloé"], version=str(version)
    )
    assert answer.status_code == 303
    assert line.on(MONDAY, 10) == ["Chloé"]
    said = words(anne.get(url))
    assert "Mon 30 Nov 2026, all day" in said
    assert "No shift needs somebody else." in said


def test_a_noted_absence_is_taken_back_at_once(line: Line, anne: Client):
    url = note(line, anne)
    page = anne.get(url)
    answer = anne.send(undo_of(page), back=url)
    assert answer.location == url
    back = anne.get(url)  # it is gone: the list tells what happened
    assert back.location == "/absences"
    assert "Taken back." in words(anne.get("/absences"))
    assert anne.get(url).status_code == 404
    assert line.on(MONDAY, 10) == ["Alice"]


def test_part_of_a_day_is_noted_with_its_times(line: Line, anne: Client):
    sent = {"first": "2026-11-30", "first_time": "12:00", "last_time": "14:30"}
    said = words(anne.get(note(line, anne, **sent)))
    assert "Mon 30 Nov 2026, 12:00–14:30" in said
    assert line.on(MONDAY, 10) == ["Alice"]
    assert line.on(MONDAY, 12) == []
    more = {"first": "2026-12-01", "last": "2026-12-02", "last_time": "10:00"}
    said = words(anne.get(note(line, anne, **more)))
    assert "Tue 1 Dec 2026, 00:00 – Wed 2 Dec 2026, 10:00" in said


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "First day: Choose a day."),
        ({"first": "2026-11-22"}, "First day: An absence can begin today at the earliest"),
        ({"first": "2026-12-02", "last": "2026-12-01"}, "Last day: The absence ends before"),
        ({"first": "2026-12-02", "last": "2028-12-01"}, "Last day: An absence can last"),
        ({"first": "2027-03-28", "first_time": "02:30"}, "Last day"),
        ({"first": "2026-12-02", "first_time": "ten"}, "From (time)"),
    ],
)
def test_an_absence_that_cannot_be_is_refused_at_its_field(
    line: Line, anne: Client, sent, sentence
):
    answer = anne.send(f"/absences/person/{line['Alice']}", **sent)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert line.rows_of(absences) == []


def test_two_absences_of_somebody_do_not_overlap(line: Line, anne: Client):
    note(line, anne)
    answer = anne.send(f"/absences/person/{line['Alice']}", first="2026-12-04")
    assert answer.status_code == 422
    assert "already noted as absent from Monday 30 November 2026" in words(answer)


def test_an_absence_that_is_under_way_ends_now_or_sooner(line: Line, anne: Client):
    url = note(line, anne, first="2026-11-23", last="2026-11-27")
    line.console.clock.forward(60)
    said = words(anne.get(url))
    assert "Is back: end it now" in said
    assert "Remove it" not in said
    told = words(anne.get(anne.send(f"{url}/end", last="2026-11-25").location))
    assert "ends sooner: Mon 23 Nov 2026, 10:00 – Thu 26 Nov 2026, 00:00" in told
    answer = anne.send(f"{url}/end", last="2026-11-27")
    assert answer.status_code == 422
    assert "Last day away: An absence can only end sooner" in words(answer)
    assert anne.send(f"{url}/end").status_code == 422
    refused = anne.send(f"{url}/remove")
    assert refused.location == url
    assert "cannot be removed" in words(anne.get(url))
    told = anne.get(anne.send(f"{url}/end", act="now").location)
    assert "Alice Martin is back." in words(told)
    assert "Over (1)" in words(told)
    assert "It is kept as it was." in words(anne.get(url))
    anne.send(undo_of(told))
    assert "away now" in words(anne.get("/absences"))


def test_an_absence_that_has_not_begun_is_removed(line: Line, anne: Client):
    url = note(line, anne)
    assert "Remove the absence of Alice Martin?" in words(anne.get(f"{url}/remove"))
    told = words(anne.get(anne.send(f"{url}/remove").location))
    assert "Removed: Alice Martin is not away then." in told
    assert line.rows_of(absences) == []
    assert line.rows_of(roster_changes)[-1].kind == "absence_removed"
    for path in ("", "/remove"):
        assert anne.get(url + path).status_code == 404
    assert anne.send(f"{url}/end").status_code == 404


def test_thousands_of_people_are_searched_and_their_absences_come_in_pages(
    line: Line, anne: Client
):
    service = line.rows_of(partner_services)[0].id
    ids = [new_id() for _n in range(2000)]
    starts = datetime(2026, 12, 1, tzinfo=UTC)
    with write(line.engine) as connection:
        sealed = {"phone": b"x", "languages": ["fr"], "service_id": service}
        people = [{"id": i, "name": f"Pérsonne {n:04}", **sealed} for n, i in enumerate(ids)]
        connection.execute(insert(responders), people)
        away = {"starts_at": starts, "ends_at": starts + timedelta(days=3)}
        rows = [{"id": new_id(), "responder_id": i, **away} for i in ids[:120]]
        connection.execute(insert(absences), rows)
    found = words(anne.get("/absences/find?q=personne"))
    assert "2000 people found" in found
    assert "Write more of the name." in found
    assert "1 person found" in words(anne.get("/absences/find?q=1234 PERSONNE"))
    assert "Nobody fits." in words(anne.get("/absences/find?q=zzz"))
    page = anne.get("/absences?page=3")
    assert "120 absences, page 3 of 3" in words(page)
    assert page.text.count("/absences/person/") == 20
    assert "1 absence" in words(anne.get("/absences?q=0007"))
    assert "Nobody of that name is away." in words(anne.get("/absences?q=Bram"))


def test_only_coordinators_see_absences_and_nobody_is_no_page(line: Line, anne: Client):
    url = note(line, anne)
    alice = line.console.client("alice")
    for path in ("/absences", "/absences/find", f"/absences/person/{line['Alice']}", url):
        assert alice.get(path).status_code == 403
    assert alice.send(f"{url}/end", act="now").status_code == 403
    assert anne.get(url).status_code == 200
    for path in ("/absences/person/nobody", "/absences/nothing", f"/absences/{'0' * 32}"):
        assert anne.get(path).status_code == 404
