"""The roster out of files’ page: exports, the empty workbook, who may."""

import io
from datetime import date, time

import openpyxl
import pytest
from icalendar import Calendar
from test_console_files_kit import LINE, line, words
from test_console_kit import Console

from tests.test_planning_file_kit import read as rows_of

__all__ = ["line"]

WEEK = {"since": "2026-11-30", "until": "2026-12-06"}


def test_next_week_of_all_lines_is_offered_first(line: Console):
    page = line.client("coordinator").get("/files").text
    assert 'value="2026-11-30"' in page
    assert 'value="2026-12-06"' in page
    assert "since=2026-11-23" in page  # this week
    assert "since=2026-12-01&amp;until=2026-12-31" in page  # next month


@pytest.mark.parametrize(
    ("kind", "suffix", "mimetype"),
    [
        ("csv", "csv", "text/csv"),
        ("excel", "csv", "text/csv"),
        ("xlsx", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("ods", "ods", "application/vnd.oasis.opendocument.spreadsheet"),
        ("ics", "ics", "text/calendar"),
    ],
)
def test_a_week_is_taken_out_as_every_kind_of_file(
    line: Console, kind: str, suffix: str, mimetype: str
):
    answer = line.client("coordinator").get("/files/export", query_string=WEEK | {"kind": kind})
    name = f"roster_2026-11-30_2026-12-06.{suffix}"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.mimetype == mimetype
    found = rows_of(answer.data, name)
    assert len(found) == 10  # a morning and an afternoon, Monday to Friday
    assert (found[0].line, found[0].day) == (LINE, date(2026, 11, 30))
    assert (found[0].starts, found[0].responder) == (time(9), "Alice Martin")


def test_csv_for_excel_opens_by_a_double_click(line: Console):
    client = line.client("coordinator")
    content = client.get("/files/export", query_string=WEEK | {"kind": "excel"}).data
    assert content.startswith(b"\xef\xbb\xbf")
    assert b";" in content.splitlines()[0]


def test_one_line_is_taken_out_under_its_name(line: Console):
    client = line.client("coordinator")
    page = client.get("/files").text
    night = [part for part in page.split("<option ") if "La nuit" in part][-1]
    query = WEEK | {"kind": "ics", "line": night.partition('value="')[2][:32]}
    answer = client.get("/files/export", query_string=query)
    assert "roster_la-nuit_2026-11-30_2026-12-06.ics" in answer.headers["Content-Disposition"]
    assert Calendar.from_ical(answer.data).walk("VEVENT") == []


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"since": "2026-12-06", "until": "2026-11-30"}, "The last day lies before the first."),
        ({"since": "2026-01-01", "until": "2028-01-02"}, "That is more than two years."),
        ({"since": "", "until": ""}, "Enter the first day."),
        ({"since": "soon", "until": "2026-12-06"}, "First day:"),
        ({"since": "9999-12-30", "until": "9999-12-31"}, "These days lie too far away."),
        (WEEK | {"kind": "exe"}, "Kind of file:"),
        (WEEK | {"line": "0" * 32}, "Line:"),
    ],
)
def test_an_export_that_makes_no_sense_is_told_in_words(line: Console, query, told: str):
    answer = line.client("coordinator").get("/files/export", query_string={"kind": "csv"} | query)
    assert answer.status_code == 422
    assert told in words(answer)


def test_two_years_can_be_taken_out(line: Console):
    query = {"since": "2026-01-01", "until": "2027-12-31", "kind": "csv"}
    answer = line.client("coordinator").get("/files/export", query_string=query)
    assert answer.status_code == 200
    assert len(rows_of(answer.data)) > 1000


@pytest.mark.parametrize(
    ("language", "heading", "name"),
    [
        ("fr", "répondant", "horaire-vide.xlsx"),
        ("nl", "beantwoorder", "leeg-rooster.xlsx"),
        ("en", "responder", "empty-roster.xlsx"),
    ],
)
def test_an_empty_workbook_comes_in_the_persons_language(
    line: Console, language: str, heading: str, name: str
):
    line.change("coordinator", language=language)
    answer = line.client("coordinator").get("/files/template")
    assert f'filename="{name}"' in answer.headers["Content-Disposition"]
    workbook = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert heading in [str(cell.value) for cell in workbook.worksheets[0][1]]


def test_files_are_for_coordinators(line: Console):
    for path in ("/files", "/files/export", "/files/template", "/files/import/" + "0" * 32):
        assert line.client("responder").get(path).status_code == 403
        assert line.client().get(path).status_code == 303
