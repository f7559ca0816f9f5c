"""Files that are not what they seem, that are damaged, or that mean harm."""

import contextlib
import io
import struct
import zipfile
from datetime import date
from pathlib import Path

import pytest

from planning.file_rows import write_rows
from planning.file_shift import UNPACKED_AT_MOST
from planning.file_zip import pack
from planning.objections import Refused
from tests.test_planning_file_kit import (
    ALICE,
    BRUSSELS,
    PLAIN,
    STAMP,
    codes,
    csv,
    read,
)

COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
XLSX = write_rows("xlsx", [ALICE], zone=BRUSSELS, stamp=STAMP)
ODS = write_rows("ods", [ALICE], zone=BRUSSELS, stamp=STAMP)
ICS = write_rows("ics", [ALICE], zone=BRUSSELS, stamp=STAMP)


def parts_of(content: bytes) -> dict[str, bytes | str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("name", ["roster", "roster.csv", "roster.xlsx", "roster.pdf", "r.ics"])
@pytest.mark.parametrize("content", [XLSX, ODS, ICS])
def test_the_kind_is_told_by_the_content_whatever_the_name(name: str, content: bytes):
    assert read(content, name)[0].responder == "Alice Martin"


def test_text_under_the_name_of_a_workbook_is_read_as_csv():
    assert read(csv(PLAIN), "roster.xls") == read(csv(PLAIN), "roster.xlsx") == [ALICE]


def test_only_by_its_name_is_a_broken_calendar_known_as_one():
    assert codes(csv(PLAIN), "roster.ics") == ["calendar_broken"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (COMPOUND, "file_kind_xls"),
        (COMPOUND + "EncryptedPackage".encode("utf-16-le"), "file_password"),
        (b"<html><body><table><tr><td>line</td></tr></table></body></html>", "file_kind_html"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html><html></html>", "file_kind_html"),
        ("\ufeff<html><table>".encode("utf-16"), "file_kind_html"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com"/>', "file_kind_xml"),
        (b"%PDF-1.7\n", "file_kind_unknown"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "file_kind_unknown"),
        (pack({"[Content_Types].xml": "x", "word/document.xml": "x"}), "file_kind_unknown"),
        (pack({"[Content_Types].xml": "x", "xl/workbook.bin": "x"}), "file_kind_xls"),
        (pack({"holiday.jpg": "x"}), "file_damaged"),
        (b"PK\x03\x04 xl/workbook.xml", "file_damaged"),
        (b"line,\0\0\0\0\x01\x02", "file_kind_unknown"),
        (b"\x07\x08line", "file_kind_unknown"),
    ],
)
@pytest.mark.parametrize("name", ["roster.csv", "roster"])
def test_what_is_no_roster_is_refused_with_what_it_is(content: bytes, code: str, name: str):
    assert codes(content, name) == [code]


def test_bytes_without_sense_under_the_name_of_a_workbook_are_a_damaged_one():
    assert codes(bytes(range(256)), "roster.xlsx") == ["file_damaged"]


@pytest.mark.parametrize("content", [XLSX, ODS])
def test_a_workbook_cut_off_anywhere_is_refused(content: bytes):
    for share in range(1, 20):
        assert codes(content[: len(content) * share // 20])


@pytest.mark.parametrize("content", [XLSX, ODS])
def test_a_workbook_with_a_byte_changed_is_read_or_refused_but_never_fails(content: bytes):
    for place in range(0, len(content), max(1, len(content) // 300)):
        changed = bytearray(content)
        changed[place] ^= 0xFF
        with contextlib.suppress(Refused):
            assert read(bytes(changed), "roster.xlsx")


def test_a_workbook_that_unpacks_to_gigabytes_is_refused_before_it_is_unpacked():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts_of(XLSX).items():
            archive.writestr(name, part)
        archive.writestr("xl/bomb.xml", b" " * (UNPACKED_AT_MOST + 1))
    assert len(file.getvalue()) < 100_000
    assert codes(file.getvalue()) == ["file_unpacks_too_large"]


def test_a_workbook_that_lies_about_its_sizes_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts_of(XLSX).items():
            archive.writestr(name, part)
        archive.writestr("xl/bomb.xml", b" " * (2 * UNPACKED_AT_MOST))
    lie = file.getvalue().replace(struct.pack("<L", 2 * UNPACKED_AT_MOST), struct.pack("<L", 10))
    assert lie != file.getvalue()
    assert codes(lie) == ["file_damaged"]


def test_entities_that_grow_without_end_are_refused():
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
        "<x>&b;</x>"
    )
    for content, part in (
        (XLSX, "xl/worksheets/sheet1.xml"),
        (XLSX, "xl/workbook.xml"),
        (ODS, "content.xml"),
    ):
        assert codes(pack(parts_of(content) | {part: bomb})) == ["file_damaged"]


LIBREOFFICE = parts_of((Path(__file__).parent / "files" / "libreoffice.xlsx").read_bytes())


def changed(part: str, old: str, new: str) -> bytes:
    """LibreOffice's workbook with something else in one of its parts."""
    content = LIBREOFFICE[part]
    assert isinstance(content, bytes)
    assert old.encode() in content
    return pack(LIBREOFFICE | {part: content.decode().replace(old, new)})


def test_a_workbook_that_claims_billions_of_texts_is_refused():
    """The reader would reserve the memory for them, fail and end the whole process."""
    claim = 'uniqueCount="4000000000" x="'
    assert codes(changed("xl/sharedStrings.xml", 'uniqueCount="', claim)) == ["file_damaged"]


def test_a_long_text_that_cells_share_is_refused():
    shared = changed("xl/sharedStrings.xml", "Alice Martin", "x" * 600)
    assert codes(shared) == ["file_cell_too_long"]


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize("number", ["-5", "-1e300", "NaN", "inf", "abc"])
@pytest.mark.parametrize("cell", ["46350", "0.375"])
def test_a_date_or_time_below_zero_or_without_sense_is_refused(number: str, cell: str):
    found = codes(changed(SHEET, f"<v>{cell}</v>", f"<v>{number}</v>"))
    assert set(found) == {"file_cell_faulty"}


@pytest.mark.parametrize("number", ["1e300", "99999999", "2958466"])
def test_a_date_beyond_all_calendars_is_refused(number: str):
    assert set(codes(changed(SHEET, "<v>46350</v>", f"<v>{number}</v>"))) == {"file_date_number"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('r="A2"', 'r="A0"'),
        ('r="A2"', 'r="2A"'),
        ('<row r="2"', '<row r="0"'),
        ('<row r="2"', '<row r="x"'),
        ("<v>9</v>", "<v>99999999</v>"),
        ('<dimension ref="A1:I199"/>', '<dimension ref="A0:AZ48943"/>'),
    ],
)
def test_a_sheet_whose_cells_are_nowhere_is_refused(old: str, new: str):
    assert codes(changed(SHEET, old, new)) == ["file_damaged"]


def test_a_sheet_that_claims_to_be_huge_is_read_by_what_it_holds():
    whole = '<dimension ref="A1:XFD1048576"/>'
    assert len(read(changed(SHEET, '<dimension ref="A1:I199"/>', whole))) == 5


def test_days_are_counted_from_1904_where_the_workbook_says_so():
    rows = read(changed("xl/workbook.xml", 'date1904="false"', 'date1904="1"'))
    assert rows[0].day == date(2030, 11, 25)


def test_a_part_in_another_encoding_is_refused():
    for encoding in ("utf-16", "latin-1"):
        text = f'<?xml version="1.0" encoding="{encoding}"?><é/>'.encode(encoding)
        assert codes(pack(LIBREOFFICE | {"xl/styles.xml": text})) == ["file_damaged"]


def test_cells_that_one_element_repeats_without_end_are_refused_or_passed_over():
    for row, cell in ((4_000_000_000, 4_000_000_000), (1_048_576, 16_384)):
        rest = (
            f'<table:table-row table:number-rows-repeated="{row}"><table:table-cell '
            f'table:number-columns-repeated="{cell}"/></table:table-row></table:table>'
        )
        text = parts_of(ODS)["content.xml"]
        assert isinstance(text, bytes)
        content = text.decode().replace("</table:table>", rest)
        assert read(pack(parts_of(ODS) | {"content.xml": content})) == [ALICE]
        filled = content.replace(
            "<table:table-row>", f'<table:table-row table:number-rows-repeated="{row}">'
        )
        assert codes(pack(parts_of(ODS) | {"content.xml": filled})) == ["file_rows_too_many"]
        none = content.replace(
            "<table:table-row>", '<table:table-row table:number-rows-repeated="0">'
        )
        assert codes(pack(parts_of(ODS) | {"content.xml": none})) == ["file_damaged"]


def test_an_encrypted_part_is_a_password():
    manifest = "<manifest:encryption-data/>"
    protected = pack(parts_of(ODS) | {"META-INF/manifest.xml": manifest, "content.xml": "\x01"})
    assert codes(protected) == ["file_password"]
    flagged = bytearray(XLSX)
    start = 0
    while (start := XLSX.find(b"PK\x01\x02", start)) >= 0:
        flagged[start + 8] |= 1
        start += 4
    assert codes(bytes(flagged)) == ["file_password"]


def test_a_part_that_comes_twice_is_refused():
    file = io.BytesIO(XLSX)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(file, "a") as archive:
        archive.writestr("xl/workbook.xml", parts_of(XLSX)["xl/workbook.xml"])
    assert codes(file.getvalue()) == ["file_damaged"]


def test_a_sheet_that_is_named_but_missing_is_refused():
    parts = parts_of(XLSX)
    del parts["xl/worksheets/sheet1.xml"]
    assert codes(pack(parts)) == ["file_damaged"]
