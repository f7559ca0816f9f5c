"""What is written reads back the same, whatever stands in the rows and in whatever kind."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from planning.file_kind import Kind
from planning.file_rows import write_rows
from planning.file_shift import ShiftRow
from planning.file_times import last_day, skipped
from tests.examples import examples
from tests.test_planning_file_kit import BRUSSELS, LINE, STAMP, read

INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
# What another program is known to make of accents; it is refused, whoever wrote it.
GARBLED = re.compile("[ÂÃ]|â€|\ufffd")
LIBRARY = "\\N"  # icalendar 7.3 takes these two signs for a line break when it writes
RISKY = st.sampled_from(["", "=", "+", "-", "@", "'", "'=", "''=", '"', ",", ";", ":", "\\", "#"])


def tidy(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def is_name(text: str) -> bool:
    return any(sign.isalpha() for sign in text) and not GARBLED.search(text) and LIBRARY not in text


letters = st.characters(exclude_categories=INVISIBLE)
names = st.builds(str.__add__, RISKY, st.text(letters, min_size=1, max_size=30)).map(tidy)
services = st.builds(str.__add__, RISKY, st.from_regex(r"[a-z][a-z0-9 ._-]{0,12}", fullmatch=True))
times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
counts = st.none() | st.integers(1, 1000)
days = st.dates(date(2026, 1, 1), date(2027, 12, 31)) | st.sampled_from(
    [date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 24), date(2026, 10, 25)]
)


@st.composite
def shifts(draw: st.DrawFn) -> list[ShiftRow]:
    """The rows of one shift: people who differ, and one need."""
    starts, ends = draw(times), draw(times)
    row = ShiftRow(
        row=0,
        line=draw(st.sampled_from([LINE, "+3225550100"])),
        service=draw(services.map(tidy).filter(is_name)),
        day=draw(days),
        starts=starts,
        ends=ends if starts != ends else time(0),
        needed=draw(st.none() | st.integers(0, 1000)),
        languages=tuple(draw(st.lists(st.sampled_from(["fr", "nl", "en", "kab"]), unique=True))),
    )
    people = draw(
        st.lists(
            st.none() | names.filter(is_name),
            min_size=1,
            max_size=4,
            unique_by=lambda name: None if name is None else name.casefold(),
        )
    )
    return [replace(row, responder=name, order=draw(counts)) for name in people]


def is_sound(rows: Sequence[ShiftRow]) -> bool:
    first = rows[0]
    last = last_day(first.day, first.starts, first.ends)
    return not (skipped(first.day, first.starts, BRUSSELS) or skipped(last, first.ends, BRUSSELS))


rosters = st.lists(
    shifts().filter(is_sound), min_size=1, max_size=5, unique_by=lambda rows: rows[0].shift
)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods"])
@examples(60, deadline=None, suppress_health_check=list(HealthCheck))
@given(roster=rosters)
def test_a_table_reads_back_as_it_was_written(kind: Kind, roster: list[list[ShiftRow]]):
    rows = [row for rows in roster for row in rows]
    numbered = [replace(row, row=number) for number, row in enumerate(rows, start=2)]
    assert read(write_rows(kind, rows, zone=BRUSSELS, stamp=STAMP)) == numbered


@examples(40, deadline=None, suppress_health_check=list(HealthCheck))
@given(roster=rosters)
def test_a_csv_for_excel_reads_back_as_it_was_written(roster: list[list[ShiftRow]]):
    rows = [row for rows in roster for row in rows]
    content = write_rows("csv", rows, zone=BRUSSELS, stamp=STAMP, for_excel=True)
    assert [replace(row, row=0) for row in read(content)] == rows


@examples(60, deadline=None, suppress_health_check=list(HealthCheck))
@given(roster=rosters)
def test_a_calendar_reads_back_as_it_was_written(roster: list[list[ShiftRow]]):
    rows = [row for rows in roster for row in rows]
    numbered = [
        replace(row, row=number) for number, rows in enumerate(roster, start=1) for row in rows
    ]
    content = write_rows("ics", rows, zone=BRUSSELS, stamp=STAMP)
    assert read(content) == numbered
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))


def test_a_roster_of_nobody_is_a_header():
    assert write_rows("csv", [], zone=BRUSSELS, stamp=STAMP).count(b"\n") == 1


@pytest.mark.parametrize("kind", ["csv", "ods", "ics"])
def test_the_same_rows_make_the_same_bytes(kind: Kind):
    row = ShiftRow(2, LINE, "cssbse", date(2026, 11, 24), time(9), time(13), "Alice Martin")
    one = write_rows(kind, [row], zone=BRUSSELS, stamp=STAMP)
    assert one == write_rows(kind, [row], zone=BRUSSELS, stamp=STAMP)
