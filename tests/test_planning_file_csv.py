"""Rosters as CSV: what spreadsheets of this country write."""

import time as clock

import pytest

from planning.file_rows import write_rows
from planning.objections import say
from tests.test_planning_file_kit import (
    ALICE,
    BRUSSELS,
    HEAD,
    LINE,
    PLAIN,
    STAMP,
    codes,
    csv,
    places,
    read,
    refusal,
)

ACCENTS = f"{LINE},cssbse,2026-11-24,09:00,13:00,Zoë Lefèvre-Œuvrard,1,2,fr"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_accents_come_through_whatever_encoding_a_spreadsheet_writes(encoding: str):
    content = f"{HEAD}\r\n{ACCENTS}\r\n".encode(encoding)
    assert [row.responder for row in read(content)] == ["Zoë Lefèvre-Œuvrard"]


def test_latin_1_is_read_as_the_same_letters_of_windows_1252():
    content = f"{HEAD}\r\n{ACCENTS}\r\n".replace("Œ", "E").encode("latin-1")
    assert read(content)[0].responder == "Zoë Lefèvre-Euvrard"


@pytest.mark.parametrize("encoding", ["cp850", "cp437", "mac-roman"])
@pytest.mark.parametrize(
    "name", ["Zoë", "André", "Hélène", "Müller", "François", "Benoît", "Élise"]
)
def test_an_encoding_that_cannot_be_told_is_refused_and_never_becomes_other_letters(
    encoding: str, name: str
):
    content = csv(PLAIN.replace("Alice Martin", f"{name} Martin")).decode().encode(encoding)
    assert codes(content) == ["file_encoding"]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("cp1250", "Łukasz"), ("cp1251", "Иван"), ("cp1253", "Νίκος"), ("iso8859-15", "Sœur")],
)
def test_letters_of_other_regions_in_their_own_code_page_are_refused(encoding: str, name: str):
    content = csv(PLAIN.replace("Alice", name)).decode().encode(encoding)
    assert codes(content) == ["file_encoding"]


def test_names_from_elsewhere_are_read_where_the_encoding_can_write_them():
    for name in ("Šimon Žižka", "Łukasz Иван Νίκος", "’t Hooft", "'t Hooft", "d’Hondt"):
        content = csv(PLAIN.replace("Alice Martin", name))
        assert read(content)[0].responder == name


def test_slavic_letters_of_windows_1252_are_refused_for_they_may_be_an_umlaut_of_a_macintosh():
    content = csv(PLAIN.replace("Alice", "Kröger")).decode().encode("mac-roman")
    assert content == csv(PLAIN.replace("Alice", "Kršger")).decode().encode("cp1252")
    assert codes(content) == ["file_encoding"]


