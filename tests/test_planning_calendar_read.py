"""Rosters out of calendars: our conventions, and what other programs export."""

from datetime import date, time
from pathlib import Path

import pytest

from planning.file_rows import write_rows
from planning.file_shift import ShiftRow
from planning.objections import say
from tests.test_planning_file_kit import (
    ALICE,
    BRUSSELS,
    LINE,
    STAMP,
    codes,
    places,
    read,
    refusal,
)

FILES = Path(__file__).parent / "files"
NOVEMBER = date(2026, 11, 1)


def calendar(*events: str, more: str = "") -> bytes:
    body = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\n{more}{body}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def event(
    summary: str = "cssbse: Alice Martin",
    begins: str = "DTSTART;TZID=Europe/Brussels:20261124T090000",
    ends: str = "DTEND;TZID=Europe/Brussels:20261124T130000",
    more: str = "UID:1",
) -> str:
    return f"SUMMARY:{summary}\n{begins}\n{ends}\n{more}"


def events(*found: str, since: date | None = None) -> list[ShiftRow]:
    return read(calendar(*found), default_line=LINE, since=since)


def one(*args: str, **kwargs: str) -> ShiftRow:
    (row,) = events(event(*args, **kwargs))
    return row


def said(*found: str, since: date | None = None) -> list[str]:
    return codes(calendar(*found), default_line=LINE, since=since)


def test_a_title_holds_the_service_and_the_people_in_ring_order():
    rows = events(event("cssbse: Alice Martin\\, Bram Peeters"))
    assert [(row.service, row.responder, row.order) for row in rows] == [
        ("cssbse", "Alice Martin", None),
        ("cssbse", "Bram Peeters", None),
    ]
    assert {(row.day, row.starts, row.ends) for row in rows} == {
        (date(2026, 11, 24), time(9), time(13))
    }
    assert {row.line for row in rows} == {LINE}


@pytest.mark.parametrize("between", ["\\, ", "\\; ", " + ", " & ", "\\n"])
def test_people_may_be_separated_as_people_do(between: str):
    rows = events(event(f"cssbse: Alice{between}Bram"))
    assert [row.responder for row in rows] == ["Alice", "Bram"]


@pytest.mark.parametrize("title", ["cssbse", "cssbse:", "cssbse: ?", "CSSBSE"])
def test_a_title_without_people_is_an_open_place(title: str):
    assert one(title).responder is None


def test_a_question_mark_is_an_open_place_beside_people():
    assert [row.responder for row in events(event("cssbse: Alice\\, ?"))] == ["Alice", None]


def test_a_category_is_the_service_and_the_title_the_people():
    row = one("Alice Martin", more="CATEGORIES:cssbse,urgent\nUID:1")
    assert (row.service, row.responder) == ("cssbse", "Alice Martin")
    assert one("cssbse", more="CATEGORIES:cssbse").responder is None


def test_the_line_may_stand_as_place():
    for place in ("0800/35.243", "tel:+3280035243", "+32 800 35 243"):
        rows = read(calendar(event(more=f"LOCATION:{place}")))
        assert [row.line for row in rows] == [LINE]
    assert one(more="LOCATION:Salle 2").line == LINE
    assert one(more="LOCATION:Rue Haute 12\\, 1000 Bruxelles 12345678").line == LINE


def test_without_a_line_anywhere_the_event_is_refused():
    objections = refusal(calendar(event()))
    assert places(objections) == [("calendar_line", 1, "LOCATION")]
    assert "“cssbse: Alice Martin” names no line" in say(objections[0], "en")


def test_an_event_without_a_title_names_no_service():
    assert said(event("")) == ["calendar_service"]


def test_outlook_with_its_own_zones_is_read():
    rows = read((FILES / "outlook.ics").read_bytes(), since=date(2026, 10, 1))
    assert [(row.responder, row.day, row.starts, row.ends) for row in rows] == [
        ("Alice Martin", date(2026, 11, 24), time(9), time(13)),
        ("Zoë Lefèvre-Œuvrard de la Tour", date(2026, 11, 24), time(9), time(13)),
        ("Bram Peeters", date(2026, 10, 23), time(22), time(6)),
        ("Bram Peeters", date(2026, 10, 24), time(22), time(6)),
        ("Bram Peeters", date(2026, 10, 25), time(22), time(6)),
    ]


