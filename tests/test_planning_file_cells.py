"""Cells of a roster file: what is understood, and what is refused with its reason."""

from datetime import date, time

import pytest

from planning.file_rows import ShiftRow, write_rows
from planning.file_shown import letters, shown
from planning.objections import say
from tests.test_planning_file_kit import (
    ALICE,
    BRUSSELS,
    LINE,
    STAMP,
    cell_of,
    codes,
    csv,
    places,
    read,
    refusal,
)


def one(column: str, text: str) -> ShiftRow:
    (row,) = read(cell_of(column, text))
    return row


@pytest.mark.parametrize(
    "text", ["2026-11-24", "24/11/2026", "24-11-2026", "24.11.2026", " 24/11/2026 ", "2026/11/24"]
)
def test_a_date_may_be_written_in_these_ways(text: str):
    assert one("date", text).day == date(2026, 11, 24)


def test_the_day_comes_before_the_month():
    assert one("date", "3/4/2026").day == date(2026, 4, 3)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("24/11/26", "file_date_short_year"),
        ("24-11-26", "file_date_short_year"),
        ("11/24/2026", "file_date_month_first"),
        ("30/02/2026", "file_date_none"),
        ("13/13/2026", "file_date_none"),
        ("24 novembre 2026", "file_date"),
        ("46350", "file_date"),
        ("24/11/1926", "file_date_year"),
        ("", "file_cell_missing"),
        ("-", "file_cell_missing"),
    ],
)
def test_a_date_that_is_none_is_refused_with_its_reason(text: str, code: str):
    assert places(refusal(cell_of("date", text))) == [(code, 2, "date")]


@pytest.mark.parametrize(
    "text",
    ["9:00", "09:00", "9h00", "9h", "9H00", "9u", "9u00", "09:00:00", "9 h 00", "0.375", "0,375"],
)
def test_a_time_may_be_written_in_these_ways(text: str):
    assert one("from", text).starts == time(9)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("9", "file_time"),
        ("9.30", "file_time"),
        ("0.30", "file_time"),
        ("13:00 PM", "file_time"),
        ("9:77 AM", "file_time"),
        ("25:00", "file_time"),
        ("9:60", "file_time"),
        ("24:01", "file_time"),
        ("nine", "file_time"),
        ("09:00:30", "file_time_seconds"),
        ("24:00", "file_time_24"),
        ("", "file_cell_missing"),
    ],
)
def test_a_time_that_is_none_is_refused_with_its_reason(text: str, code: str):
    assert places(refusal(cell_of("from", text))) == [(code, 2, "from")]


def test_half_days_of_english_spreadsheets_are_understood():
    assert one("from", "12:05 AM").starts == time(0, 5)
    assert one("from", "09:00:00 AM").starts == time(9)
    assert one("to", "12:00 PM").ends == time(12)
    assert one("to", "1:30pm").ends == time(13, 30)


@pytest.mark.parametrize("text", ["24:00", "24h", "24h00", "00:00", "0h"])
def test_the_end_of_the_day_is_midnight(text: str):
    assert one("to", text).ends == time(0)


def test_a_shift_may_end_on_the_next_day():
    row = one("to", "06:00")
    assert (row.starts, row.ends) == (time(9), time(6))


def test_the_same_time_twice_is_refused_but_from_midnight_to_midnight():
    (objection,) = refusal(cell_of("to", "09:00"))
    assert "for a whole day write 00:00 to 00:00" in say(objection, "en")
    whole_day = csv(f"{LINE},cssbse,2026-11-24,00:00,24:00,,,,")
    assert (read(whole_day)[0].starts, read(whole_day)[0].ends) == (time(0), time(0))


def test_a_time_that_the_clocks_leap_over_is_refused():
    night = f"{LINE},cssbse,2026-03-29,02:30,05:00,,,,"
    assert places(refusal(csv(night))) == [("file_time_skipped", 2, "from")]
    (objection,) = refusal(csv(f"{LINE},cssbse,2026-03-28,22:00,02:30,,,,"))
    assert places([objection]) == [("file_time_skipped", 2, "to")]
    assert "On Sunday 29 March 2026" in say(objection, "en")
    assert read(csv(f"{LINE},cssbse,2026-03-28,22:00,06:00,,,,"))
    assert read(csv(f"{LINE},cssbse,2026-10-25,02:30,06:00,,,,"))


