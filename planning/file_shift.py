"""What a roster file says, one row at a time, and how much of it one file may hold."""

from dataclasses import dataclass
from datetime import date, time

from planning.objections import Detail, Objection, Refused

COLUMNS = ("line", "service", "date", "from", "to", "responder", "order", "needed", "languages")
"""The columns of a roster file, in the order in which they are written."""

BYTES_AT_MOST = 5 * 2**20
"""A year of shifts of forty people is a tenth of this, in any format."""

UNPACKED_AT_MOST = 40 * 2**20
"""What a workbook may unpack to, in bytes: the XML of 5,000 rows is a quarter of it."""

ROWS_AT_MOST = 5_000
"""Rows with something in them, and occurrences of events of a calendar."""

LAST_ROW = 2 * ROWS_AT_MOST
"""The lowest row that may hold something: blank rows between the others are allowed."""

COLUMNS_AT_MOST = 40
CELL_AT_MOST = 500
"""Characters in a cell."""

OBJECTIONS_AT_MOST = 50
"""More than this nobody reads; the rest is counted."""

YEARS = range(2000, 2200)
"""The years in which a shift may lie."""


@dataclass(frozen=True)
class ShiftRow:
    """One person, or nobody yet, in one dated shift.

    ``row`` is the row of the spreadsheet as its user sees it (the header is row 1), of a
    calendar the number of the event. ``line`` is in E.164. ``day``, ``starts`` and ``ends``
    are local wall time; ``ends`` at or before ``starts`` lies on the next day. Without a
    ``responder`` it is an open place; without an ``order`` (the ring order, from 1) the
    order of the rows counts.
    """

    row: int
    line: str
    service: str
    day: date
    starts: time
    ends: time
    responder: str | None = None
    order: int | None = None
    needed: int | None = None
    languages: tuple[str, ...] = ()

    @property
    def shift(self) -> tuple[str, str, date, time, time]:
        """What makes rows belong to the same shift."""
        return self.line, self.service, self.day, self.starts, self.ends


class Notes:
    """The objections to a file, collected while it is read on, so that one run names all."""

    def __init__(self) -> None:
        self._found: list[Objection] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def note(
        self, code: str, row: int | None = None, column: str | None = None, **details: Detail
    ) -> None:
        """Note what is wrong, and where."""
        self._found.append(Objection(code, details, row, column))

    def refuse_if_any(self) -> None:
        """Raise :class:`Refused` with what was noted, in the order of the rows."""
        if not self._found:
            return
        found = sorted(self._found, key=lambda objection: objection.row or 0)
        kept, rest = found[:OBJECTIONS_AT_MOST], len(found) - OBJECTIONS_AT_MOST
        raise Refused([*kept, Objection("file_more", {"count": rest})] if rest > 0 else kept)
