"""What a sheet holds beside values, found before it is read: formulas, merged and hidden cells.

The reader of workbooks gives the last result of a formula for a value, and the value of a
merged cell to its first cell alone. A roster must not be guessed from either.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from planning.file_shift import CELL_AT_MOST, COLUMNS_AT_MOST, LAST_ROW, ROWS_AT_MOST, Notes
from planning.objections import refuse

_CHUNK = 2**16


@dataclass
class Sheet:
    """What was found in one sheet. Cells are named as their user sees them: "C7"."""

    name: str
    rows: int = 0
    formulas: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    faulty: list[str] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)

    def hold_row(self, number: int, last_column: int, times: int = 1, *, hidden: bool) -> None:
        """Count a row that holds something, ``times`` over; refuse more than a roster has."""
        self.rows += times
        if self.rows > ROWS_AT_MOST + 1 or number + times - 1 > LAST_ROW:
            raise refuse("file_rows_too_many", most=ROWS_AT_MOST)
        if last_column > COLUMNS_AT_MOST:
            raise refuse("file_columns_too_many", most=COLUMNS_AT_MOST)
        if hidden:
            self.hidden_rows.append(number)

    def note(self, notes: Notes) -> None:
        """Note all that makes the sheet unfit to be read."""
        for code, cells in (
            ("file_formula", self.formulas),
            ("file_cell_faulty", self.faulty),
            ("file_merged", self.merged),
        ):
            for cell in cells:
                notes.note(code, cell=cell)
        for number in self.hidden_rows:
            notes.note("file_row_hidden", number)


class Target(Protocol):
    """What the elements of an XML part are told to, one after the other."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins; ``tag`` is ``{namespace}name``."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def data(self, text: str) -> None:
        """A piece of text."""

    def close(self) -> None:
        """The part ends."""


def local(tag: str) -> str:
    """Return the name of an element or attribute without its namespace."""
    return tag.rpartition("}")[2]


def scan(part: bytes, target: Target) -> None:
    """Tell the elements of an XML part to ``target``, which may end it by an exception.

    Declarations of types, and with them entities that grow without end, are refused.
    """
    parser = DefusedXMLParser(target=target, forbid_dtd=True)
    try:
        for start in range(0, len(part), _CHUNK):
            parser.feed(part[start : start + _CHUNK])
        parser.close()
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise refuse("file_damaged") from None


def check_length(text: str | int) -> None:
    """Refuse a text that is longer than a cell of a roster."""
    if (text if isinstance(text, int) else len(text)) > CELL_AT_MOST:
        raise refuse("file_cell_too_long", most=CELL_AT_MOST)
