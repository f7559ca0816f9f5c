"""Bringing roster files in through the page: looked at first, then that and nothing else."""

import re
from pathlib import Path

import pytest
from sqlalchemy import Engine
from test_console_files_kit import (
    ADDED,
    CHANGED,
    HEAD,
    LINE,
    ROSTER,
    STAYS,
    changes,
    client,
    csv,
    federation_of,
    line,
    row,
    rows,
    send,
    words,
)
from test_console_kit import Client, Console
from werkzeug.test import TestResponse

from console import files_waiting
from logging_db.engine import write
from logging_db.federation import import_federation
from planning.file_shift import ShiftRow
from planning.ledger import Author
from planning.undo import undo
from tests.test_planning_file_kit import read as rows_of

__all__ = ["client", "line"]

FILES = Path(__file__).parent / "files"


def press(client: Client, page: TestResponse) -> TestResponse:
    """Press "Import now" on a preview."""
    mark = re.search(r'name="mark" value="(\w+)"', page.text)
    assert mark is not None, words(page)
    data = {"csrf_token": client.token(), "mark": mark[1]}
    return client.post(page.request.path, data=data, follow_redirects=True)


def test_a_file_is_looked_at_first_and_nothing_has_changed_yet(line: Console, client: Client):
    before = rows(line)
    said = words(send(client, ROSTER))
    assert "2 Added 1 Changed 0 Removed" not in said  # the number stands after its word
    assert "Added 2 Changed 1 Removed 0 Stay as they are 1" in said
    assert "Monday 30 November 2026 1 changed 1 stays" in said
    assert "Before: Bram Peeters · 1 needed → After: Dirk Maes · 2 needed" in said
    assert "added 14:00–16:00 CSSBSE nobody · 2 needed" in said
    assert "speaks the language asked for (nl)" in said
    assert "There is one thing to look at" in said
    assert rows(line) == before


def test_holes_are_counted_before_and_after(client: Client):
    night = [f"+3280035244,caw,2026-12-0{day},00:00,00:00,Dirk Maes,,," for day in (1, 2, 3)]
    assert "In these days there is 1 hole in the roster now; afterwards: 0" in words(
        send(client, csv(*night))
    )


def test_what_was_looked_at_is_imported_and_taken_back_in_one_step(line: Console, client: Client):
    before = rows(line, ("sessions", "counters", "roster_changes"))
    page = press(client, send(client, ROSTER, "week 49.csv"))
    assert page.request.path == "/files"
    assert "Imported: 2 added, 1 changed, 0 removed." in words(page)
    assert "Last import: week 49.csv, by Chloé Dubois, Mon 23 Nov 2026, 10:00." in words(page)
    made = changes(line)[-1]
    assert (made.kind, made.who) == ("import", "Chloé Dubois")
    assert f'href="/changes/{made.id}"' in page.text
    with write(line.engine) as connection:
        undo(connection, line.clock.at, Author("Anne"), made.id)
    assert rows(line, ("sessions", "counters", "roster_changes")) == before
    assert "It was taken back." in words(client.get("/files"))


def test_a_file_that_says_what_is_there_leaves_nothing_to_import(line: Console, client: Client):
    query = {"since": "2026-11-30", "until": "2026-12-06", "kind": "xlsx"}
    content = client.get("/files/export", query_string=query).data
    page = send(client, content, "roster.xlsx")
    assert "There is nothing to import." in words(page)
    assert "Import now" not in page.text


def test_others_are_removed_only_when_it_was_asked_for(client: Client):
    content = csv(STAYS, ADDED)
    assert "Removed 0" in words(send(client, content))
    said = words(send(client, content, remove_others="y"))
    assert "Removed 3" in said
    assert "removed 13:00–17:00 CAW Bram Peeters · 1 needed" in said


def test_a_roster_that_changed_in_between_is_looked_at_anew(line: Console, client: Client):
    page = send(client, ROSTER)
    other = line.client("administrator")
    press(other, send(other, csv(row("caw", times="13:00,17:00", who="Alice Martin"))))
    again = press(client, page)
    assert again.request.path == page.request.path
    assert "The roster has changed since you looked." in words(again)
    assert "Before: Alice Martin · 1 needed → After: Dirk Maes · 2 needed" in words(again)
    assert "Imported:" in words(press(client, again))


def test_a_change_elsewhere_does_not_stand_in_the_way(line: Console, client: Client):
    page = send(client, ROSTER)
    other = line.client("administrator")
    press(other, send(other, csv(row(day="2027-01-12", who="Dirk Maes"))))
    assert "Imported:" in words(press(client, page))