def test_google_with_a_rule_a_moved_day_and_a_cancelled_one_is_read():
    content = (FILES / "google.ics").read_bytes()
    rows = read(content, default_line=LINE, since=NOVEMBER, until=date(2026, 12, 1))
    assert [(row.responder, row.day.day, row.starts) for row in rows] == [
        ("Alice Martin", 20, time(9)),
        ("Bram Peeters", 2, time(9)),
        ("Bram Peeters", 30, time(9)),
        ("Joris Claes", 17, time(10)),
    ]


def test_thunderbird_with_attendees_a_category_and_a_duration_is_read():
    rows = read((FILES / "thunderbird.ics").read_bytes(), default_line=LINE)
    assert [(row.service, row.responder) for row in rows] == [
        ("cssbse", "Alice Martin"),
        ("cssbse", "Peeters, Bram"),
    ]
    assert {(row.starts, row.ends) for row in rows} == {(time(9), time(13))}


def test_times_in_utc_become_wall_times():
    row = one(begins="DTSTART:20260701T070000Z", ends="DTEND:20260701T110000Z")
    assert (row.starts, row.ends) == (time(9), time(13))
    row = one(begins="DTSTART:20261231T230000Z", ends="DTEND:20270101T050000Z")
    assert (row.day, row.starts, row.ends) == (date(2027, 1, 1), time(0), time(6))


def test_times_of_another_zone_become_wall_times_of_ours():
    row = one(
        begins="DTSTART;TZID=Europe/London:20261124T080000",
        ends="DTEND;TZID=Europe/London:20261124T120000",
    )
    assert (row.starts, row.ends) == (time(9), time(13))


def test_times_without_a_zone_are_ours():
    row = one(begins="DTSTART:20261124T090000", ends="DTEND:20261124T130000")
    assert (row.starts, row.ends) == (time(9), time(13))


@pytest.mark.parametrize(("first", "second"), [("20270327", "20270328"), ("20261024", "20261025")])
def test_a_night_over_a_clock_change_ends_when_the_clock_says(first: str, second: str):
    row = one(
        begins=f"DTSTART;TZID=Europe/Brussels:{first}T220000",
        ends=f"DTEND;TZID=Europe/Brussels:{second}T060000",
    )
    assert (row.day.strftime("%Y%m%d"), row.starts, row.ends) == (first, time(22), time(6))


def test_the_same_nights_in_utc_are_the_same_shifts():
    spring = one(begins="DTSTART:20270327T210000Z", ends="DTEND:20270328T040000Z")
    autumn = one(begins="DTSTART:20261024T200000Z", ends="DTEND:20261025T050000Z")
    assert (spring.starts, spring.ends) == (autumn.starts, autumn.ends) == (time(22), time(6))


def test_nights_that_repeat_end_when_the_clock_says_as_well():
    weekly = event(
        begins="DTSTART;TZID=Europe/Brussels:20270320T220000",
        ends="DTEND;TZID=Europe/Brussels:20270321T060000",
        more="RRULE:FREQ=WEEKLY;COUNT=3\nUID:1",
    )
    rows = events(weekly, since=date(2027, 3, 1))
    assert [(row.day.day, row.starts, row.ends) for row in rows] == [
        (20, time(22), time(6)),
        (27, time(22), time(6)),
        (3, time(22), time(6)),
    ]


def test_hours_of_length_are_exact_and_days_are_nominal():
    night = "DTSTART;TZID=Europe/Brussels:20270327T220000"
    assert one(begins=night, ends="DURATION:PT8H").ends == time(7)
    midnight = "DTSTART;TZID=Europe/Brussels:20270328T000000"
    assert one(begins=midnight, ends="DURATION:P1D").ends == time(0)


def test_a_wall_time_that_does_not_exist_is_refused():
    gap = "DTSTART;TZID=Europe/Brussels:20260329T023000"
    objections = refusal(
        calendar(event(begins=gap, ends="DTEND;TZID=Europe/Brussels:20260329T060000")),
        default_line=LINE,
    )
    assert places(objections) == [("file_time_skipped", 1, "DTSTART")]


