"""Rosters as workbooks: dates and times as such, texts as texts that nobody runs."""

import io
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from xml.sax.saxutils import escape, quoteattr

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font

from planning.file_guard import guard
from planning.file_shift import COLUMNS, ShiftRow
from planning.file_zip import pack

SHEET = "roster"
_WIDTHS = (16, 14, 12, 8, 8, 28, 8, 8, 12)  # in characters
_ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"

Field = str | int | date | time | None


def _fields(row: ShiftRow) -> list[Field]:
    return [
        guard(row.line),
        guard(row.service),
        row.day,
        row.starts,
        row.ends,
        None if row.responder is None else guard(row.responder),
        row.order,
        row.needed,
        guard(" ".join(row.languages)) or None,
    ]


def write_xlsx(rows: Iterable[ShiftRow], *, stamp: datetime) -> bytes:
    """Return the rows as an Excel workbook, written at ``stamp`` (aware)."""
    workbook = Workbook(write_only=True)
    at = stamp.astimezone(UTC).replace(tzinfo=None)
    workbook.properties.created = workbook.properties.modified = at
    sheet = workbook.create_sheet(SHEET)
    for place, width in enumerate(_WIDTHS):
        sheet.column_dimensions["ABCDEFGHI"[place]].width = width
    sheet.freeze_panes = "A2"
    sheet.append([_xlsx_cell(sheet, name, bold=True) for name in COLUMNS])
    for row in rows:
        sheet.append([_xlsx_cell(sheet, field) for field in _fields(row)])
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def _xlsx_cell(sheet: object, field: Field, *, bold: bool = False) -> Cell | None:
    if field is None:
        return None
    cell = WriteOnlyCell(sheet, field)
    if isinstance(field, str):
        cell.data_type = "s"  # a text, whatever it begins with
        cell.number_format = "@"  # and it stays one when a person writes over it
    elif isinstance(field, time):
        cell.number_format = "hh:mm"
    elif isinstance(field, date):
        cell.number_format = "yyyy-mm-dd"
    if bold:
        cell.font = Font(bold=True)
    return cell


def write_ods(rows: Iterable[ShiftRow], *, stamp: datetime) -> bytes:
    """Return the rows as an OpenDocument spreadsheet, written at ``stamp`` (aware).

    By hand: of the libraries that write the format, none is both kept up and small.
    """
    content = [_CONTENT_HEAD, _ods_row(list(COLUMNS))]
    content += [_ods_row(_fields(row)) for row in rows]
    content.append("</table:table></office:spreadsheet></office:body></office:document-content>")
    at = stamp.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    parts = {
        "mimetype": _ODS_TYPE,
        "content.xml": "".join(content),
        "meta.xml": _META.format(at=at),
        "META-INF/manifest.xml": _MANIFEST,
    }
    return pack(parts, compressed=True)


def _ods_row(fields: list[Field]) -> str:
    return f"<table:table-row>{''.join(map(_ods_cell, fields))}</table:table-row>"


def _ods_cell(field: Field) -> str:
    """Return a cell; its text is what a reader without formats shows."""
    if field is None:
        return "<table:table-cell/>"
    if isinstance(field, str):
        return _ods_typed("string", "", "", field)
    if isinstance(field, int):
        return _ods_typed("float", f" office:value={quoteattr(str(field))}", "", str(field))
    if isinstance(field, time):
        value = f' office:time-value="PT{field.hour:02}H{field.minute:02}M00S"'
        return _ods_typed("time", value, "time", field.isoformat("minutes"))
    value = f' office:date-value="{field.isoformat()}"'
    return _ods_typed("date", value, "date", field.isoformat())


def _ods_typed(kind: str, value: str, style: str, text: str) -> str:
    named = f' table:style-name="{style}"' if style else ' table:style-name="text"'
    return (
        f'<table:table-cell{named} office:value-type="{kind}"{value}>'
        f"<text:p>{escape(text)}</text:p></table:table-cell>"
    )


_NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("table", "table"),
        ("text", "text"),
        ("style", "style"),
        ("number", "datastyle"),
        ("meta", "meta"),
    )
)
_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_LONG = 'number:style="long"'

_CONTENT_HEAD = (
    f'{_XML}<office:document-content {_NAMESPACES} office:version="1.3">'
    "<office:automatic-styles>"
    f'<number:date-style style:name="days"><number:year {_LONG}/><number:text>-</number:text>'
    f"<number:month {_LONG}/><number:text>-</number:text><number:day {_LONG}/></number:date-style>"
    f'<number:time-style style:name="times"><number:hours {_LONG}/><number:text>:</number:text>'
    f"<number:minutes {_LONG}/></number:time-style>"
    '<number:text-style style:name="texts"><number:text-content/></number:text-style>'
    '<style:style style:name="date" style:family="table-cell" style:data-style-name="days"/>'
    '<style:style style:name="time" style:family="table-cell" style:data-style-name="times"/>'
    '<style:style style:name="text" style:family="table-cell" style:data-style-name="texts"/>'
    "</office:automatic-styles>"
    f'<office:body><office:spreadsheet><table:table table:name="{SHEET}">'
    f'<table:table-column table:number-columns-repeated="{len(COLUMNS)}"/>'
)

_META = (
    f'{_XML}<office:document-meta {_NAMESPACES} office:version="1.3"><office:meta>'
    "<meta:creation-date>{at}</meta:creation-date></office:meta></office:document-meta>"
)

_MANIFEST = (
    f"{_XML}<manifest:manifest"
    ' xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS_TYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    '<manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)
