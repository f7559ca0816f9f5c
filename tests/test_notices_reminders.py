"""Reminders: to whoever really stands by, as they wish, in time or not at all."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, update

from logging_db.cipher import FieldCipher
from logging_db.tables import opening_hours, shifts
from notices.channels import DeliveryError
from tests.doubles import StillClock
from tests.notices_kit import CONSOLE, Office

BRUSSELS = ZoneInfo("Europe/Brussels")
TUESDAY, WEDNESDAY = date(2026, 11, 24), date(2026, 11, 25)


def wall(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), BRUSSELS)


@pytest.fixture
def office(engine: Engine, cipher: FieldCipher, clock: StillClock) -> Office:
    """Monday at ten; nobody stands by but in the shifts that a test makes."""
    made = Office(engine, cipher, clock)
    made.execute("DELETE FROM users WHERE role <> 'responder'")  # who would be told of holes
    made.only_dated()
    return made


def test_a_day_and_an_hour_before_in_ones_own_language(office: Office):
    office.dated_shift(WEDNESDAY, time(9), time(13), "alice", "bram")
    office.at(wall(TUESDAY, 8, 30))
    office.minutes(29)
    assert office.mailbox.mails == []
    office.minutes(2)
    assert sorted(office.mailbox.told) == [
        ("alice", "Rappel : permanence le mercredi 25 novembre à 09:00"),
        ("bram", "Herinnering: permanentie woensdag 25 november om 09:00"),
    ]
    assert CONSOLE in office.mailbox.mails[0].get_content()
    office.minutes(22 * 60, step=60)
    assert len(office.mailbox.mails) == 2
    office.minutes(70, step=5)
    assert sorted(office.mailbox.told[2:]) == [
        ("alice", "Votre permanence commence à 09:00"),
        ("bram", "Uw permanentie begint om 09:00"),
    ]
    office.minutes(300, step=60)
    assert len(office.mailbox.mails) == 4


def test_people_are_reminded_as_they_wish(office: Office):
    office.wishes("alice", remind_day=False)
    office.wishes("bram", remind_hour=False, remind_by="sms")
    office.dated_shift(WEDNESDAY, time(9), time(13), "alice", "bram")
    office.at(wall(TUESDAY, 8))
    office.minutes(26 * 60, step=30)
    assert office.mailbox.told == [("alice", "Votre permanence commence à 09:00")]
    ((to, sender, said),) = office.telephone.texts
    assert (to, sender) == ("+32470000002", "+3225550100")
    assert said == (
        "Allo ? Aide sociale: u hebt permanentie op wo 25 nov 09:00-13:00. "
        f"Verhinderd? {CONSOLE}/mine"
    )


def test_without_an_address_the_reminder_goes_by_sms_if_any_may(office: Office):
    office.dated_shift(WEDNESDAY, time(9), time(13), "chloé")
    office.at(wall(WEDNESDAY, 7))
    office.minutes(90, step=10)
    assert [to for to, _, _ in office.telephone.texts] == ["+32470000003"]


def test_where_sms_are_switched_off_everybody_gets_mails(office: Office):
    office.post = type(office.post)(**{**vars(office.post), "texter": None})
    office.wishes("bram", remind_by="sms")
    office.dated_shift(WEDNESDAY, time(9), time(13), "bram", "chloé")
    office.at(wall(WEDNESDAY, 7))
    office.minutes(90, step=10)
    assert office.telephone.texts == []
    assert office.mailbox.told == [("bram", "Uw permanentie begint om 09:00")]


def test_a_shift_planned_within_the_last_day_gets_the_later_one_only(office: Office):
    office.at(wall(TUESDAY, 9, 1))
    office.minutes(1)
    office.dated_shift(WEDNESDAY, time(9), time(13), "alice")
    office.minutes(24 * 60, step=30)
    assert office.mailbox.told == [("alice", "Votre permanence commence à 09:00")]


def test_a_shift_that_has_begun_is_reminded_of_no_more(office: Office):
    office.at(wall(WEDNESDAY, 8, 40))
    office.dated_shift(WEDNESDAY, time(9), time(13), "alice")
    office.minutes(60, step=5)
    assert office.mailbox.mails == []


def test_a_sweep_that_was_away_for_hours_sends_nothing_stale(office: Office):
    office.dated_shift(WEDNESDAY, time(9), time(13), "alice")
    office.at(wall(TUESDAY, 8))
    office.minutes(1)
    office.at(wall(TUESDAY, 13))
    office.minutes(5)
    assert office.mailbox.mails == []
    assert office.errors() == ["expired"]
    office.at(wall(WEDNESDAY, 7, 59))
    office.minutes(0.5)
    office.at(wall(WEDNESDAY, 8, 45))
    office.minutes(30)
    assert office.mailbox.mails == []


def test_a_sweep_that_was_away_for_a_moment_still_reminds(office: Office):
    office.dated_shift(WEDNESDAY, time(9), time(13), "alice")
    office.at(wall(TUESDAY, 8))
    office.minutes(1)
    office.at(wall(TUESDAY, 10))
    office.minutes(1)
    assert len(office.mailbox.mails) == 1


def test_who_stands_in_is_reminded_and_who_is_replaced_is_not(office: Office):
    shift = office.dated_shift(WEDNESDAY, time(9), time(13), "alice")
    office.stands_in(shift, "bram", "alice")
    office.at(wall(WEDNESDAY, 7))
    office.minutes(90, step=10)
    assert office.mailbox.told == [("bram", "Uw permanentie begint om 09:00")]


def test_who_stands_in_for_a_part_is_reminded_of_that_part(office: Office):
    shift = office.dated_shift(WEDNESDAY, time(9), time(13), "alice")
    office.stands_in(shift, "bram", "alice", time(11), time(12))
    office.at(wall(WEDNESDAY, 7))
    office.minutes(360, step=15)
    assert office.mailbox.told == [
        ("alice", "Votre permanence commence à 09:00"),
        ("bram", "Uw permanentie begint om 11:00"),
        ("alice", "Votre permanence commence à 12:00"),
    ]
    assert "van 11:00 tot 12:00" in office.mailbox.mails[1].get_content()


def test_shifts_that_touch_are_one_reminder(office: Office):
    office.dated_shift(WEDNESDAY, time(9), time(11), "alice")
    office.dated_shift(WEDNESDAY, time(11), time(13), "alice")
    office.at(wall(WEDNESDAY, 7))
    office.minutes(360, step=15)
    assert len(office.mailbox.mails) == 1
    assert "de 09:00 à 13:00" in office.mailbox.mails[0].get_content()


def test_nobody_is_reminded_of_a_shift_that_they_are_away_from(office: Office):
    office.dated_shift(WEDNESDAY, time(9), time(13), "alice", "bram")
    office.is_away("alice", wall(WEDNESDAY, 0), wall(WEDNESDAY, 23))
    office.is_away("bram", wall(WEDNESDAY, 0), wall(WEDNESDAY, 10))
    office.at(wall(WEDNESDAY, 7))
    office.minutes(360, step=15)
    assert office.mailbox.told == [("bram", "Uw permanentie begint om 10:00")]


def test_nobody_is_reminded_while_the_line_is_closed(office: Office):
    christmas = date(2026, 12, 25)
    office.dated_shift(christmas, time(9), time(13), "alice")
    office.dated_shift(date(2026, 12, 27), time(9), time(13), "bram")  # a Sunday
    for day in (christmas, date(2026, 12, 27)):
        office.at(wall(day, 7))
        office.minutes(120, step=10)
    assert office.mailbox.mails == []


CHANGES = {
    "somebody else took the place": lambda o, s: o.stands_in(s, "bram", "alice"),
    "the shift was called off": lambda o, _: o.execute("UPDATE shifts SET cancelled = true"),
    "the person is away": lambda o, _: o.is_away("alice", wall(WEDNESDAY, 0), wall(WEDNESDAY, 23)),
    "the person no longer answers": lambda o, _: o.wishes("alice", active=False),
    "the person wants no reminder": lambda o, _: o.wishes("alice", remind_day=False),
    "the shift is gone": lambda o, _: o.only_dated(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_plan_that_has_changed_is_not_reminded_of(office: Office, change: str):
    shift = office.dated_shift(WEDNESDAY, time(9), time(13), "alice")
    office.at(wall(TUESDAY, 8, 50))
    office.minutes(1)
    assert len(office.rows()) == 1  # written down already
    CHANGES[change](office, shift)
    office.minutes(30)
    assert [told for told in office.mailbox.told if told[0] == "alice"] == []
    assert office.errors() == ["no longer true"]


def test_a_shift_that_was_moved_is_reminded_of_anew(office: Office):
    office.dated_shift(WEDNESDAY, time(9), time(13), "alice")
    office.at(wall(TUESDAY, 8, 50))
    office.minutes(20)
    office.execute(update(shifts).values(starts=time(11)))
    office.minutes(150, step=10)
    assert [subject[-5:] for _, subject in office.mailbox.told] == ["09:00", "11:00"]


def test_an_unclear_end_is_not_repeated(office: Office):
    office.dated_shift(WEDNESDAY, time(9), time(13), "alice")
    office.at(wall(WEDNESDAY, 7, 55))
    office.mailbox.failures = [DeliveryError("silence", unclear=True)]
    office.minutes(60, step=5)
    assert office.mailbox.mails == []
    assert office.errors() == ["unclear"]


def test_on_the_night_when_clocks_change_the_hour_before_is_an_hour(office: Office):
    office.execute(update(opening_hours).values(weekday=6, opens=time(0), closes=time(0)))
    sunday = date(2027, 3, 28)
    office.dated_shift(sunday, time(3, 30), time(9), "alice")
    office.at(wall(sunday, 1, 25).astimezone(ZoneInfo("UTC")))  # 00:25 UTC; begins 01:30 UTC
    office.minutes(4)
    assert office.mailbox.mails == []
    office.minutes(3)
    assert office.mailbox.told == [("alice", "Votre permanence commence à 03:30")]


def test_weekly_shifts_count_like_dated_ones(
    engine: Engine, cipher: FieldCipher, clock: StillClock
):
    office = Office(engine, cipher, clock)
    office.at(wall(TUESDAY, 7))
    office.minutes(120, step=10)
    subjects = [subject for who, subject in office.mailbox.told if who == "alice"]
    assert subjects == [
        "Votre permanence commence à 09:00",
        "Rappel : permanence le mercredi 25 novembre à 09:00",
    ]
    assert timedelta(0) == office.clock() - wall(TUESDAY, 9)
