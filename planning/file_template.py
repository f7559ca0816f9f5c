"""An empty roster to fill in: a workbook that offers the right names and explains itself."""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from planning.file_guard import guard
from planning.file_header import NAMES
from planning.file_shift import COLUMNS, ROWS_AT_MOST
from planning.objections import LANGUAGES, sentences

_LISTS = "lists"
_LISTED = ("line", "service", "responder")
_FORMATS = {"line": "@", "service": "@", "date": "yyyy-mm-dd", "from": "hh:mm", "to": "hh:mm"}
_WIDTHS = (18, 16, 13, 9, 9, 30, 9, 12, 14)  # in characters
_HEAD = PatternFill("solid", start_color="DDE6F0")


def template_workbook(
    language: str,
    lines: Iterable[str],
    services: Iterable[str],
    responders: Iterable[str],
    *,
    stamp: datetime,
) -> bytes:
    """Return an empty roster as an Excel workbook, with headings and help in ``language``.

    The cells of ``lines`` (E.164), ``services`` (codes) and ``responders`` (names) offer
    lists to choose from. Examples stand on the second sheet, which is never read, so that
    none is imported by mistake. ``stamp`` (aware) is the time of writing.
    """
    words = sentences(language if language in LANGUAGES else "en")
    names = headings(language)
    workbook = Workbook()
    workbook.properties.created = workbook.properties.modified = stamp.replace(tzinfo=None)
    sheet = workbook.worksheets[0]
    sheet.title = words["file_help_roster"]
    _head(sheet, 1, names)
    _lay_out(sheet)
    explanation = workbook.create_sheet(words["file_help_sheet"])
    lists = workbook.create_sheet(_LISTS)
    lists.sheet_state = "hidden"
    choices = dict(zip(_LISTED, (list(lines), list(services), list(responders)), strict=True))
    for place, column in enumerate(COLUMNS, start=1):
        listed = (
            _list(lists, _LISTED.index(column) + 1, choices[column]) if column in _LISTED else ""
        )
        _help(sheet, place, listed, words[f"file_help_{column}"], names[place - 1])
    _explain(explanation, words, names, choices)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def headings(language: str) -> list[str]:
    """Return the names of the columns in a language; in English where it is not known."""
    place = LANGUAGES.index(language) if language in LANGUAGES else 0
    return [NAMES[column][place] for column in COLUMNS]


def _head(sheet: Worksheet, row: int, names: Sequence[str]) -> None:
    for place, name in enumerate(names, start=1):
        cell = sheet.cell(row, place, name)
        cell.font, cell.fill = Font(bold=True), _HEAD


def _lay_out(sheet: Worksheet) -> None:
    """Make dates, times and texts of the cells to fill in, so that "0800…" keeps its zero."""
    sheet.freeze_panes = "A2"
    for place, (column, width) in enumerate(zip(COLUMNS, _WIDTHS, strict=True), start=1):
        whole = sheet.column_dimensions[get_column_letter(place)]
        whole.width, whole.number_format = width, _FORMATS.get(column, "General")


def _list(lists: Worksheet, place: int, choices: Sequence[str]) -> str:
    """Write choices to the hidden sheet; return where they stand, as a formula names it."""
    for row, choice in enumerate(choices, start=1):
        _put(lists, row, place, choice)
    letter = get_column_letter(place)
    return f"{_LISTS}!${letter}$1:${letter}${max(len(choices), 1)}" if choices else ""


def _put(sheet: Worksheet, row: int, place: int, text: str) -> None:
    cell = sheet.cell(row, place, guard(text))
    cell.data_type, cell.number_format = "s", "@"


def _help(sheet: Worksheet, place: int, listed: str, told: str, name: str) -> None:
    """Show help beside the cell that is being filled in, and the list, if there is one.

    What is not in the list is warned of, not refused: somebody may be new.
    """
    rule = DataValidation(
        type="list" if listed else None, formula1=listed or None, allow_blank=True
    )
    rule.errorStyle, rule.showErrorMessage = "warning", bool(listed)
    rule.showInputMessage, rule.promptTitle, rule.prompt = True, name[:32], told[:255]
    letter = get_column_letter(place)
    rule.add(f"{letter}2:{letter}{ROWS_AT_MOST + 1}")
    sheet.add_data_validation(rule)


def _explain(
    sheet: Worksheet,
    words: Mapping[str, str],
    names: Sequence[str],
    choices: dict[str, list[str]],
) -> None:
    sheet.column_dimensions["A"].width = 18
    sheet.column_dimensions["B"].width = 90
    sheet["A1"], sheet["A1"].font = words["file_help_title"], Font(bold=True, size=14)
    sheet["A2"] = words["file_help_rules"]
    row = 4
    for name, column in zip(names, COLUMNS, strict=True):
        sheet.cell(row, 1, name).font = Font(bold=True)
        sheet.cell(row, 2, words[f"file_help_{column}"]).alignment = Alignment(wrap_text=True)
        row += 1
    sheet.cell(row + 1, 1, words["file_help_examples"]).font = Font(bold=True)
    _head(sheet, row + 2, names)
    for below, example in enumerate(_examples(choices), start=row + 3):
        for place, text in enumerate(example, start=1):
            _put(sheet, below, place, text)


def _examples(choices: dict[str, list[str]]) -> list[list[str]]:
    """Return two people of one morning, and a night with an open place."""
    line, service, first = (next(iter(choices[name]), "…") for name in _LISTED)
    second = choices["responder"][1] if len(choices["responder"]) > 1 else "…"
    return [
        [line, service, "2026-11-24", "09:00", "13:00", first, "1", "2", "fr nl"],
        [line, service, "2026-11-24", "09:00", "13:00", second, "2", "2", "fr nl"],
        [line, service, "2026-11-24", "22:00", "06:00", "", "", "1", "nl"],
    ]
