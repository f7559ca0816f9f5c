"""From the rows of a table to the rows of a roster, or to all that is wrong with them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, time
from typing import TypeVar
from zoneinfo import ZoneInfo

from planning import file_cells as cells
from planning import file_times as times
from planning.file_header import Header, note_overhang, read_header
from planning.file_shift import Notes, ShiftRow
from planning.file_table import Row, Value
from planning.objections import Detail, refuse

T = TypeVar("T")


def read_table(
    rows: Sequence[Row], notes: Notes, *, zone: ZoneInfo, default_line: str | None
) -> list[ShiftRow]:
    """Return the shifts of a table whose first row is the header; note what is wrong.

    Without a sound header nothing below it can be understood: then only that is noted.
    """
    if not rows:
        raise refuse("file_empty")
    header = read_header(rows[0], needs_line=default_line is None, notes=notes)
    notes.refuse_if_any()
    if len(rows) == 1:
        raise refuse("file_no_rows")
    found = [_Reader(header, row, notes, zone).read(default_line) for row in rows[1:]]
    return [shift for shift in found if shift is not None]


class _Reader:
    """One row, read cell by cell: what is wrong is noted, and reading goes on."""

    def __init__(self, header: Header, row: Row, notes: Notes, zone: ZoneInfo) -> None:
        self._header = header
        self._row = row
        self._notes = notes
        self._zone = zone
        note_overhang(header, row, notes)

    def read(self, default_line: str | None) -> ShiftRow | None:
        """Return the shift of this row; ``None`` where a part that it needs is wrong."""
        line = self._line(default_line)
        service = self._required("service", cells.text)
        day = self._required("date", cells.day)
        starts = self._required("from", lambda value: times.beginning(value, day))
        ends = self._required("to", lambda value: times.ending(value, day, starts))
        responder = self._cell("responder", cells.responder)
        order = self._cell("order", lambda value: cells.whole(value, 1))
        needed = self._cell("needed", lambda value: cells.whole(value, 0))
        languages = self._cell("languages", cells.languages) or ()
        if not (line and service and day) or starts is None or ends is None:
            return None
        self._note_leaps(day, starts, ends)
        return ShiftRow(
            self._row.number, line, service, day, starts, ends, responder, order, needed, languages
        )

    def _line(self, default: str | None) -> str | None:
        if default is not None and cells.is_empty(self._header.cell(self._row, "line")):
            return default
        return self._required("line", cells.line)

    def _required(self, column: str, read: Callable[[Value], T]) -> T | None:
        if cells.is_empty(self._header.cell(self._row, column)):
            self._note("file_cell_missing", column)
            return None
        return self._cell(column, read)

    def _cell(self, column: str, read: Callable[[Value], T]) -> T | None:
        try:
            return read(self._header.cell(self._row, column))
        except cells.Wrong as wrong:
            self._note(wrong.code, column, **wrong.details)
            return None

    def _note(self, code: str, column: str, **details: Detail) -> None:
        self._notes.note(code, self._row.number, self._header.name(column), **details)

    def _note_leaps(self, day: date, starts: time, ends: time) -> None:
        for column, code, details in leaps(day, starts, ends, self._zone):
            self._note(code, column, **details)


def leaps(
    day: date, starts: time, ends: time, zone: ZoneInfo
) -> Iterable[tuple[str, str, dict[str, Detail]]]:
    """Yield column, code and details for each end of a shift at a time that does not exist."""
    for column, on, at in (("from", day, starts), ("to", times.last_day(day, starts, ends), ends)):
        if times.skipped(on, at, zone):
            yield column, "file_time_skipped", {"time": at, "day": on, "zone": zone.key}
