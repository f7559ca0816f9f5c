"""Rosters as files: the rows of a CSV, an Excel or OpenDocument workbook, or a calendar.

Pure over bytes: no database, no clock, no network. Whoever applies the rows knows the
lines, services and people; here is said what a file alone can prove wrong.
"""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from planning.calendar_read import read_calendar
from planning.calendar_series import Window
from planning.calendar_write import write_calendar
from planning.file_cells import Wrong
from planning.file_cells import line as read_line
from planning.file_check import note_contradictions
from planning.file_csv import read_csv, write_csv
from planning.file_kind import Kind, kind_of
from planning.file_read import read_table
from planning.file_sheet import read_ods, read_xlsx
from planning.file_shift import COLUMNS, Notes, ShiftRow
from planning.file_table import Row
from planning.file_template import template_workbook
from planning.file_text import decode
from planning.file_write import write_ods, write_xlsx

__all__ = ["COLUMNS", "Kind", "ShiftRow", "read_rows", "template_workbook", "write_rows"]


def read_rows(
    name: str,
    content: bytes,
    *,
    zone: ZoneInfo,
    default_line: str | None = None,
    since: date | None = None,
    until: date | None = None,
) -> list[ShiftRow]:
    """Return the rows of a roster file; raise :class:`Refused` with all that is wrong.

    ``zone`` is that of the wall times. ``default_line`` is taken where a row names no line;
    with it the file needs no such column. From a calendar, events that repeat are taken
    from the day ``since`` until before the day ``until`` (eight weeks later, if not given);
    without ``since`` they are refused.

    The kind of file is told by its content, and by the suffix of ``name`` only where that
    says nothing. At most fifty objections are returned; one more counts the rest.
    """
    kind, notes = kind_of(name, content), Notes()
    default = _number(default_line)
    if kind == "ics":
        window = Window.of(since, until)
        rows = read_calendar(decode(content), notes, zone=zone, line=default, window=window)
    else:
        rows = read_table(_table(kind, content, notes), notes, zone=zone, default_line=default)
    note_contradictions(rows, notes)
    notes.refuse_if_any()
    return rows


def _number(line: str | None) -> str | None:
    try:
        return None if line is None else read_line(line)
    except Wrong:
        raise ValueError("default_line is no telephone number") from None


def _table(kind: Kind, content: bytes, notes: Notes) -> list[Row]:
    if kind == "csv":
        return read_csv(decode(content))
    return read_xlsx(content, notes) if kind == "xlsx" else read_ods(content, notes)


def write_rows(
    kind: Kind,
    rows: Iterable[ShiftRow],
    *,
    zone: ZoneInfo,
    stamp: datetime,
    for_excel: bool = False,
) -> bytes:
    """Return the rows as a file that :func:`read_rows` reads back to the same rows.

    ``zone`` is that of the wall times, ``stamp`` (aware) the time of writing, which stands
    in workbooks and calendars. A calendar has one event a shift: there, the rows of a shift
    come together. ``for_excel`` makes a CSV that a Belgian Excel opens by a double click.
    """
    match kind:
        case "csv":
            return write_csv(rows, for_excel=for_excel)
        case "xlsx":
            return write_xlsx(rows, stamp=stamp)
        case "ods":
            return write_ods(rows, stamp=stamp)
        case "ics":
            return write_calendar(rows, zone=zone, stamp=stamp)
