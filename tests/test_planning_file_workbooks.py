"""Rosters as workbooks: typed cells, and what a sheet holds beside values."""

import io
import re
import time as clock
import zipfile
from datetime import date, datetime, time, timedelta

import openpyxl
import pytest
from openpyxl import load_workbook

from planning.file_rows import write_rows
from planning.file_zip import pack
from planning.objections import say
from tests.test_planning_file_kit import (
    ALICE,
    BRUSSELS,
    HEAD,
    LINE,
    PLAIN,
    STAMP,
    codes,
    places,
    read,
    refusal,
    saved,
    xlsx,
)

# Cells know no zones.
NINE, SIX, LATER = (
    datetime.combine(day, at)
    for day, at in (
        (date(2026, 11, 24), time(9)),
        (date(2026, 11, 25), time(6)),
        (date(2026, 12, 1), time(10)),
    )
)
TYPED = (3280035243, "cssbse", date(2026, 11, 24), time(9), time(13), "Alice Martin", 1, 2, "fr nl")
TEXTS = tuple(PLAIN.split(","))


def with_cell(place: str, value: object) -> bytes:
    workbook = load_workbook(io.BytesIO(xlsx(TYPED)))
    cell = workbook.worksheets[0][place]
    cell.number_format = "General"
    cell.value = value
    return saved(workbook)


def ods(*rows: str, styles: str = "", more: str = "") -> bytes:
    """An OpenDocument spreadsheet of rows as XML."""
    original = write_rows("ods", [], zone=BRUSSELS, stamp=STAMP)
    with zipfile.ZipFile(io.BytesIO(original)) as archive:
        parts: dict[str, bytes | str] = {name: archive.read(name) for name in archive.namelist()}
    content = parts["content.xml"]
    assert isinstance(content, bytes)
    text = content.decode().replace("</table:table>", f"{''.join(rows)}</table:table>{more}")
    text = text.replace("</office:automatic-styles>", f"{styles}</office:automatic-styles>")
    return pack(parts | {"content.xml": text})


def ods_row(attributes: str = "", values: tuple[str, ...] = TEXTS, cell: str = "") -> str:
    cells = "".join(
        f'<table:table-cell {cell} office:value-type="string"><text:p>{value}</text:p>'
        "</table:table-cell>"
        for value in values
    )
    return f"<table:table-row {attributes}>{cells}</table:table-row>"


def test_cells_may_be_typed_or_texts():
    assert read(xlsx(TYPED)) == read(xlsx(TEXTS)) == [ALICE]
    assert read(ods(ods_row())) == [ALICE]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.375, time(9)),
        (timedelta(hours=9), time(9)),
        (NINE, time(9)),
        (time(9, 0, 0, 400_000), time(9)),
        ("9h00", time(9)),
    ],
)
def test_times_may_be_fractions_durations_or_dates_with_times(value: object, expected: time):
    assert read(with_cell("D2", value))[0].starts == expected


@pytest.mark.parametrize("form", ["hh:mm", "[h]:mm", "General"])
def test_twenty_four_hours_in_excel_are_the_end_of_the_day(form: str):
    workbook = load_workbook(io.BytesIO(xlsx(TYPED)))
    workbook.worksheets[0]["E2"] = 1
    workbook.worksheets[0]["E2"].number_format = form
    assert read(saved(workbook))[0].ends == time(0)


def test_a_date_in_the_cell_of_a_time_must_be_the_day_of_the_shift():
    assert read(with_cell("E2", SIX))[0].ends == time(6)
    for place, column in (("D2", "from"), ("E2", "to")):
        objections = refusal(with_cell(place, LATER))
        assert places(objections) == [("file_time_day", 2, column)]


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        ("C2", 46350, "file_date_number"),
        ("C2", True, "file_date_number"),
        ("D2", 9, "file_time"),
        ("D2", -0.5, "file_cell_faulty"),
        ("D2", 0.3751, "file_time_seconds"),
        ("D2", date(2026, 11, 24), "file_time"),
        ("F2", date(2026, 11, 24), "file_not_text"),
        ("F2", True, "file_not_text"),
        ("G2", 1.5, "file_whole"),
        ("G2", True, "file_whole"),
        ("A2", 3.28e30, "file_line"),
        ("B2", time(9), "file_not_text"),
    ],
)
def test_a_cell_of_the_wrong_type_is_refused(place: str, value: object, code: str):
    assert codes(with_cell(place, value)) == [code]


def test_a_formula_is_refused_naming_its_cell():
    content = with_cell("F2", '=CONCATENATE("A";"B")')
    (objection,) = refusal(content)
    assert "Cell F2 holds a formula" in say(objection, "en")
    assert codes(ods(ods_row(cell='table:formula="of:=1"'))) == ["file_formula"] * 9


def test_merged_cells_are_refused_naming_their_range():
    workbook = load_workbook(io.BytesIO(xlsx(TYPED, TYPED)))
    workbook.worksheets[0].merge_cells("F2:F3")
    objections = refusal(saved(workbook))
    assert "F2:F3" in say(objections[0], "en")
    merged = ods(ods_row(cell='table:number-columns-spanned="2"', values=TEXTS[:1]))
    assert "A2:B2" in say(refusal(merged)[0], "en")


def test_a_cell_that_shows_an_error_is_refused():
    workbook = load_workbook(io.BytesIO(xlsx(TYPED)))
    workbook.worksheets[0]["F2"] = "#REF!"
    assert "file_cell_faulty" in codes(saved(workbook))


