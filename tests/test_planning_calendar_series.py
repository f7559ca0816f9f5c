"""Events that repeat: which days are taken, and rules that would never end."""

import time as clock
from datetime import date

import pytest

from planning.calendar_rules import SERIES_AT_MOST
from planning.file_shift import ROWS_AT_MOST, ShiftRow
from tests.test_planning_calendar_read import calendar, event
from tests.test_planning_file_kit import LINE, codes, read

MONDAY = date(2026, 11, 2)


def weekly(rule: str = "FREQ=WEEKLY", more: str = "", uid: str = "1") -> str:
    return event(
        begins="DTSTART;TZID=Europe/Brussels:20261005T090000",
        ends="DTEND;TZID=Europe/Brussels:20261005T130000",
        more=f"RRULE:{rule}\nUID:{uid}{more}",
    )


def moved(to: str, of: str, more: str = "") -> str:
    return event(
        "cssbse: Bram Peeters",
        begins=f"DTSTART;TZID=Europe/Brussels:{to}",
        ends=f"DURATION:PT4H\nRECURRENCE-ID;TZID=Europe/Brussels:{of}",
        more=f"UID:1{more}",
    )


def days(
    *events: str, since: date | None = MONDAY, until: date | None = None
) -> list[tuple[int, int]]:
    rows: list[ShiftRow] = read(calendar(*events), default_line=LINE, since=since, until=until)
    return [(row.day.month, row.day.day) for row in rows]


def test_without_an_end_eight_weeks_are_taken():
    assert days(weekly()) == [
        (11, 2), (11, 9), (11, 16), (11, 23), (11, 30), (12, 7), (12, 14), (12, 21),
    ]  # fmt: skip


def test_the_first_day_is_taken_and_the_last_is_not():
    assert days(weekly(), until=date(2026, 11, 16)) == [(11, 2), (11, 9)]
    assert days(weekly(), since=date(2026, 11, 3), until=date(2026, 11, 17)) == [(11, 9), (11, 16)]


def test_single_events_are_taken_wherever_they_lie():
    assert days(event(), since=date(2030, 1, 1)) == [(11, 24)]


def test_without_a_first_day_repeated_events_are_refused():
    assert codes(calendar(weekly()), default_line=LINE) == ["calendar_period"]


def test_days_that_are_left_out_are_left_out():
    left_out = "\nEXDATE;TZID=Europe/Brussels:20261109T090000,20261116T090000"
    assert days(weekly(more=left_out), until=date(2026, 11, 24)) == [(11, 2), (11, 23)]


def test_days_that_are_added_are_added():
    added = "\nRDATE;TZID=Europe/Brussels:20261104T090000"
    assert days(weekly(more=added), until=date(2026, 11, 10)) == [(11, 2), (11, 4), (11, 9)]


def test_a_day_that_is_moved_is_taken_where_it_is_now():
    change = moved("20261105T100000", "20261102T090000")
    assert days(weekly(), change, until=date(2026, 11, 10)) == [(11, 9), (11, 5)]


def test_a_day_that_is_cancelled_is_left_out():
    change = moved("20261102T090000", "20261102T090000", "\nSTATUS:CANCELLED")
    assert days(weekly(), change, until=date(2026, 11, 10)) == [(11, 9)]


def test_a_day_without_its_series_is_a_single_event():
    assert days(moved("20261105T100000", "20261102T090000"), since=None) == [(11, 5)]


@pytest.mark.parametrize("until", ["20261109", "20261109T080000Z", "20261109T090000"])
def test_the_last_day_of_a_rule_is_taken_however_it_is_written(until: str):
    assert days(weekly(f"FREQ=WEEKLY;UNTIL={until}")) == [(11, 2), (11, 9)]


def test_a_count_ends_a_rule():
    assert days(weekly("FREQ=WEEKLY;COUNT=6")) == [(11, 2), (11, 9)]


