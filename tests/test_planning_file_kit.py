"""What the tests of roster files share."""

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from planning.file_rows import read_rows
from planning.file_shift import ShiftRow
from planning.objections import Objection, Refused, say

BRUSSELS = ZoneInfo("Europe/Brussels")
STAMP = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
LINE = "+3280035243"
HEAD = "line,service,date,from,to,responder,order,needed,languages"
PLAIN = f"{LINE},cssbse,2026-11-24,09:00,13:00,Alice Martin,1,2,fr nl"
ALICE = ShiftRow(
    2, LINE, "cssbse", date(2026, 11, 24), time(9), time(13), "Alice Martin", 1, 2, ("fr", "nl")
)


def csv(*rows: str, head: str = HEAD) -> bytes:
    return "\r\n".join((head, *rows)).encode()


def cell_of(column: str, text: str) -> bytes:
    """A file of one row, in which one column says something else."""
    fields = dict(zip(HEAD.split(","), PLAIN.split(","), strict=True)) | {column: f'"{text}"'}
    return csv(",".join(fields.values()))


def xlsx(*rows: Sequence[object], head: str = HEAD) -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in (head.split(","), *rows):
        sheet.append(list(row))
    return saved(workbook)


def saved(workbook: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def read(
    content: bytes,
    name: str = "roster.csv",
    default_line: str | None = None,
    since: date | None = None,
    until: date | None = None,
) -> list[ShiftRow]:
    return read_rows(
        name, content, zone=BRUSSELS, default_line=default_line, since=since, until=until
    )


def refusal(
    content: bytes,
    name: str = "roster.csv",
    default_line: str | None = None,
    since: date | None = None,
) -> Sequence[Objection]:
    with pytest.raises(Refused) as refused:
        read(content, name, default_line, since)
    for objection in refused.value.objections:
        for language in ("en", "fr", "nl"):
            assert say(objection, language)
    return refused.value.objections


def codes(
    content: bytes,
    name: str = "roster.csv",
    default_line: str | None = None,
    since: date | None = None,
) -> list[str]:
    return [objection.code for objection in refusal(content, name, default_line, since)]


def places(objections: Iterable[Objection]) -> list[tuple[str, int | None, str | None]]:
    return [(objection.code, objection.row, objection.column) for objection in objections]