def test_a_hidden_row_is_refused_if_it_holds_something():
    workbook = load_workbook(io.BytesIO(xlsx(TYPED, TYPED[:5])))
    workbook.worksheets[0].row_dimensions[3].hidden = True
    workbook.worksheets[0].row_dimensions[9].hidden = True
    assert places(refusal(saved(workbook))) == [("file_row_hidden", 3, None)]
    for state in ("collapse", "filter"):
        hidden = ods(ods_row(f'table:visibility="{state}"'))
        assert places(refusal(hidden)) == [("file_row_hidden", 2, None)]


def test_hidden_and_empty_sheets_are_not_read():
    workbook = load_workbook(io.BytesIO(xlsx(TYPED)))
    workbook.create_sheet("empty", 0)
    hidden = workbook.create_sheet("old", 0)
    hidden.append(["=1+1"])
    hidden.sheet_state = "hidden"
    assert read(saved(workbook)) == [ALICE]


def test_hidden_sheets_of_opendocument_are_not_read_either():
    style = (
        '<style:style style:name="gone" style:family="table">'
        '<style:table-properties table:display="false"/></style:style>'
    )
    more = f'<table:table table:name="old" table:style-name="gone">{ods_row()}</table:table>'
    assert read(ods(ods_row(), styles=style, more=more)) == [ALICE]
    more = more.replace("gone", "shown")
    assert codes(ods(ods_row(), styles=style, more=more)) == ["file_sheets"]


def test_two_sheets_with_something_in_them_are_refused_by_name():
    workbook = load_workbook(io.BytesIO(xlsx(TYPED)))
    workbook.create_sheet("Week 49").append(["x"])
    (objection,) = refusal(saved(workbook))
    assert "2 sheets have something in them (Sheet, Week 49)" in say(objection, "en")


def test_a_workbook_without_anything_is_refused():
    assert codes(saved(openpyxl.Workbook())) == ["file_empty"]


def test_rows_that_opendocument_writes_once_for_many_are_counted():
    content = ods(ods_row('table:number-rows-repeated="2"', ("", *TEXTS[1:5])), ods_row("", ("x",)))
    objections = refusal(content, default_line=LINE)
    assert {objection.row for objection in objections} == {4}


def test_a_comment_beside_a_cell_is_no_value():
    note = "<office:annotation><text:p>" + "x" * 600 + "</text:p></office:annotation>"
    assert read(ods(ods_row().replace("<text:p>Alice", f"{note}<text:p>Alice"))) == [ALICE]


def twice(content: bytes, rows: int) -> bytes:
    """Return the workbook with its rows below the head once more, which openpyxl writes slowly."""

    def moved(place: "re.Match[str]") -> str:
        return f'{place[1]}{int(place[2]) + rows}"'

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts: dict[str, bytes | str] = {name: archive.read(name) for name in archive.namelist()}
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    body = sheet[sheet.index('<row r="2"') : sheet.index("</sheetData>")]
    again = re.sub(r'(<row r="|<c r="[A-Z]+)(\d+)"', moved, body)
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(body, body + again)
    return pack(parts, compressed=True)


def test_five_thousand_rows_are_read_and_ten_thousand_refused_in_good_time():
    five = xlsx(*((*TYPED[:5], f"Alice {n}") for n in range(5000)))
    begun = clock.process_time()
    rows = read(five)
    assert clock.process_time() - begun < 4
    assert len(rows) == 5000
    sheet = write_rows("ods", rows, zone=BRUSSELS, stamp=STAMP)
    begun = clock.process_time()
    assert len(read(sheet)) == 5000
    assert clock.process_time() - begun < 4
    ten = twice(five, 5000)
    begun = clock.process_time()
    assert codes(ten) == ["file_rows_too_many"]
    assert clock.process_time() - begun < 2


def test_a_value_far_below_or_far_to_the_right_is_refused():
    assert codes(with_cell("A1048576", "x")) == ["file_rows_too_many"]
    assert codes(with_cell("XFD2", "x")) == ["file_columns_too_many"]
    far = 'table:number-rows-repeated="1000000"'
    assert codes(ods(ods_row(far, values=("",)), ods_row())) == ["file_rows_too_many"]
    assert codes(ods(ods_row('table:number-rows-repeated="6000"'))) == ["file_rows_too_many"]
    wide = 'table:number-columns-repeated="500"'
    assert codes(ods(ods_row(cell=wide))) == ["file_columns_too_many"]


def test_what_is_only_formatted_may_reach_down_to_the_last_row():
    workbook = load_workbook(io.BytesIO(xlsx(TYPED)))
    workbook.worksheets[0]["XFD1048576"].number_format = "hh:mm"
    assert read(saved(workbook)) == [ALICE]
    rest = (
        '<table:table-row table:number-rows-repeated="1048570">'
        '<table:table-cell table:style-name="time" table:number-columns-repeated="16384"/>'
        "</table:table-row>"
    )
    assert read(ods(ods_row(), rest)) == [ALICE]


def test_a_text_that_many_cells_share_may_not_be_long():
    assert codes(with_cell("F2", "x" * 600)) == ["file_cell_too_long"]
    assert codes(ods(ods_row(values=("x" * 600,)))) == ["file_cell_too_long"]


def test_our_own_columns_are_the_header():
    rows = load_workbook(io.BytesIO(write_rows("xlsx", [ALICE], zone=BRUSSELS, stamp=STAMP)))
    first, second = rows.worksheets[0].iter_rows(values_only=True)
    assert ",".join(str(name) for name in first) == HEAD
    assert second[2:5] == (datetime.combine(ALICE.day, time(0)), time(9), time(13))
