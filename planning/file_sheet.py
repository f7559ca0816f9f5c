"""Workbooks as tables: the one sheet that holds the roster, read by calamine.

The roster is the visible sheet that holds something. Hidden sheets are not read, nor is the
sheet of explanations that comes with our own template. Two sheets that may be it are
refused: nobody would notice that the shifts of the other are missing.
"""

import io
from collections.abc import Mapping, Sequence

from python_calamine import CalamineError, CalamineWorkbook

from planning import file_ods, file_xlsx
from planning.file_scan import Sheet
from planning.file_shift import Notes
from planning.file_shown import shown
from planning.file_table import Row, table
from planning.file_zip import pack, unpack
from planning.objections import LANGUAGES, refuse, sentences


def read_xlsx(content: bytes, notes: Notes) -> list[Row]:
    """Return the rows of the roster's sheet of an Excel workbook."""
    parts = unpack(content, file_xlsx.wanted)
    return _read(parts, file_xlsx.visible_sheets(parts), notes)


def read_ods(content: bytes, notes: Notes) -> list[Row]:
    """Return the rows of the roster's sheet of an OpenDocument spreadsheet."""
    parts = unpack(content, file_ods.wanted)
    return _read(parts, file_ods.visible_sheets(parts), notes)


def _read(parts: Mapping[str, bytes], sheets: Sequence[Sheet], notes: Notes) -> list[Row]:
    sheet = _roster(sheets)
    sheet.note(notes)
    if sheet.faulty:
        notes.refuse_if_any()  # the reader may fail at numbers that are none
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(pack(parts))) as workbook:
            rows = workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError):
        raise refuse("file_damaged") from None
    except BaseException as panic:
        # A fault of the reader's own (Rust's panic) is no Exception; all others go on.
        if type(panic).__name__ != "PanicException":
            raise
        raise refuse("file_damaged") from None
    return table(rows)


def _roster(sheets: Sequence[Sheet]) -> Sheet:
    """Return the sheet of the roster; refuse a workbook with several that may be it."""
    explanations = {sentences(language)["file_help_sheet"] for language in LANGUAGES}
    filled = [sheet for sheet in sheets if sheet.rows and sheet.name not in explanations]
    if not filled:
        raise refuse("file_empty")
    if len(filled) > 1:
        names = ", ".join(shown(sheet.name) for sheet in filled)
        raise refuse("file_sheets", count=len(filled), names=names)
    return filled[0]
