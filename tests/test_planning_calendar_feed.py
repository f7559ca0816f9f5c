"""Feeds for people's own calendar programs: parsed back, instant for instant."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar, Event, Timezone

from planning.calendar_feed import FeedEntry, feed
from planning.calendar_zone import timezone_of
from tests.test_planning_file_kit import BRUSSELS, STAMP

ENTRY = FeedEntry(
    uid="shift-1@permanence",
    summary="Permanence: Zoë; Bram, Joris",
    description="Première ligne\nTweede regel, met een komma; en een \\",
    location="Rue Haute 12, 1000 Bruxelles",
    begins=datetime(2026, 11, 24, 8, 0, tzinfo=UTC),
    ends=datetime(2026, 11, 24, 12, 0, tzinfo=UTC),
    sequence=3,
    alarms=(timedelta(days=1), timedelta(minutes=30)),
)
BOTH_CHANGES = [
    (datetime(2026, 10, 24, 20, 0, tzinfo=UTC), datetime(2026, 10, 25, 5, 0, tzinfo=UTC)),
    (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    (datetime(2026, 10, 25, 1, 0, tzinfo=UTC), datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
    (datetime(2027, 3, 27, 21, 0, tzinfo=UTC), datetime(2027, 3, 28, 4, 0, tzinfo=UTC)),
    (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
    (datetime(2027, 7, 1, 7, 0, tzinfo=UTC), datetime(2027, 7, 1, 11, 0, tzinfo=UTC)),
]


def made(entries: Iterable[FeedEntry] = (ENTRY,), zone: ZoneInfo = BRUSSELS) -> bytes:
    return feed(entries, name="Duties, of Zoë", zone=zone, language="fr", stamp=STAMP)


def lines(content: bytes) -> list[str]:
    return content.decode().replace("\r\n ", "").split("\r\n")


def only(content: bytes) -> Event:
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert isinstance(event, Event)
    return event


def test_the_calendar_says_its_name_its_zone_and_when_to_come_again():
    told = lines(made())
    for line in (
        "VERSION:2.0",
        "METHOD:PUBLISH",
        "CALSCALE:GREGORIAN",
        "NAME:Duties\\, of Zoë",
        "X-WR-CALNAME:Duties\\, of Zoë",
        "X-WR-TIMEZONE:Europe/Brussels",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ):
        assert line in told
    assert any(line.startswith("PRODID:") for line in told)


def test_an_entry_is_read_back_with_every_sign_of_its_texts():
    event = only(made())
    assert str(event["UID"]) == ENTRY.uid
    assert str(event["SUMMARY"]) == ENTRY.summary
    assert str(event["DESCRIPTION"]) == ENTRY.description
    assert str(event["LOCATION"]) == ENTRY.location
    assert event["SUMMARY"].params["LANGUAGE"] == "fr"
    assert event["SEQUENCE"] == 3
    assert event["STATUS"] == "CONFIRMED"
    assert event["DTSTAMP"].dt == STAMP


def test_times_are_local_so_that_people_read_them_as_they_are_meant():
    told = lines(made())
    assert "DTSTART;TZID=Europe/Brussels:20261124T090000" in told
    assert "DTEND;TZID=Europe/Brussels:20261124T130000" in told


@pytest.mark.parametrize(("begins", "ends"), BOTH_CHANGES)
def test_instants_stay_the_same_across_both_clock_changes(begins: datetime, ends: datetime):
    event = only(made([replace(ENTRY, begins=begins, ends=ends)]))
    assert event["DTSTART"].dt.astimezone(UTC) == begins
    assert event["DTEND"].dt.astimezone(UTC) == ends


@pytest.mark.parametrize(("begins", "ends"), BOTH_CHANGES)
def test_who_knows_the_zone_from_the_feed_alone_sees_the_same_instants(
    begins: datetime, ends: datetime
):
    """As Outlook does, which goes by the rules in the file."""
    content = made([replace(ENTRY, begins=begins, ends=ends)])
    unknown = content.replace(b"Europe/Brussels", b"Nowhere/Else")
    event = only(unknown)
    assert event["DTSTART"].dt.astimezone(UTC) == begins
    assert event["DTEND"].dt.astimezone(UTC) == ends


@pytest.mark.parametrize(
    "name", ["Europe/Brussels", "Europe/London", "America/New_York", "UTC", "Asia/Kathmandu"]
)
def test_the_rules_of_a_zone_give_its_own_times_for_years(name: str):
    zone = ZoneInfo(name)
    component = timezone_of(zone)
    assert isinstance(component, Timezone)
    told = component.to_tz(lookup_tzid=False)
    for hours in range(0, 24 * 365 * 4, 7):
        at = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
        assert at.astimezone(told).utcoffset() == at.astimezone(zone).utcoffset(), at


def test_the_zone_of_brussels_is_two_rules_that_outlook_understands():
    told = timezone_of(BRUSSELS).to_ical().decode()
    assert told.count("BEGIN:STANDARD") == told.count("BEGIN:DAYLIGHT") == 1
    assert told.count("RRULE:FREQ=YEARLY") == 2
    assert "RDATE" not in told


def test_alarms_ring_before_the_beginning():
    alarms = only(made()).walk("VALARM")
    assert [alarm["TRIGGER"].dt for alarm in alarms] == [-timedelta(days=1), -timedelta(minutes=30)]
    assert {str(alarm["ACTION"]) for alarm in alarms} == {"DISPLAY"}
    assert {str(alarm["DESCRIPTION"]) for alarm in alarms} == {ENTRY.summary}
    assert "TRIGGER:-P1D" in lines(made())


def test_what_is_cancelled_stays_in_the_feed_and_rings_no_alarm():
    event = only(made([replace(ENTRY, cancelled=True, sequence=4)]))
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 4)
    assert event.walk("VALARM") == []


def test_lines_are_folded_at_75_octets_between_letters():
    content = made([replace(ENTRY, summary="é" * 200, description="Œuvre, " * 60)])
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    for line in content.split(b"\r\n"):
        line.decode()
    assert str(only(content)["SUMMARY"]) == "é" * 200


def test_when_a_duty_was_changed_is_told_where_it_is_known():
    changed = STAMP - timedelta(hours=2)
    assert only(made([replace(ENTRY, modified=changed)]))["LAST-MODIFIED"].dt == changed
    assert "LAST-MODIFIED" not in only(made())


def test_empty_texts_are_left_out():
    event = only(made([replace(ENTRY, description="", location="")]))
    assert "DESCRIPTION" not in event
    assert "LOCATION" not in event


def test_an_empty_feed_is_a_calendar_still():
    calendar = Calendar.from_ical(made([]))
    assert calendar.walk("VEVENT") == []
    assert len(calendar.walk("VTIMEZONE")) == 1


def test_the_same_entries_make_the_same_bytes():
    assert made() == made()


def test_a_thousand_duties_are_written_in_good_time():
    many = [replace(ENTRY, uid=str(n)) for n in range(1000)]
    assert made(many).count(b"BEGIN:VEVENT") == 1000
