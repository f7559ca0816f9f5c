"""Rosters as delimited text: commas, semicolons or tabs, as spreadsheets save them."""

import csv
import io
import re
from collections.abc import Iterable, Iterator

from planning.file_guard import guard
from planning.file_header import known
from planning.file_shift import CELL_AT_MOST, COLUMNS, ShiftRow
from planning.file_table import Row, table
from planning.objections import Objection, Refused

DELIMITERS = ",;\t"

_HEAD = 4 * CELL_AT_MOST  # how much of a file is looked at to find its delimiter

# Excel's own mark of the delimiter. Excel does not show that line: the next one is row 1.
_SEP = re.compile(r"""\A"?sep=([,;\t|])"?\r?\n""", re.IGNORECASE)


def read_csv(text: str) -> list[Row]:
    """Return the rows of a text, numbered as a spreadsheet would show them."""
    if mark := _SEP.match(text):
        return table(_records(text[mark.end() :], mark[1]))
    return table(_records(text, _delimiter(text)))


def _delimiter(text: str) -> str:
    """Return the delimiter that makes most of the first line: names of columns, then cells."""

    def worth(delimiter: str) -> tuple[int, int]:
        first = _first(text.lstrip(), delimiter)
        return known(first), len(first)

    return max(DELIMITERS, key=worth)


def _first(text: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(text[:_HEAD], newline=""), delimiter=delimiter), [])
    except csv.Error:
        return []


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    """Yield the records; a line break between quotation marks does not end one.

    A quotation mark that never closes would swallow the rest of the file: it is refused
    with the row in which it opens.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise Refused([Objection("file_quotes", row=number)]) from None


def write_csv(rows: Iterable[ShiftRow], *, for_excel: bool = False) -> bytes:
    """Return the rows as CSV: RFC 4180, UTF-8, times as HH:MM and dates as YYYY-MM-DD.

    ``for_excel`` writes what a Belgian Excel opens by a double click without harming
    accents: a byte order mark and semicolons.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=";" if for_excel else ",", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_fields(row) for row in rows)
    return file.getvalue().encode("utf-8-sig" if for_excel else "utf-8")


def _fields(row: ShiftRow) -> list[str]:
    return [
        guard(row.line),
        guard(row.service),
        row.day.isoformat(),
        row.starts.isoformat("minutes"),
        row.ends.isoformat("minutes"),
        guard(row.responder or ""),
        "" if row.order is None else str(row.order),
        "" if row.needed is None else str(row.needed),
        guard(" ".join(row.languages)),
    ]
