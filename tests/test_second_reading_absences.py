"""An absence that is noted now changes nothing of the hours that are over."""

from datetime import UTC, date, datetime, timedelta

import pytest
from test_console_kit import Client
from test_console_week_kit import Roster, anne, roster

from planning import absences
from tests.test_planning_kit import House, house

__all__ = ["anne", "house", "roster"]

ZONE = "Europe/Brussels"
TODAY = date(2026, 11, 23)
MIDNIGHT = datetime(2026, 11, 22, 23, tzinfo=UTC)
AFTERNOON = datetime(2026, 11, 23, 15, 5, tzinfo=UTC)  # 16:05 in Brussels
DAY = timedelta(days=1)


@pytest.fixture
def away(house: House) -> str:
    """Alice is noted absent today, without times, at 16:05."""
    house.at = AFTERNOON
    made: str = house.make(
        lambda it: absences.add(it, house["Alice"], MIDNIGHT, MIDNIGHT + DAY, ZONE)
    )
    return made


def test_who_had_answered_in_the_morning_stays_on_duty_then(house: House, away: str):
    assert house.on(TODAY, 10) == ["Alice"]
    (change,) = house.changes()
    assert change.details["from"] == AFTERNOON.isoformat()
    assert change.images[0]["after"]["starts_at"] == AFTERNOON.isoformat()


def test_a_shift_that_runs_can_be_left_at_once(house: House):
    house.at = datetime(2026, 11, 23, 10, tzinfo=UTC)  # 11:00 in Brussels
    house.make(lambda it: absences.add(it, house["Alice"], MIDNIGHT, MIDNIGHT + DAY, ZONE))
    assert (house.on(TODAY, 10), house.on(TODAY, 11)) == (["Alice"], [])


def test_an_earlier_absence_of_the_day_that_is_over_is_no_overlap(house: House):
    morning = datetime(2026, 11, 23, 11, tzinfo=UTC)
    house.make(lambda it: absences.add(it, house["Alice"], house.at, morning, ZONE))
    house.at = AFTERNOON
    house.make(lambda it: absences.add(it, house["Alice"], MIDNIGHT, MIDNIGHT + DAY, ZONE))


def test_the_past_of_an_absence_stays_when_it_ends_sooner(house: House, away: str):
    house.at = AFTERNOON + timedelta(hours=1)
    sooner = AFTERNOON + timedelta(minutes=30)
    assert house.refused(lambda it: absences.end(it, away, sooner)) == ["absence_end_between"]


def test_the_page_says_that_the_absence_begins_now(roster: Roster, anne: Client):
    path = f"/absences/person/{roster.id('Alice')}"
    answer = anne.send(path, first="2026-11-23", last="2026-11-24")
    page = anne.get(answer.location).text
    assert "What is over stays as it was: the absence of Alice Martin begins now, at 10:00." in page
    answer = anne.send(path, first="2026-12-01", last="2026-12-01")
    assert "What is over" not in anne.get(answer.location).text
