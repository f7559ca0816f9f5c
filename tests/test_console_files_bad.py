"""Bad files are refused through the page: by row, column and reason, with nothing changed."""

import io
import re
import zipfile

import openpyxl
import pytest
from test_console_files_kit import CHANGED, HEAD, STAYS, client, csv, line, row, rows, send, words
from test_console_kit import Client, Console

from tests.test_planning_file_kit import saved, xlsx

__all__ = ["client", "line"]


def bomb() -> bytes:
    """A workbook of a few kilobytes whose sheet unpacks to 200 MB."""
    book = io.BytesIO(xlsx())
    with zipfile.ZipFile(book, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet2.xml", b"0" * 200 * 2**20)
    return book.getvalue()


def merged() -> bytes:
    workbook = openpyxl.load_workbook(io.BytesIO(xlsx(STAYS.split(","), CHANGED.split(","))))
    workbook.active.merge_cells("A2:A3")
    return saved(workbook)


TEN_THOUSAND = csv(*[row(times=f"{n % 20:02}:00,{n % 20 + 1:02}:00") for n in range(10_000)])


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("merged.xlsx", merged, "The cells A2:A3 are merged"),
        ("sum.xlsx", lambda: xlsx(["=A1", "x"]), "Cell A2 holds a formula"),
        ("ansi.csv", lambda: csv(row(who="Ã©lodie")), "Accents were lost in this file"),
        ("long.csv", lambda: TEN_THOUSAND, "The file has more than 5000 rows."),
        ("calc.csv", lambda: csv(row(who="=cmd|' /C calc'!A0")), "begins like a formula"),
        ("setup.xlsx", lambda: b"MZ\x90\0\3\0\0\0\4" * 99, "The file is damaged"),
        ("empty.csv", lambda: b"", "The file is empty."),
        ("bomb.xlsx", bomb, "The file unpacks to more than 40 MB."),
        ("head.csv", HEAD.encode, "The file has a header but no shifts."),
        (
            "other.csv",
            lambda: csv(STAYS.replace("+3280035243", "+3225550000")),
            "2 line No line has the number +3225550000.",
        ),
        (
            "twice.csv",
            lambda: csv(STAYS, row("caw", times="12:00,14:00")),
            "Alice Martin would be in two shifts at once",
        ),
        ("typed.csv", lambda: csv(row(who="Alice Martn")), "2 responder Nobody who answers"),
    ],
)
def test_a_bad_file_is_refused_with_row_column_and_reason(
    line: Console, client: Client, name: str, content, told: str
):
    before = rows(line)
    page = send(client, content(), name, remove_others="y")
    said = words(page)
    assert "Nothing was imported" in said
    assert told in said
    assert "No file was ever imported here." in said
    ticked = re.search(r'<input[^>]*name="remove_others"[^>]*>', page.text)
    assert ticked is not None
    assert " checked" in ticked[0]  # choices are kept
    assert "Import now" not in page.text
    assert rows(line) == before


def test_an_import_that_would_hold_up_calls_for_long_is_to_be_split(client: Client):
    days = [f"2027-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 29)]
    hours = [f"{hour:02}:00,{hour + 1:02}:00" for hour in range(6, 12)]
    said = words(send(client, csv(*(row(day=day, times=hour) for day in days for hour in hours))))
    assert "The file has more than 2000 rows. Split it, for example by month." in said


def test_the_faults_can_be_downloaded_as_a_table(client: Client):
    page = send(client, csv(row(who="Zoë"), row(day="2026-12-01", who="Alice Martn")))
    answer = client.get(page.request.path + "/faults.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="faults.csv"'
    head, first, second = answer.data.decode("utf-8-sig").splitlines()
    assert head == "Row;Column;What is wrong, and what to do"
    assert first.startswith("2;responder;")
    assert second.startswith("3;responder;")


@pytest.mark.parametrize("size", [6_000_000, 9_000_000])
def test_a_file_that_is_too_large_is_told_in_words_beside_the_form(client: Client, size: int):
    page = send(client, b"x" * size, "large.csv")
    assert page.status_code == 413
    assert "File: The file is larger than 5 MB." in words(page)
    assert 'type="file"' in page.text
