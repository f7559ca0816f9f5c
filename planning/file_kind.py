"""Which kind of file this is: by its content first, by the suffix of its name second."""

import re
from typing import Literal

from planning.file_shift import BYTES_AT_MOST
from planning.objections import refuse

Kind = Literal["csv", "xlsx", "ods", "ics"]

_ZIP = b"PK"
# [MS-CFB] 2.2: the container of .xls, and of every workbook that Office has encrypted.
_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OTHER_FORMATS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"7z\xbc\xaf", b"Rar!")
_WORKBOOKS = (".xlsx", ".xlsm", ".ods", ".xls")
# UTF-16 has a zero in every other byte of Latin letters; a workbook that lost its head has
# zeros anywhere.
_TEXT_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
_CALENDAR = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*BEGIN:VCALENDAR", re.IGNORECASE)
_CALENDAR_16 = re.compile(r"\A\ufeff?\s*BEGIN:VCALENDAR", re.IGNORECASE)


def kind_of(name: str, content: bytes) -> Kind:
    """Return the kind of a file; refuse what is none of them, with the way out.

    Text without a sign of its own is CSV, whatever its name: a plain text named ``.xls``
    is what many programs export. Only a name that ends in ``.ics`` makes it a calendar.
    """
    if not content.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        raise refuse("file_empty")
    if len(content) > BYTES_AT_MOST:
        raise refuse("file_too_large", most=BYTES_AT_MOST // 2**20)
    suffix = name.lower().rpartition(".")[2]
    if content.startswith(_ZIP):
        return _workbook(content)
    if content.startswith(_COMPOUND):
        raise refuse("file_password" if _ENCRYPTED in content else "file_kind_xls")
    if content.startswith(_OTHER_FORMATS):
        raise refuse("file_kind_unknown")
    if _is_calendar(content):
        return "ics"
    _refuse_markup(content)
    if _is_binary(content):
        raise refuse("file_damaged" if f".{suffix}" in _WORKBOOKS else "file_kind_unknown")
    return "ics" if suffix in ("ics", "ical", "ifb") else "csv"


def _workbook(content: bytes) -> Kind:
    """Tell the kinds of zip files apart by names in their directory, before opening them."""
    if b"xl/workbook.xml" in content:
        return "xlsx"
    if b"opendocument.spreadsheet" in content:
        return "ods"
    if b"xl/workbook.bin" in content:
        raise refuse("file_kind_xls")
    if any(name in content for name in (b"[Content_Types].xml", b"META-INF/", b"Index/")):
        raise refuse("file_kind_unknown")
    raise refuse("file_damaged")


def _is_calendar(content: bytes) -> bool:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return bool(_CALENDAR_16.match(content[:200].decode("utf-16", "replace")))
    return bool(_CALENDAR.match(content))


def _refuse_markup(content: bytes) -> None:
    """Refuse web pages and XML, which some programs save under the name of a workbook."""
    head = content[:4000].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if not head.startswith(b"<"):
        return
    is_page = any(tag in head for tag in (b"<html", b"<table", b"<!doctype html"))
    raise refuse("file_kind_html" if is_page else "file_kind_xml")


def _is_binary(content: bytes) -> bool:
    if content.startswith(_TEXT_BOMS):
        return False
    head = content[:4000]
    if b"\0" not in head:
        return False
    # UTF-16 without its mark: the zeros stand on one side only.
    return b"\0" in head[0::2] and b"\0" in head[1::2]