def test_the_second_coming_of_a_wall_time_is_refused_and_the_first_is_read():
    end = "DTEND:20261025T050000Z"
    assert one(begins="DTSTART:20261025T003000Z", ends=end).starts == time(2, 30)
    assert said(event(begins="DTSTART:20261025T013000Z", ends=end)) == ["calendar_time_twice"]


@pytest.mark.parametrize(
    ("begins", "ends", "code"),
    [
        ("DTSTART;VALUE=DATE:20261124", "DTEND;VALUE=DATE:20261125", "calendar_all_day"),
        ("DTSTART;VALUE=DATE:20261124", "DURATION:P1D", "calendar_all_day"),
        ("DTSTART:20261124T090000Z", "DTEND;VALUE=DATE:20261125", "calendar_all_day"),
        ("DTSTART:20261124T090000Z", "X-NOTHING:x", "calendar_time_missing"),
        ("X-NOTHING:x", "DTEND:20261124T090000Z", "calendar_time_missing"),
        ("DTSTART:tomorrow", "DTEND:20261124T090000Z", "calendar_time_missing"),
        ("DTSTART:20261124T090000Z", "DTEND:20261124T080000Z", "calendar_backwards"),
        ("DTSTART:20261124T090000Z", "DTEND:20261124T090000Z", "calendar_backwards"),
        ("DTSTART:20261124T090000Z", "DURATION:-PT8H", "calendar_backwards"),
        ("DTSTART:20261124T090000Z", "DTEND:20261125T100000Z", "calendar_too_long"),
        ("DTSTART:20261124T090030Z", "DTEND:20261124T100000Z", "file_time_seconds"),
        ("DTSTART:18991124T090000Z", "DTEND:18991124T100000Z", "file_date_year"),
        ("DTSTART:20261124T090000Z", "DTEND:99991231T235959Z", "file_date_year"),
        ("DTSTART:20261124T090000Z", "DURATION:P9D", "calendar_too_long"),
        ("DTSTART;TZID=Mars/Base:20261124T090000", "DURATION:PT4H", "calendar_zone"),
    ],
)  # fmt: skip
def test_an_event_that_is_no_shift_is_refused_with_its_number(begins: str, ends: str, code: str):
    objections = refusal(
        calendar(event(), event(begins=begins, ends=ends, more="UID:2")), default_line=LINE
    )
    assert [(objection.code, objection.row) for objection in objections] == [(code, 2)]


def test_all_that_is_wrong_with_a_calendar_is_said_at_once():
    found = said(
        event("", more="UID:1"),
        event("cssbse: 0470 12 34 56", more="UID:2"),
        event("=x: Alice", more="UID:3"),
    )
    assert found == ["calendar_service", "file_name", "file_formula_text"]


def test_cancelled_events_are_left_out_however_broken_they_are():
    gone = event(more="STATUS:CANCELLED\nUID:2", begins="DTSTART;VALUE=DATE:20261124")
    assert [row.row for row in events(gone, event())] == [2]
    assert said(gone) == ["calendar_empty"]


def test_tasks_and_journals_are_no_shifts():
    task = "BEGIN:VTODO\nSUMMARY:x\nEND:VTODO\n"
    assert len(read(calendar(event(), more=task), default_line=LINE)) == 1


def test_an_empty_calendar_is_refused():
    assert codes(calendar()) == ["calendar_empty"]


def test_two_events_of_one_identifier_are_refused_naming_both():
    objections = refusal(calendar(event(), event(more="UID:1")), default_line=LINE)
    assert places(objections) == [("calendar_uid_twice", 2, "UID")]
    assert "as event 1" in say(objections[0], "en")


def test_the_same_person_twice_in_two_equal_events_is_refused():
    assert said(event(), event(more="UID:2")) == ["file_person_twice"]


def test_our_own_title_changed_by_hand_counts_more_than_what_we_wrote_beside_it():
    content = write_rows("ics", [ALICE], zone=BRUSSELS, stamp=STAMP)
    changed = content.replace(b"SUMMARY:cssbse: Alice Martin", b"SUMMARY:cssbse: Bram Peeters")
    assert changed != content
    assert [(row.responder, row.needed) for row in read(changed)] == [("Bram Peeters", 2)]