@pytest.mark.parametrize("name", ["RÃ©mi", "ZoÃ«", "dâ€™Hondt", "R\ufffdmi"])
def test_accents_that_were_lost_earlier_are_refused(name: str):
    assert codes(csv(PLAIN.replace("Alice", name))) == ["file_garbled"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_in_the_header(delimiter: str):
    content = csv(PLAIN).replace(b",", delimiter.encode())
    assert read(content) == [ALICE]


def test_excels_mark_of_the_delimiter_is_no_row():
    content = b"sep=;\r\n" + csv(PLAIN, PLAIN.replace("09:00", "x")).replace(b",", b";")
    assert places(refusal(content)) == [("file_time", 3, "from")]


def test_the_order_of_columns_and_the_case_of_their_names_do_not_matter():
    content = csv(
        f"Alice Martin;24/11/2026;09:00;13:00;{LINE};cssbse",
        head="RESPONDER; Date ;From;TO:;Line;Service",
    )
    (row,) = read(content)
    assert (row.responder, row.day, row.line, row.needed) == ("Alice Martin", ALICE.day, LINE, None)


@pytest.mark.parametrize(
    "head",
    [
        "ligne;service;date;de;à;répondant;ordre;nécessaires;langues",
        "Ligne;Service;Date;De;A;Repondant;Ordre;Necessaires;Langues",
        "lijn;dienst;datum;van;tot;beantwoorder;volgorde;nodig;talen",
    ],
)
def test_the_header_may_be_french_or_dutch(head: str):
    assert read(csv(PLAIN.replace(",", ";"), head=head)) == [ALICE]


def test_a_misspelt_column_is_named_with_the_one_that_was_meant():
    objections = refusal(csv(PLAIN, head=HEAD.replace("responder", "respondeur")))
    assert [objection.code for objection in objections] == [
        "file_column_unknown",
        "file_column_missing",
    ]
    assert "Did you mean “responder”?" in say(objections[0], "en")
    assert "responder / répondant / beantwoorder" in say(objections[1], "en")


def test_a_column_that_means_nothing_here_is_named():
    assert codes(csv(f"{PLAIN},x", head=f"{HEAD},kilometres")) == ["file_column_stranger"]


def test_a_column_that_stands_there_twice_is_refused_in_two_languages_too():
    objections = refusal(csv(f"{PLAIN},24/11/2026", head=f"{HEAD},datum"))
    assert places(objections) == [("file_column_twice", 1, "datum")]
    assert "C and J" in say(objections[0], "en")


def test_without_a_column_for_the_line_the_default_line_is_taken():
    content = csv(PLAIN.removeprefix(f"{LINE},"), head=HEAD.removeprefix("line,"))
    assert codes(content) == ["file_column_missing"]
    assert read(content, default_line="0800 35 243") == [ALICE]
    assert read(csv(PLAIN.removeprefix(LINE)), default_line=LINE) == [ALICE]


@pytest.mark.parametrize(
    "content", [b"", b"\xef\xbb\xbf", b"\r\n\r\n  ", "\ufeff".encode("utf-16")]
)
def test_an_empty_file_is_refused(content: bytes):
    assert codes(content) == ["file_empty"]


def test_a_header_alone_is_refused():
    assert codes(csv()) == ["file_no_rows"]
    assert codes(csv("", ",,,,", "")) == ["file_no_rows"]


def test_blank_rows_are_passed_over_and_the_numbers_stay_those_of_the_spreadsheet():
    content = csv("", PLAIN, ",,,,,,,,", " , ", PLAIN.replace("09:00", "9:77"))
    assert places(refusal(content)) == [("file_time", 6, "from")]


def test_a_line_break_between_quotation_marks_does_not_begin_a_row():
    content = csv(PLAIN.replace("Alice Martin", '"Alice\r\nMartin"'), PLAIN.replace("09:00", ""))
    objections = refusal(content)
    assert places(objections) == [("file_cell_missing", 3, "from")]


def test_a_quotation_mark_that_never_closes_is_refused_with_its_row():
    assert places(refusal(csv(PLAIN, PLAIN.replace("Alice", '"Alice'), PLAIN))) == [
        ("file_quotes", 3, None)
    ]


def test_a_short_row_has_empty_cells_and_a_long_one_is_refused():
    short = f"{LINE},cssbse,2026-11-24,09:00,13:00"
    (row,) = read(csv(short))
    assert (row.responder, row.order, row.needed, row.languages) == (None, None, None, ())
    assert places(refusal(csv(f"{PLAIN},,de"))) == [("file_cell_unnamed", 2, "K")]
    assert read(csv(f"{PLAIN},,")) == [ALICE]


def test_all_that_is_wrong_is_said_at_once():
    bad = f"abc,,24/11/26,9,09:00,{'x' * 300},0,two,french"
    objections = refusal(csv(bad))
    assert {objection.column for objection in objections} == set(HEAD.split(",")) - {"to"}
    assert {objection.row for objection in objections} == {2}


def test_more_than_fifty_objections_are_counted():
    content = csv(*[PLAIN.replace("09:00", "nine")] * 80)
    objections = refusal(content)
    assert len(objections) == 51
    assert "30 more" in say(objections[-1], "en")


def test_a_person_twice_in_a_shift_is_refused_naming_both_rows():
    again = PLAIN.replace("Alice Martin,1", "alice  MARTIN,2")
    (objection,) = refusal(csv(PLAIN, again))
    assert places([objection]) == [("file_person_twice", 3, "responder")]
    assert "row 2" in say(objection, "en")
    assert len(read(csv(PLAIN, again.replace("09:00", "08:00")))) == 2


def test_rows_of_one_shift_that_need_different_things_are_refused_naming_both():
    other = PLAIN.replace("Alice Martin,1,2,fr nl", "Bram Peeters,2,3,fr")
    objections = refusal(csv(PLAIN, other))
    assert places(objections) == [
        ("file_shift_differs", 3, "needed"),
        ("file_shift_differs", 3, "languages"),
    ]
    assert "“3” here, but “2” in row 2" in say(objections[0], "en")


def test_rows_of_one_shift_may_leave_to_one_of_them_what_it_needs():
    other = PLAIN.replace("Alice Martin,1,2,fr nl", "Bram Peeters,2,,")
    assert [row.needed for row in read(csv(PLAIN, other))] == [2, None]
    assert len(read(csv(PLAIN, other.replace("2,,", "2,2,nl fr")))) == 2


def test_what_is_written_is_plain_csv():
    content = write_rows("csv", [ALICE], zone=BRUSSELS, stamp=STAMP)
    assert content == csv(PLAIN, "")


def test_excel_gets_its_byte_order_mark_and_semicolons():
    content = write_rows("csv", [ALICE], zone=BRUSSELS, stamp=STAMP, for_excel=True)
    assert content.startswith(b"\xef\xbb\xbfline;service;")
    assert read(content) == [ALICE]


def test_five_thousand_rows_are_read_and_ten_thousand_refused_within_two_seconds():
    rows = [PLAIN.replace("Alice Martin", f"Alice {n}").replace(",2,", ",,") for n in range(5000)]
    begun = clock.process_time()
    assert len(read(csv(*rows))) == 5000
    assert codes(csv(*rows, *rows)) == ["file_rows_too_many"]
    assert clock.process_time() - begun < 4


def test_a_file_of_many_megabytes_is_refused_at_once():
    assert codes(csv(*[PLAIN] * 100_000)) == ["file_too_large"]
