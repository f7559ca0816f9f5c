"""Holes: coordinators are told once when one opens, and once more when it is near."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from logging_db.cipher import FieldCipher
from tests.doubles import StillClock
from tests.notices_kit import Office

BRUSSELS = ZoneInfo("Europe/Brussels")
MONDAY = date(2026, 11, 23)
THURSDAY = MONDAY + timedelta(days=3)
SUBJECT = "Il manque du monde dans l'horaire"


def wall(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), BRUSSELS)


@pytest.fixture
def office(engine: Engine, cipher: FieldCipher, clock: StillClock) -> Office:
    """Monday at ten, with everybody in their places; only Carla is told, and nobody reminded."""
    made = Office(engine, cipher, clock)
    made.execute("DELETE FROM users WHERE name = 'Dirk'")
    made.execute("UPDATE responders SET remind_day = false, remind_hour = false")
    made.execute("UPDATE shifts SET needed = 1")
    return made


def nobody_speaks_dutch(office: Office, begins: datetime, ends: datetime) -> None:
    office.is_away("bram", begins, ends)


def items(office: Office) -> list[str]:
    return [line for line in office.mailbox.bodies().splitlines() if line.startswith("- ")]


def test_with_everybody_in_their_places_nobody_is_told_anything(office: Office):
    office.minutes(60, step=10)
    assert office.mailbox.mails == []


def test_a_hole_within_three_days_is_told_once_it_has_settled(office: Office):
    nobody_speaks_dutch(office, wall(MONDAY, 14), wall(MONDAY, 16))
    office.minutes(4)
    assert office.mailbox.mails == []
    office.minutes(2)
    assert office.mailbox.told == [("carla", SUBJECT)]
    assert items(office) == [
        "- le lundi 23 novembre, de 14:00 à 16:00 (Allo ? Aide sociale) : 0 sur 1 en néerlandais"
    ]
    office.minutes(120, step=10)
    assert len(office.mailbox.mails) == 1


def test_a_hole_is_told_once_more_when_it_comes_closer_than_a_day(office: Office):
    nobody_speaks_dutch(office, wall(THURSDAY, 9), wall(THURSDAY, 17))
    office.at(wall(MONDAY, 8))
    office.minutes(30, step=10)
    assert office.mailbox.mails == []  # more than three days ahead
    office.minutes(47 * 60, step=60)
    assert len(office.mailbox.mails) == 1
    office.minutes(26 * 60, step=60)
    assert len(office.mailbox.mails) == 2
    office.minutes(8 * 60, step=60)
    assert len(office.mailbox.mails) == 2


def test_holes_that_open_together_come_in_one_mail(office: Office):
    for name in ("alice", "bram", "chloé"):
        office.is_away(name, wall(MONDAY, 0), wall(THURSDAY, 0))
    office.minutes(10)
    assert office.mailbox.told == [("carla", SUBJECT)]
    # What is left of today, and two whole days.
    assert [item.split(" (")[0] for item in items(office)] == [
        "- le lundi 23 novembre, de 09:00 à 17:00",
        "- le mardi 24 novembre, de 09:00 à 17:00",
        "- le mercredi 25 novembre, de 09:00 à 17:00",
    ]


def test_every_coordinator_and_administrator_is_told_in_their_language(office: Office):
    office.user("daan", "administrator", "nl")
    office.user("gone", "coordinator", "fr")
    office.execute("UPDATE users SET active = false WHERE name = 'Gone'")
    nobody_speaks_dutch(office, wall(MONDAY, 14), wall(MONDAY, 16))
    office.minutes(6)
    assert sorted(office.mailbox.told) == [
        ("carla", SUBJECT),
        ("daan", "Er staan te weinig mensen in het rooster"),
    ]


def test_a_hole_that_closed_before_it_was_told_is_told_to_nobody(office: Office):
    nobody_speaks_dutch(office, wall(MONDAY, 14), wall(MONDAY, 16))
    office.minutes(2)
    office.execute("DELETE FROM absences")
    office.minutes(10)
    assert office.mailbox.mails == []
    assert office.errors() == ["no longer true"]


def test_a_hole_that_opens_again_is_told_again(office: Office):
    nobody_speaks_dutch(office, wall(MONDAY, 14), wall(MONDAY, 16))
    office.minutes(6)
    office.execute("DELETE FROM absences")
    office.minutes(3)
    nobody_speaks_dutch(office, wall(MONDAY, 14), wall(MONDAY, 16))
    office.minutes(8)
    assert len(office.mailbox.mails) == 2
    office.minutes(30, step=5)
    assert len(office.mailbox.mails) == 2


def test_a_hole_that_has_begun_keeps_its_beginning(office: Office):
    nobody_speaks_dutch(office, wall(MONDAY, 9), wall(MONDAY, 16))
    office.minutes(5 * 60, step=10)
    assert len(office.mailbox.mails) == 1
    assert "de 09:00 à 16:00" in office.mailbox.bodies()


def test_a_hole_that_is_over_is_told_no_more(office: Office):
    nobody_speaks_dutch(office, wall(MONDAY, 9), wall(MONDAY, 10))
    office.minutes(20, step=5)
    assert office.mailbox.mails == []