def test_times_without_a_zone_repeat_by_our_clock():
    floating = event(
        begins="DTSTART:20261021T090000",
        ends="DTEND:20261021T130000",
        more="RRULE:FREQ=WEEKLY;UNTIL=20261028\nEXDATE:20261104T090000\nUID:1",
    )
    rows = read(calendar(floating), default_line=LINE, since=date(2026, 10, 1))
    assert [(row.day.day, row.starts.hour) for row in rows] == [(21, 9), (28, 9)]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;COUNT=3",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=1,2,3",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=99999999",
        "FREQ=SOMETIMES",
        "COUNT=3",
        "",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=5",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=MONTHLY;BYDAY=1MO;BYSETPOS=5",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYMONTHDAY=x",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYMONTH=13",
        "FREQ=YEARLY;BYMONTH=-1",
        "FREQ=YEARLY;BYWEEKNO=53",
        "FREQ=WEEKLY\n\n ;BYHOUR=1",
        'FREQ=WEEKLY\nRRULE;X="a:b":FREQ=SECONDLY',
        "FREQ=WEEKLY\nRRULE;X=\u2028y:FREQ=SECONDLY",
        "FREQ=WEEKLY\nEXRULE:FREQ=WEEKLY",
    ],
)
def test_a_rule_that_is_not_followed_is_refused(rule: str):
    assert codes(calendar(weekly(rule)), default_line=LINE, since=MONDAY) == ["calendar_rule"]


def test_the_rules_of_a_zone_are_looked_at_too():
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Trap\nBEGIN:STANDARD\nDTSTART:16010101T000000\n"
        "RRULE:FREQ=SECONDLY\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nEND:STANDARD\n"
        "END:VTIMEZONE\n"
    )
    trap = event(begins="DTSTART;TZID=Trap:20261124T090000", ends="DURATION:PT4H")
    content = calendar(trap, more=zone)
    assert codes(content, default_line=LINE) == ["calendar_rule"]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=DAILY;COUNT=30", [(11, 2), (11, 3)]),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", [(11, n) for n in (2, 3, 4, 5, 6, 9)]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;WKST=MO", [(11, 2), (11, 6)]),
        ("FREQ=MONTHLY;BYDAY=1MO", [(11, 2)]),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-5", [(11, 2)]),
        ("FREQ=MONTHLY;BYMONTHDAY=4,-23", [(11, 4), (11, 8)]),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=2MO", [(11, 9)]),
        ("FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=5", [(11, 5)]),
    ],
)
def test_what_calendar_programs_offer_is_followed(rule: str, expected: list[tuple[int, int]]):
    assert days(weekly(rule), until=date(2026, 11, 10)) == expected


def test_a_day_that_never_comes_again_is_looked_for_in_good_time():
    begun = clock.process_time()
    never = event(
        begins="DTSTART;TZID=Europe/Brussels:20260201T090000",
        ends="DURATION:PT4H",
        more="RRULE:FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31\nUID:1",
    )
    assert days(never, event(more="UID:2")) == [(11, 24)]
    assert clock.process_time() - begun < 2


def test_more_events_than_a_roster_has_are_refused_quickly():
    begun = clock.process_time()
    many = [event(more=f"UID:{n}") for n in range(ROWS_AT_MOST + 1)]
    assert codes(calendar(*many), default_line=LINE) == ["file_rows_too_many"]
    series = [weekly(uid=str(n)) for n in range(SERIES_AT_MOST + 1)]
    found = codes(calendar(*series), default_line=LINE, since=MONDAY)
    assert found == ["calendar_series_too_many"]
    assert clock.process_time() - begun < 2


def test_more_occurrences_than_a_roster_has_rows_are_refused():
    daily = [weekly("FREQ=DAILY", uid=str(n)) for n in range(95)]
    found = codes(calendar(*daily), default_line=LINE, since=MONDAY)
    assert found == ["file_rows_too_many"]
