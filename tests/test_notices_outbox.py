"""The outbox: told once, tried again for a while, forgotten."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from logging_db.cipher import FieldCipher
from logging_db.engine import read, write
from logging_db.tables import notices
from notices import outbox
from notices.channels import DeliveryError
from notices.outbox import Draft
from notices.sending import send_due
from tests.doubles import START, StillClock
from tests.notices_kit import Office

WHEN = {"line": "Allo", "line_id": "x", "zone": "Europe/Brussels",
        "begins": START.isoformat(), "ends": START.isoformat()}  # fmt: skip


@pytest.fixture
def office(engine: Engine, cipher: FieldCipher, clock: StillClock) -> Office:
    return Office(engine, cipher, clock)


def put(office: Office, key: str = "one", kind: str = "accepted", who: str = "alice", **more):
    due_at = more.pop("due_at", START)
    draft = Draft(
        key=key, kind=kind, user_id=office.users[who], language="fr", due_at=due_at,
        params=WHEN | {"who": "Bram", "other": "Chloé"}, expires_at=START + timedelta(days=2),
        **more,
    )  # fmt: skip
    with write(office.engine) as connection:
        return outbox.put(connection, draft)


def row(office: Office):
    (found,) = office.rows()
    return found


def test_the_same_key_is_told_once(office: Office):
    assert put(office)
    assert not put(office)
    office.send()
    assert not put(office)
    office.send()
    assert len(office.mailbox.mails) == 1


def test_what_was_sent_is_crossed_out_and_forgotten(office: Office):
    put(office)
    office.send()
    assert (row(office).sent_at, row(office).params, row(office).attempts) == (START, {}, 1)
    with write(office.engine) as connection:
        assert outbox.forget(connection, START + timedelta(days=59)) == 0
        assert outbox.forget(connection, START + timedelta(days=61)) == 1


def test_nothing_is_sent_before_its_time_or_after(office: Office, clock: StillClock):
    put(office, due_at=START + timedelta(hours=1))
    office.send()
    assert office.mailbox.mails == []
    clock.forward(2 * 86400)
    office.minutes(1)
    assert office.mailbox.mails == []
    assert (row(office).error, row(office).params) == ("expired", {})


def test_a_failure_is_tried_again_after_a_pause_that_doubles(office: Office, clock: StillClock):
    put(office)
    office.mailbox.failures = [DeliveryError("smtp 450")] * 3
    waited = []
    for _ in range(3):
        office.send()
        waited.append((row(office).due_at - clock()).total_seconds())
        clock.forward(waited[-1])
    assert waited == [60, 120, 240]
    office.send()
    assert len(office.mailbox.mails) == 1


def test_after_six_failures_it_is_given_up(office: Office, clock: StillClock):
    put(office)
    office.mailbox.failures = [DeliveryError("smtp 450")] * 99
    for _ in range(20):
        office.send()
        clock.forward(3600)
    assert len(office.mailbox.failures) == 99 - outbox.MOST_ATTEMPTS
    assert (row(office).error, row(office).params) == ("smtp 450", {})


def test_a_refusal_for_good_is_not_tried_again(office: Office, clock: StillClock):
    put(office)
    office.mailbox.failures = [DeliveryError("smtp 550", final=True)]
    for _ in range(3):
        office.send()
        clock.forward(3600)
    assert office.mailbox.mails == []
    assert row(office).error == "smtp 550"


def test_while_the_server_is_away_nothing_is_tried_and_nothing_used_up(
    office: Office, clock: StillClock
):
    for n in range(5):
        put(office, f"n{n}")
    office.mailbox.failures = [DeliveryError("away", away=True)] * 20
    for _ in range(30):
        office.send()
        clock.forward(1)
    assert len(office.mailbox.failures) == 19  # one of five was tried in half a minute
    clock.forward(3600)
    office.mailbox.failures = []
    office.send()
    assert len(office.mailbox.mails) == 5


def test_an_unclear_end_is_repeated_under_the_same_message_id(office: Office, clock: StillClock):
    put(office)
    office.mailbox.failures = [DeliveryError("silence", unclear=True)]
    office.send()
    clock.forward(60)
    office.send()
    (mail,) = office.mailbox.mails
    assert mail["Message-ID"] == f"<{row(office).id}@aide.example>"


def test_a_sender_that_died_is_found_out_after_ten_minutes(office: Office, clock: StillClock):
    put(office)
    with write(office.engine) as connection:
        assert outbox.claim(connection, row(office).id, START)
    office.minutes(9)
    assert office.mailbox.mails == []
    office.minutes(5)
    assert len(office.mailbox.mails) == 1


def test_two_senders_never_send_the_same_notice(office: Office):
    for n in range(20):
        put(office, f"n{n}")
    threads = [threading.Thread(target=send_due, args=(office.post,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    office.send()
    ids = [mail["Message-ID"] for mail in office.mailbox.mails]
    assert len(ids) == 20
    assert len(set(ids)) == 20


def test_a_sender_stops_between_two_messages(office: Office):
    for n in range(3):
        put(office, f"n{n}")
    send_due(office.post, lambda: len(office.mailbox.mails) == 1)
    assert len(office.mailbox.mails) == 1


def test_somebody_without_an_address_keeps_nobody_else_waiting(office: Office):
    put(office, "one", who="alice")
    put(office, "two", who="carla")
    office.execute("UPDATE users SET active = false WHERE name = 'Alice'")
    office.send()
    assert office.mailbox.told == [("carla", "Remplacement accepté : le lundi 23 novembre à 10:00")]
    assert office.errors() == ["no address"]


def test_a_notice_that_cannot_be_written_is_put_off_and_then_given_up(
    office: Office, clock: StillClock
):
    put(office, "broken")
    put(office, "whole", who="carla")
    with write(office.engine) as connection:
        which = notices.c.key == "broken"
        connection.execute(notices.update().where(which).values(params={"nonsense": 1}))
    for _ in range(20):
        office.send()
        clock.forward(3600)
    assert len(office.mailbox.mails) == 1
    assert office.errors() == ["not prepared"]


def test_what_was_taken_back_is_not_told(office: Office):
    put(office, "a:1")
    put(office, "a:2")
    put(office, "ab:3")
    with write(office.engine) as connection:
        assert outbox.take_back(connection, "a:", START) == 2
        assert outbox.take_back(connection, "a_", START) == 0  # no wildcard
    office.send()
    assert len(office.mailbox.mails) == 1


def test_a_kind_without_words_cannot_be_put(office: Office):
    with pytest.raises(ValueError, match="no kind"):
        put(office, kind="nonsense")
    with read(office.engine) as connection:
        assert outbox.due(connection, START) == []
