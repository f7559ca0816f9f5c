"""Coordinators who change the same person do not overwrite each other unseen."""

import re

from test_console_own import words
from test_console_own_kit import Line, line
from test_console_people import ADDED, form, row, service

from logging_db.tables import roster_changes

__all__ = ["line"]  # fixtures


def test_the_list_of_changes_does_not_bring_back_who_shares_a_number_by_now(line: Line):
    client = line.console.client("coordinator")
    client.send(f"/people/{line['Alice']}/stop")
    stopped = line.rows_of(roster_changes)[-1].id
    client.send("/people/add", **ADDED, service=service(line), number="0470 00 00 01")
    answer = client.send(f"/changes/{stopped}/undo")
    assert answer.status_code == 409
    assert "Somebody else answers at the number of Alice Martin by now" in words(answer)
    assert not row(line, "Alice").active


def test_two_who_change_one_person_do_not_overwrite_each_other_unseen(line: Line):
    client, path = line.console.client("coordinator"), f"/people/{line['Dirk']}"
    older = form(line, "Dirk", name="Dirk De Maes")
    assert f'value="{older["seen"]}"' in client.get(path).text
    assert client.send(path, **form(line, "Dirk", **{"languages-2": "ar"})).status_code == 303
    answer = client.send(path, **older)
    assert answer.status_code == 409
    said = words(answer)
    assert "Somebody else has changed what is known of Dirk Maes" in said
    assert "There now" in said
    assert "Arabic" in said
    assert (row(line, "Dirk").name, row(line, "Dirk").languages) == (
        "Dirk Maes",
        ["nl", "fr", "ar"],
    )
    seen = re.search(r'name="seen"[^>]*value="([^"]+)"', answer.text)[1]
    assert client.send(path, **{**older, "seen": seen}).status_code == 303
    assert (row(line, "Dirk").name, row(line, "Dirk").languages) == ("Dirk De Maes", ["nl", "fr"])


def test_a_form_that_does_not_say_what_it_showed_is_not_stored(line: Line):
    sent = form(line, "Dirk", name="Dirk De Maes", seen="")
    assert (
        line.console.client("coordinator").send(f"/people/{line['Dirk']}", **sent).status_code
        == 409
    )
    assert row(line, "Dirk").name == "Dirk Maes"