def test_a_file_is_that_of_the_log_in_that_brought_it(line: Console, client: Client):
    page = send(client, ROSTER)
    stranger = line.client("administrator").get(page.request.path, follow_redirects=True)
    assert "The uploaded file is no longer here." in words(stranger)
    assert client.get(page.request.path).status_code == 200


def test_an_imported_or_dropped_file_is_gone(line: Console, client: Client):
    page = send(client, ROSTER)
    press(client, page)
    assert client.get(page.request.path).status_code == 303
    other = send(client, csv(CHANGED, row(day="2027-01-12", who="Dirk Maes")))
    client.send(other.request.path + "/drop")
    assert client.get(other.request.path).status_code == 303


def test_a_file_waits_for_an_hour_in_a_private_folder(
    line: Console, client: Client, monkeypatch: pytest.MonkeyPatch
):
    page = send(client, ROSTER)
    with line.app.test_request_context():
        path = files_waiting._folder() / page.request.path.rpartition("/")[2]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    monkeypatch.setattr(files_waiting, "KEPT", -1)
    assert client.get(page.request.path).status_code == 303
    assert not path.exists()


@pytest.mark.parametrize("name", ["0" * 32, "..%2f..%2fpermanence.db", "x"])
def test_no_other_file_is_ever_read(client: Client, name: str):
    assert client.get(f"/files/import/{name}").status_code in (303, 404)


def test_a_failed_import_names_the_last_good_one(client: Client):
    press(client, send(client, ROSTER, "good.csv"))
    said = words(send(client, csv(row(who="Nobody Known")), "bad.csv"))
    assert "bad.csv: there is one thing to correct. The roster is as it was." in said
    assert "Last import: good.csv, by Chloé Dubois" in said


def test_without_a_file_the_form_says_so(client: Client):
    page = client.send("/files/import")
    assert page.status_code == 422
    assert "File: Choose the file in which the shifts stand." in words(page)


def test_rows_without_a_line_take_the_chosen_one(client: Client):
    head = HEAD.partition(",")[2]
    content = csv(STAYS.partition(",")[2], head=head)
    assert "There is no column “line / ligne / lijn”" in words(send(client, content))
    said = words(send(client, content, default_line="+3280035243"))
    assert "Stay as they are 1" in said
    other = words(send(client, csv(STAYS), default_line="+3280035244"))
    assert "You chose the line +3280035244, but every row of the file names another" in other


@pytest.mark.parametrize(
    "name",
    ["libreoffice.xlsx", "libreoffice.ods", "google.ics", "outlook.ics", "thunderbird.ics"],
)
def test_files_of_other_programs_come_out_again_as_they_went_in(engine: Engine, name: str):
    content = (FILES / name).read_bytes()
    house = Console(engine)
    house.clock.at = house.clock.at.replace(month=10, day=5, hour=6)
    wanted = rows_of(content, name, LINE, house.clock.at.date())
    import_federation(engine, house.cipher, federation_of(wanted))
    client = house.client("coordinator")
    assert "Imported:" in words(press(client, send(client, content, name, default_line=LINE)))
    days = [one.day for one in wanted]
    query = {"since": min(days).isoformat(), "until": max(days).isoformat()}
    for kind in ("xlsx", "ics"):
        out = client.get("/files/export", query_string=query | {"kind": kind}).data
        found = rows_of(out, f"roster.{kind}")
        assert sorted(map(meaning, found)) == sorted(map(meaning, wanted))


def meaning(one: ShiftRow) -> tuple[object, ...]:
    return (*one.shift, one.responder or "", one.languages)


def test_a_year_of_shifts_is_looked_at_and_imported(line: Console, client: Client):
    days = [f"2027-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 29)]
    year = [f"+3280035244,caw,{day},18:00,23:00,Dirk Maes,,," for day in days]
    page = send(client, csv(*year))
    assert "Added 336" in words(page)
    assert "Imported: 336 added" in words(press(client, page))


def test_two_coordinators_cannot_import_the_same_twice(line: Console, client: Client):
    page = send(client, ROSTER)
    press(client, page)
    assert "The uploaded file is no longer here." in words(press(client, page))
    assert len([one for one in changes(line) if one.kind == "import"]) == 1


def test_a_machine_without_the_file_asks_for_it_again(line: Console, client: Client):
    page = send(client, ROSTER)
    with line.app.test_request_context():
        (files_waiting._folder() / page.request.path.rpartition("/")[2]).unlink()
    assert "on the machine that took it" in words(press(client, page))
