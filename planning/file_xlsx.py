"""What stands in an Excel workbook beside values (ISO/IEC 29500-1, SpreadsheetML)."""

import posixpath
import re
from collections.abc import Mapping

from planning.file_scan import Sheet, check_length, local, scan
from planning.file_shown import letters
from planning.objections import refuse

WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
# A number as cells hold it. The reader makes midnight of what is below zero or none at all.
_NUMBER = re.compile(r"[0-9]*\.?[0-9]+([eE][+-]?[0-9]+)?")
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def wanted(name: str) -> bool:
    """Tell the parts that are needed from pictures, macros and printer settings."""
    return name.endswith((".xml", ".rels")) and not name.startswith(
        ("xl/drawings/", "xl/comments", "xl/charts/", "xl/pivot", "docProps/")
    )


def visible_sheets(parts: Mapping[str, bytes]) -> list[Sheet]:
    """Return what the visible sheets of a workbook hold, in the order in which they stand."""
    book, relations = _Book(), _Relations()
    if WORKBOOK not in parts or _RELATIONS not in parts:
        raise refuse("file_damaged")
    scan(parts[WORKBOOK], book)
    scan(parts[_RELATIONS], relations)
    for name in parts:
        if "sharedstrings" in name.lower():
            scan(parts[name], _Strings())
    sheets = []
    for title, relation in book.visible:
        path = relations.paths.get(relation, "")
        if path not in parts:
            raise refuse("file_damaged")
        sheets.append(Sheet(title))
        scan(parts[path], _Cells(sheets[-1]))
    return sheets


class _Part:
    """A part whose elements do not matter, but for those that a subclass looks at."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None: ...

    def end(self, tag: str) -> None: ...

    def data(self, text: str) -> None: ...

    def close(self) -> None: ...


class _Book(_Part):
    """``xl/workbook.xml``: the sheets in their order, hidden ones left out."""

    def __init__(self) -> None:
        self.visible: list[tuple[str, str]] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if local(tag) == "sheet" and attributes.get("state", "visible") == "visible":
            named = {local(name): value for name, value in attributes.items()}
            self.visible.append((named.get("name", ""), named.get("id", "")))


class _Relations(_Part):
    """``xl/_rels/workbook.xml.rels``: in which part each worksheet stands."""

    def __init__(self) -> None:
        self.paths: dict[str, str] = {}

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if local(tag) == "Relationship":
            target = posixpath.join("/xl", attributes.get("Target", ""))
            path = posixpath.normpath(target).lstrip("/")
            self.paths[attributes.get("Id", "")] = path


class _Strings(_Part):
    """``xl/sharedStrings.xml``: no text may be longer than a cell of a roster.

    One long text, named by every cell, would fill the memory.
    """

    def __init__(self) -> None:
        self._length = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:  # noqa: ARG002 -- Target
        if local(tag) == "si":
            self._length = 0

    def data(self, text: str) -> None:
        self._length += len(text.strip())
        check_length(self._length)


class _Cells(_Part):
    """A worksheet: which cells hold something, and what kind of thing."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._row = 0
        self._column = 0
        self._last = 0  # the last column of this row that holds something
        self._hidden = False
        self._is_number = False
        self._in_value = False
        self._value = ""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        match local(tag):
            case "row":
                self._start_row(attributes)
            case "c":
                self._start_cell(attributes)
            case "f":
                self._sheet.formulas.append(self._here())
                self._last = max(self._last, self._column)
            case "v" | "is":
                self._in_value, self._value = True, ""
            case "mergeCell":
                self._sheet.merged.append(attributes.get("ref", ""))

    def _start_row(self, attributes: Mapping[str, str]) -> None:
        number = attributes.get("r", "")
        self._row = int(number) if number else self._row + 1
        self._column = self._last = 0
        self._hidden = attributes.get("hidden") in ("1", "true")

    def _start_cell(self, attributes: Mapping[str, str]) -> None:
        self._column += 1
        if place := attributes.get("r"):
            found = _CELL.fullmatch(place)
            if not found:
                raise refuse("file_damaged")
            self._column, self._row = _number(found[1]), int(found[2])
        self._is_number = attributes.get("t", "n") == "n"
        if attributes.get("t") == "e":
            self._sheet.faulty.append(self._here())

    def data(self, text: str) -> None:
        if self._in_value and text.strip():
            self._last = max(self._last, self._column)
            self._value += text
            check_length(self._value)

    def end(self, tag: str) -> None:
        match local(tag):
            case "v" | "is":
                self._in_value = False
                if self._is_number and self._value and not _NUMBER.fullmatch(self._value):
                    self._sheet.faulty.append(self._here())
            case "row" if self._last:
                self._sheet.hold_row(self._row, self._last, hidden=self._hidden)

    def _here(self) -> str:
        return f"{letters(self._column)}{self._row}"


def _number(name: str) -> int:
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