@pytest.mark.parametrize(
    "text",
    [
        "+3280035243", "+32 800 35 243", "3280035243", "0800/35.243", "080035243", "80035243",
        "0032 800 35 243", "(0800) 35 243", "0800-35-243", "'+3280035243",
    ],
)  # fmt: skip
def test_a_line_may_be_written_as_people_write_telephone_numbers(text: str):
    assert one("line", text).line == LINE


@pytest.mark.parametrize("text", ["abc", "12", "0800 ALLO", "0800 35 243 ext 4", "+32"])
def test_what_is_no_number_is_no_line(text: str):
    assert places(refusal(cell_of("line", text))) == [("file_line", 2, "line")]


def test_a_number_that_a_spreadsheet_has_shortened_is_refused():
    assert codes(cell_of("line", "3,28004E+09")) == ["file_line_shortened"]
    assert codes(cell_of("line", "3.28E+09")) == ["file_line_shortened"]


def test_a_name_is_composed_trimmed_and_its_spaces_single():
    assert one("responder", "  Zoe\u0308 \u00a0 Martin ").responder == "Zoë Martin"


@pytest.mark.parametrize("text", ["", "-", "–", " — "])
def test_nobody_yet_is_an_open_place(text: str):
    assert one("responder", text).responder is None


def test_a_name_with_a_sign_that_nobody_sees_is_refused_and_shows_where():
    for sign in ("\u200b", "\u202e", "\ufeff", "\u00ad"):
        (objection,) = refusal(cell_of("responder", f"Alice{sign}Martin"))
        assert places([objection]) == [("file_invisible", 2, "responder")]
        assert "Alice▯Martin" in say(objection, "en")


def test_a_telephone_number_is_no_name_and_is_not_repeated():
    (objection,) = refusal(cell_of("responder", "0470 12 34 56"))
    assert objection.code == "file_name"
    assert "…56" in say(objection, "en")
    assert "1234" not in say(objection, "en").replace(" ", "")


def test_no_objection_repeats_a_telephone_number_whatever_the_column():
    for column in ("service", "date", "from", "order", "needed", "languages"):
        for text in ("+32470123456x", "0470/12.34.56 x"):
            for objection in refusal_or_nothing(column, text):
                assert "123456" not in "".join(filter(str.isdigit, say(objection, "en")))


def refusal_or_nothing(column: str, text: str) -> list:
    return [] if column == "service" else list(refusal(cell_of(column, text)))


@pytest.mark.parametrize("text", ["=1+1", "=HYPERLINK(0)", "@SUM(A1)", " =x"])
def test_a_text_that_begins_like_a_formula_is_refused(text: str):
    for column in ("responder", "service", "languages"):
        assert codes(cell_of(column, text)) == ["file_formula_text"]


@pytest.mark.parametrize("name", ["=cmd|x", "+Alice", "-Alice", "@lice", "'=Alice", "'t Hooft"])
@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods"])
def test_a_name_that_could_be_run_is_written_so_that_it_is_not_and_reads_the_same(kind, name: str):
    row = ShiftRow(2, LINE, "-x", date(2026, 11, 24), time(9), time(13), name)
    content = write_rows(kind, [row], zone=BRUSSELS, stamp=STAMP)
    assert read(content) == [row]
    if kind == "csv":
        cells = content.decode().splitlines()[1].split(",")
        assert not [c for c in cells if c[:1] in "=+-@\t" and c and c != LINE]


@pytest.mark.parametrize("text", ["fr nl", "fr,nl", "fr;nl", "FR / NL", "fr+nl", "fr  nl fr"])
def test_languages_may_be_written_in_these_ways(text: str):
    assert one("languages", text).languages == ("fr", "nl")


def test_the_name_of_a_language_is_no_code():
    assert codes(cell_of("languages", "fr français")) == ["file_language"]


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "two", "1001", "99999", "²"])
def test_an_order_is_a_whole_number_from_one(text: str):
    assert places(refusal(cell_of("order", text))) == [("file_whole", 2, "order")]


def test_nobody_may_be_needed():
    assert one("needed", "0").needed == 0
    assert one("order", "-").order is None


def test_a_cell_longer_than_any_name_is_refused():
    assert codes(cell_of("responder", "x" * 201)) == ["file_cell_too_long"]
    assert codes(cell_of("responder", "x" * 20_000)) == ["file_cell_too_long"]


def test_the_row_of_the_example_is_read_as_it_stands():
    assert one("date", "2026-11-24") == ALICE


def test_columns_are_named_as_spreadsheets_name_them():
    assert [letters(n) for n in (1, 26, 27, 702, 703)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_what_is_shown_is_short():
    assert len(shown("x" * 100)) == 40
    assert shown("24-11-2026") == "24-11-2026"
