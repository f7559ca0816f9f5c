"""What stands in an OpenDocument spreadsheet beside values (OASIS OpenDocument 1.3, part 3)."""

from collections.abc import Mapping

from planning.file_scan import Sheet, check_length, local, scan
from planning.file_shown import letters
from planning.objections import refuse

CONTENT = "content.xml"
_MANIFEST = "META-INF/manifest.xml"
_PARTS = frozenset({"mimetype", CONTENT, "styles.xml", "settings.xml", "meta.xml", _MANIFEST})
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"


def wanted(name: str) -> bool:
    """Tell the parts that are needed from pictures and macros."""
    return name in _PARTS


def visible_sheets(parts: Mapping[str, bytes]) -> list[Sheet]:
    """Return what the visible sheets hold, in the order in which they stand."""
    manifest = parts.get(_MANIFEST, b"")
    if CONTENT not in parts:
        # Newer LibreOffices put the whole encrypted file into one part.
        raise refuse("file_password" if b"encrypted-package" in manifest else "file_damaged")
    content = _Content()
    scan(parts[CONTENT], content)
    return content.visible


class _Content:
    """``content.xml``: every table with its rows and cells, of which one may stand for many."""

    def __init__(self) -> None:
        self.visible: list[Sheet] = []
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._sheet = Sheet("")
        self._row = 1
        self._row_times = 1
        self._row_hidden = False
        self._column = 1
        self._column_times = 1
        self._last = 0  # the last column of this row that holds something
        self._in_cell = False
        self._aside = 0  # depth inside of a comment
        self._length = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        match local(tag):
            case "style":
                self._style = attributes.get(_STYLE + "name", "")
            case "table-properties" if attributes.get(_TABLE + "display") == "false":
                self._hidden_styles.add(self._style)
            case "table":
                self._start_table(attributes)
            case "table-row":
                self._row_times = _times(attributes, "number-rows-repeated")
                self._row_hidden = attributes.get(_TABLE + "visibility", "visible") != "visible"
                self._column, self._last = 1, 0
            case "table-cell" | "covered-table-cell":
                self._start_cell(attributes)
            case "annotation":
                self._aside += 1

    def _start_table(self, attributes: Mapping[str, str]) -> None:
        self._sheet = Sheet(attributes.get(_TABLE + "name", ""))
        self._row = 1
        if attributes.get(_TABLE + "style-name") not in self._hidden_styles:
            self.visible.append(self._sheet)

    def _start_cell(self, attributes: Mapping[str, str]) -> None:
        self._in_cell, self._length = True, 0
        self._column_times = _times(attributes, "number-columns-repeated")
        if attributes.get(_TABLE + "formula"):
            self._sheet.formulas.append(self._here())
        wide = int(attributes.get(_TABLE + "number-columns-spanned", 1))
        high = int(attributes.get(_TABLE + "number-rows-spanned", 1))
        if wide > 1 or high > 1:
            end = f"{letters(self._column + wide - 1)}{self._row + high - 1}"
            self._sheet.merged.append(f"{self._here()}:{end}")
        if attributes.get(_OFFICE + "value-type", "string") != "string":
            self._hold_cell()

    def _hold_cell(self) -> None:
        self._last = self._column + self._column_times - 1

    def data(self, text: str) -> None:
        if self._in_cell and not self._aside and text.strip():
            self._hold_cell()
            self._length += len(text)
            check_length(self._length)

    def end(self, tag: str) -> None:
        match local(tag):
            case "annotation":
                self._aside -= 1
            case "table-cell" | "covered-table-cell":
                self._column += self._column_times
                self._in_cell = False
            case "table-row":
                if self._last:
                    self._sheet.hold_row(
                        self._row, self._last, self._row_times, hidden=self._row_hidden
                    )
                self._row += self._row_times

    def close(self) -> None:
        """Nothing is left to do."""

    def _here(self) -> str:
        return f"{letters(self._column)}{self._row}"


def _times(attributes: Mapping[str, str], name: str) -> int:
    """Return how many rows or cells one element stands for."""
    times = int(attributes.get(_TABLE + name, 1))
    if times < 1:
        raise refuse("file_damaged")
    return times
