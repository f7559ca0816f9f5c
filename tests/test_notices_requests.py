"""What people ask and answer each other: to the right people, while it is still so."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, update

from logging_db.cipher import FieldCipher
from logging_db.engine import read, write
from logging_db.tables import substitution_proposals
from notices import requests
from notices.times import When, when_of
from tests.doubles import StillClock
from tests.notices_kit import Office

BRUSSELS = ZoneInfo("Europe/Brussels")
THURSDAY = date(2026, 11, 26)
LINK = "https://console.example/login/link/a-very-secret-token"


@pytest.fixture
def office(engine: Engine, cipher: FieldCipher, clock: StillClock) -> Office:
    made = Office(engine, cipher, clock)
    made.only_dated()
    made.execute("UPDATE responders SET remind_day = false, remind_hour = false")
    return made


@pytest.fixture
def shift(office: Office) -> str:
    return office.dated_shift(THURSDAY, time(9), time(13), "alice")


def tell(office: Office, what, *arguments) -> int:
    with write(office.engine) as connection:
        return what(connection, *arguments, office.clock())


def told(office: Office) -> list[tuple[str, str]]:
    office.send()
    return sorted(office.mailbox.told)


def test_i_cant_reaches_the_coordinators(office: Office, shift: str):
    report = office.report(shift, THURSDAY, "alice")
    assert tell(office, requests.cannot, report) == 2
    assert tell(office, requests.cannot, report) == 0  # told twice
    assert told(office) == [
        ("carla", "Empêchement : Alice Martin, le jeudi 26 novembre à 09:00"),
        ("dirk", "Verhinderd: Alice Martin, donderdag 26 november om 09:00"),
    ]


def test_i_cant_that_was_taken_back_reaches_nobody(office: Office, shift: str):
    tell(office, requests.cannot, office.report(shift, THURSDAY, "alice"))
    office.execute("UPDATE absence_reports SET settled_at = said_at")
    assert told(office) == []


def test_a_coordinator_who_cannot_come_is_not_told_so_by_us(office: Office, shift: str):
    office.execute("UPDATE users SET role = 'coordinator' WHERE name = 'Alice'")
    tell(office, requests.cannot, office.report(shift, THURSDAY, "alice"))
    assert [who for who, _ in told(office)] == ["carla", "dirk"]


def test_a_proposal_reaches_the_person_asked_with_the_part_that_is_meant(
    office: Office, shift: str
):
    proposal = office.proposal(shift, THURSDAY, "bram", "alice", time(11), time(12))
    assert tell(office, requests.proposed, proposal) == 1
    assert told(office) == [("bram", "Alice Martin zoekt vervanging op donderdag 26 november")]
    assert "donderdag 26 november van 11:00 tot 12:00" in office.mailbox.bodies()


def test_somebody_without_an_address_has_to_be_rung(office: Office, shift: str):
    proposal = office.proposal(shift, THURSDAY, "chloé", "alice")
    assert tell(office, requests.proposed, proposal) == 0


@pytest.mark.parametrize(
    ("what", "subject"),
    [
        (requests.accepted, "Remplacement accepté : le jeudi 26 novembre à 09:00"),
        (requests.declined, "Remplacement refusé : le jeudi 26 novembre à 09:00"),
    ],
)
def test_the_answer_reaches_who_asked_and_the_coordinators(
    office: Office, shift: str, what, subject: str
):
    proposal = office.proposal(shift, THURSDAY, "bram", "alice")
    assert tell(office, what, proposal) == 3
    assert [who for who, _ in told(office)] == ["alice", "carla", "dirk"]
    assert dict(told(office))["alice"] == subject


def test_a_proposal_that_was_answered_before_it_was_sent_asks_nobody(office: Office, shift: str):
    proposal = office.proposal(shift, THURSDAY, "bram", "alice")
    tell(office, requests.proposed, proposal)
    office.execute(update(substitution_proposals).values(state="declined"))
    assert told(office) == []


def test_a_proposal_that_was_withdrawn_is_told_to_who_knew_of_it(office: Office, shift: str):
    first = office.proposal(shift, THURSDAY, "bram", "alice")
    tell(office, requests.proposed, first)
    assert tell(office, requests.withdrawn, first) == 0  # they never knew
    assert told(office) == []
    second = office.proposal(shift, THURSDAY, "bram", "alice")
    tell(office, requests.proposed, second)
    office.send()
    assert tell(office, requests.withdrawn, second) == 1
    assert ("bram", "Vervanging niet meer nodig: donderdag 26 november om 09:00") in told(office)


def test_nothing_is_told_of_a_shift_that_is_over(office: Office, shift: str, clock: StillClock):
    clock.at = datetime(2026, 11, 27, tzinfo=BRUSSELS)
    assert tell(office, requests.cannot, office.report(shift, THURSDAY, "alice")) == 0


def changed(office: Office, who: str, what: requests.What, when: When | None) -> int:
    with write(office.engine) as connection:
        return requests.roster_changed_for(
            connection, office.people[who], when, what, office.clock()
        )


def time_of(office: Office, shift: str) -> When | None:
    with read(office.engine) as connection:
        return when_of(connection, shift, THURSDAY)


class TestChanges:
    def test_several_changes_come_in_one_mail_when_they_have_settled(self, office: Office):
        one = office.dated_shift(THURSDAY, time(9), time(11), "alice")
        two = office.dated_shift(THURSDAY, time(14), time(16))
        assert changed(office, "alice", "added", time_of(office, one)) == 1
        assert changed(office, "alice", "removed", time_of(office, two)) == 1
        assert told(office) == []
        office.minutes(6)
        mails = [mail for mail in office.mailbox.mails if "Alice" in str(mail["To"])]
        (mail,) = mails
        assert mail["Subject"] == "Vos permanences ont changé"
        items = [line for line in mail.get_content().splitlines() if line.startswith("- ")]
        assert items == [
            "- ajoutée : le jeudi 26 novembre, de 09:00 à 11:00 (Allo ? Aide sociale)",
            "- retirée : le jeudi 26 novembre, de 14:00 à 16:00 (Allo ? Aide sociale)",
        ]

    def test_what_was_done_and_undone_is_not_told(self, office: Office, shift: str):
        when = time_of(office, shift)
        changed(office, "bram", "added", when)
        assert changed(office, "bram", "removed", when) == 0
        changed(office, "alice", "removed", when)
        assert changed(office, "alice", "added", when) == 0
        office.send()
        assert [row.error for row in office.rows()] == ["taken_back", "taken_back"]

    def test_what_is_not_so_any_more_is_not_told(self, office: Office, shift: str):
        changed(office, "bram", "added", time_of(office, shift))  # and undone behind our back
        office.clock.forward(400)
        assert told(office) == []
        assert office.errors() == ["no longer true"]

    def test_a_shift_that_is_gone_is_told_from_what_was_known_before(self, office: Office):
        doomed = office.dated_shift(THURSDAY, time(9), time(11), "alice")
        when = time_of(office, doomed)
        office.only_dated()
        assert time_of(office, doomed) is None
        changed(office, "alice", "removed", when)
        office.clock.forward(400)
        assert told(office) == [("alice", "Vos permanences ont changé")]

    def test_what_lies_a_week_ahead_or_behind_is_not_told(self, office: Office, shift: str):
        when = time_of(office, shift)
        assert when is not None
        office.clock.at = when.begins - timedelta(days=7, minutes=1)
        assert changed(office, "alice", "added", when) == 0
        office.clock.at = when.begins
        assert changed(office, "alice", "added", when) == 0
        assert changed(office, "chloé", "added", when) == 0  # no address
        assert changed(office, "alice", "added", None) == 0


@pytest.mark.parametrize("what", [requests.invitation, requests.reset])
def test_a_link_waits_sealed_and_is_erased_when_it_was_sent(
    office: Office, cipher: FieldCipher, what
):
    at = office.clock()
    with write(office.engine) as connection:
        expires = at + timedelta(days=7)
        assert what(connection, cipher, office.users["bram"], LINK, at, expires) == 1
    assert "secret" not in str(office.rows())
    office.send()
    (mail,) = office.mailbox.mails
    assert LINK in mail.get_content()
    assert "maandag 30 november om 10:00" in mail.get_content()
    assert [row.params for row in office.rows()] == [{}]


def test_a_newer_link_takes_the_place_of_one_that_was_not_sent(office: Office, cipher: FieldCipher):
    at = office.clock()
    with write(office.engine) as connection:
        for token in ("old", "new"):
            requests.reset(
                connection, cipher, office.users["bram"], f"https://x/{token}", at,
                at + timedelta(hours=1),
            )  # fmt: skip
    office.send()
    (mail,) = office.mailbox.mails
    assert "https://x/new" in mail.get_content()


def test_a_link_for_somebody_who_may_no_longer_log_in_is_not_sent(
    office: Office, cipher: FieldCipher
):
    office.execute("UPDATE users SET active = false")
    with write(office.engine) as connection:
        at = office.clock()
        bram = office.users["bram"]
        assert requests.reset(connection, cipher, bram, LINK, at, at + timedelta(hours=1)) == 0
