"""A roster file as a table, whatever its kind: what readers hand on and cells are read from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from planning.file_shift import CELL_AT_MOST, COLUMNS_AT_MOST, LAST_ROW, ROWS_AT_MOST
from planning.objections import Objection, Refused, refuse

Value = str | int | float | bool | date | datetime | time | timedelta
"""What stands in a cell; an empty text is an empty cell."""

Cells = Sequence[Value]


@dataclass(frozen=True)
class Row:
    """A row with something in it, under the number that its user sees."""

    number: int
    cells: Cells


def table(rows: Iterable[Cells]) -> list[Row]:
    """Return the rows that hold something, the header first; refuse more than a roster has.

    ``rows`` are read no further than needed to know that they are too many.
    """
    found: list[Row] = []
    for number, cells in enumerate(rows, start=1):
        if number > LAST_ROW or len(found) > ROWS_AT_MOST:
            if not _is_blank(cells):
                raise refuse("file_rows_too_many", most=ROWS_AT_MOST)
        elif not _is_blank(cells):
            _check(number, cells)
            found.append(Row(number, cells))
    return found


def _is_blank(cells: Cells) -> bool:
    return not any(cell != "" and (not isinstance(cell, str) or cell.strip()) for cell in cells)


def _check(number: int, cells: Cells) -> None:
    if len(cells) > COLUMNS_AT_MOST and not _is_blank(cells[COLUMNS_AT_MOST:]):
        raise refuse("file_columns_too_many", most=COLUMNS_AT_MOST)
    if any(isinstance(cell, str) and len(cell) > CELL_AT_MOST for cell in cells):
        raise Refused([Objection("file_cell_too_long", {"most": CELL_AT_MOST}, row=number)])
