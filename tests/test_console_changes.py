"""The list of changes, a change row by row, and the way back; without a browser."""

import re
from pathlib import Path

import pytest
from sqlalchemy import insert
from test_console_kit import Client
from test_console_week_kit import LINE, Roster, anne, roster

from console.change_kinds import KIND_NAMES
from console.change_rows import PAGE
from console.change_words import KINDS, change_words
from logging_db.engine import write
from logging_db.tables import roster_changes

__all__ = ["anne", "roster"]

ROOT = Path(__file__).parents[1]


def add(roster: Roster, anne: Client, **values) -> None:
    answer = anne.send("/shift/new", **roster.form(starts="13:00", ends="17:00", **values))
    assert answer.status_code == 303


def test_every_change_is_listed_in_words_with_who_and_when(roster: Roster, anne: Client):
    add(roster, anne, people=["Chloé"])
    page = anne.get("/changes").text
    assert "Added a shift: cssbse, Mon 30 Nov, 13:00–17:00, with Chloé Dubois." in page
    assert "Chloé Dubois" in page  # who did it
    assert "Mon 23 Nov 2026, 10:00" in page


def test_a_change_is_told_row_by_row_and_taken_back_after_asking(roster: Roster, anne: Client):
    key = roster.key()
    anne.send(f"/shift/{key}", **roster.form(people=["Dirk"], version="1", ends="12:00"))
    change = re.findall(r'href="(/changes/\d+)"', anne.get("/changes").text)[0]
    page = anne.get(change).text
    assert "12:00" in page
    assert "Dirk Maes" in page
    assert roster.id("Dirk") not in page  # people, not ids
    assert "Take this change back?" in anne.get(f"{change}/undo").text
    answer = anne.send(f"{change}/undo")
    assert answer.location == "/changes"
    assert "Taken back." in anne.get("/changes").text
    assert "This change was taken back." in anne.get(change).text


def test_a_change_that_others_have_built_on_is_kept_and_says_why(roster: Roster, anne: Client):
    add(roster, anne, people=["Chloé"])
    first = re.findall(r'href="(/changes/\d+)"', anne.get("/changes").text)[0]
    added = re.findall(r'data-key="(\w{32})"', anne.get(roster.week()).text)[0]
    again = roster.form(people=["Dirk"], version="1", starts="13:00", ends="17:00")
    assert anne.send(f"/shift/{added}", **again).status_code == 303
    refused = anne.send(f"{first}/undo")
    assert refused.status_code == 409
    assert "has been changed again since" in refused.text
    assert anne.send("/changes/999/undo").status_code == 422
    assert anne.get("/changes/999").status_code == 404


def test_changes_are_listed_by_line_and_in_pages(roster: Roster, anne: Client):
    with write(roster.engine) as connection:
        rows = [
            {
                "at": roster.clock.at,
                "who": f"Somebody {n}",
                "line_id": roster.id(LINE) if n % 2 else None,
                "kind": "import",
                "details": {"file": "december.xlsx"},
                "images": [],
            }
            for n in range(PAGE + 3)
        ]
        connection.execute(insert(roster_changes), rows)
    page = anne.get("/changes").text
    assert "Imported a roster file: december.xlsx." in page
    older = re.search(r'href="(/changes\?before=\d+)"', page)[1]
    assert "Somebody 0<" not in page
    assert "Somebody 0<" in anne.get(older).text
    own = anne.get(f"/changes?line={roster.id(LINE)}").text
    assert "Somebody 1<" in own
    assert "Somebody 2<" not in own
    newest = re.findall(r'href="(/changes/\d+)"', page)[0]
    assert "keeps no rows" in anne.get(newest).text
    assert anne.send(f"{newest}/undo").status_code == 409


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_every_kind_of_change_has_words_even_where_its_details_are_poor(
    roster: Roster, language: str
):
    with roster.app.test_request_context(headers={"Accept-Language": language}):
        for kind in KINDS:
            assert change_words(kind, {}), kind
            assert change_words("undo", {"change": 1, "of": kind})
        assert change_words("of a later version", {})
    assert KINDS.keys() == KIND_NAMES.keys()


def test_no_kind_of_change_is_written_without_words():
    told = re.compile(r'(?:\bchange|\bmake|changing)\(\s*(?:[\w.()]+,\s*){0,3}"(\w+)"')
    rooms = [ROOT / room for room in ("console", "planning")]
    files = [path for room in rooms for path in room.glob("*.py")]
    written = {kind for path in files for kind in told.findall(path.read_text(encoding="utf-8"))}
    assert {"shift_added", "import", "undo"} <= written
    assert written - {"tried"} <= KINDS.keys()  # what is only tried is never kept
