"""Calendars that are damaged, or that mean harm."""

from datetime import time

import pytest

from planning.file_rows import write_rows
from tests.test_planning_calendar_read import NOVEMBER, calendar, event, events, said
from tests.test_planning_file_kit import ALICE, BRUSSELS, LINE, STAMP, codes, read


@pytest.mark.parametrize(
    "content",
    [
        b"BEGIN:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:x\r\n",
        b"BEGIN:VCALENDAR\r\nnonsense\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nEND:VEVENT\r\nEND:VCALENDAR",
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
    ],
)
def test_a_broken_calendar_is_refused(content: bytes):
    assert codes(content, "roster.ics") in (["calendar_broken"], ["calendar_empty"])


def test_a_calendar_cut_off_anywhere_is_refused():
    whole = write_rows("ics", [ALICE], zone=BRUSSELS, stamp=STAMP)
    for end in range(20, len(whole) - 20, 17):
        assert codes(whole[:end], "roster.ics")


@pytest.mark.parametrize("zone", ["Europe", "Europe/", "x" * 5000, "../../etc/passwd", "."])
def test_the_name_of_a_zone_is_no_path(zone: str):
    named = event(begins=f"DTSTART;TZID={zone}:20261124T090000", ends="DURATION:PT4H")
    assert said(named) in (["calendar_broken"], ["calendar_zone"])


@pytest.mark.parametrize(
    "more",
    [
        "X-PERMANENCE-NUMBER:77",
        "X-PERMANENCE-LENGTH:zz",
        "SEQUENCE:x",
        "ATTENDEE;CN=Bram:x",
        "LOCATION:x\nLOCATION:y",
        "BEGIN:VALARM\nTRIGGER:-PT15M\nEND:VALARM",
        "DURATION:PT4H",
        "RDATE;VALUE=PERIOD:20261125T090000Z/PT4H",
    ],
)
def test_properties_that_do_not_matter_do_no_harm(more: str):
    rows = events(event(more=f"{more}\nUID:1"), since=NOVEMBER)
    assert {(row.row, row.starts) for row in rows} <= {(1, time(9)), (1, time(10))}


def test_components_in_components_without_end_do_no_harm():
    deep = "BEGIN:X\n" * 3000 + "END:X\n" * 3000
    assert codes(calendar(more=deep), "roster.ics")


def test_zones_that_a_file_explains_are_forgotten_with_it():
    """Of two files with a "Customized Time Zone", each is read by its own."""

    def content(offset: str) -> bytes:
        zone = (
            "BEGIN:VTIMEZONE\nTZID:Customized Time Zone\nBEGIN:STANDARD\n"
            f"DTSTART:16010101T000000\nTZOFFSETFROM:{offset}\nTZOFFSETTO:{offset}\n"
            "END:STANDARD\nEND:VTIMEZONE\n"
        )
        at = "DTSTART;TZID=Customized Time Zone:20261124T090000"
        return calendar(event(begins=at, ends="DURATION:PT4H"), more=zone)

    assert read(content("+0100"), default_line=LINE)[0].starts == time(9)
    assert read(content("+0300"), default_line=LINE)[0].starts == time(7)
