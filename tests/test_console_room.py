"""“My call”: what a responder sees and does in a talk, without a browser."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from test_console_kit import Client
from test_console_own_kit import Line as Helpline
from test_console_own_kit import line
from test_console_room_kit import Talk, add_contact

from logging_db import pauses
from logging_db.contacts import Entry
from logging_db.engine import read, write
from logging_db.tables import calls, guests, lines
from routing import states

__all__ = ["line"]  # fixture


@pytest.fixture
def talk(line: Helpline) -> Talk:
    return Talk(line).begin()


@pytest.fixture
def alice(talk: Talk) -> Client:
    return talk.line.console.client("alice")


def rung(talk: Talk) -> list[str]:
    """Return the jobs that were rung for since the last time."""
    bell = talk.line.console.bell
    jobs = [job for job, _id in bell.rung]
    bell.rung.clear()
    return jobs


def shown(client: Client, path: str = "/mine/call") -> str:
    """Return the page as text, without its marks."""
    page = client.get(path).text.split("<main", 1)[-1].split("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_caller_is_held_and_brought_back(talk: Talk, alice: Client):
    page = shown(alice)
    assert "The caller hears you" in page
    assert "French · since 10:00" in page
    assert alice.send(f"/mine/call/{talk.offer_id}/hold").status_code == 303
    assert talk.now.held
    assert rung(talk) == ["hold"]
    assert "Putting the caller on hold" in shown(alice)
    talk.is_held()
    assert "The caller is on hold" in shown(alice)
    alice.send(f"/mine/call/{talk.offer_id}/resume")
    assert not talk.now.held
    assert "Bringing the caller back" in shown(alice)


def test_an_interpreter_is_found_rung_spoken_to_joined_and_left_with_the_caller(
    talk: Talk, alice: Client
):
    samira, bring = add_contact(talk), f"/mine/call/{talk.offer_id}/bring"
    add_contact(talk, Entry("CPAS", "service", ("nl",)))
    page = alice.send(bring, text="samira", language="ar").text
    assert "En journée" in page
    assert "CPAS" not in page
    alice.send(f"{bring}/contact", contact=samira)
    assert sorted(rung(talk)) == ["hold", "place"]
    assert talk.now.held
    assert "Samira, arabe is about to be rung" in shown(alice)
    talk.guest_comes()
    talk.is_held()
    assert "Samira, arabe talks to you alone" in shown(alice)
    assert "Join: bring the caller to all of us" in shown(alice)
    alice.send(f"/mine/call/{talk.offer_id}/resume")
    asked = shown(alice, f"/mine/call/{talk.offer_id}/leave")
    assert "The caller goes on talking with: Samira, arabe" in asked
    rung(talk)
    answer = alice.send(f"/mine/call/{talk.offer_id}/leave")
    assert "drop" in rung(talk)
    assert "You are leaving. The others go on talking." in alice.get(answer.location).text
    assert "You are leaving the talk" in shown(alice)


def test_whoever_does_not_come_is_told_of_and_can_be_rung_again(talk: Talk, alice: Client):
    samira = add_contact(talk)
    alice.send(f"/mine/call/{talk.offer_id}/bring/contact", contact=samira)
    assert "As soon as they have answered" in shown(alice)
    talk.leg_ends(talk.now.guests[0].leg_id, "no-answer")
    assert "Samira, arabe did not answer Ring once more" in shown(alice)
    alice.send(f"/mine/call/{talk.offer_id}/bring/contact", contact=samira)
    assert "did not answer" not in shown(alice)


def test_somebody_who_rings_or_talks_is_sent_away(talk: Talk, alice: Client):
    alice.send(f"/mine/call/{talk.offer_id}/bring/contact", contact=add_contact(talk))
    leg_id = talk.now.guests[0].leg_id
    assert "Stop ringing" in shown(alice)
    talk.guest_comes()
    assert "Send away" in shown(alice)
    rung(talk)
    alice.send(f"/mine/call/release/{leg_id}")
    assert "drop" in rung(talk)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("112", "Ask the person to dial 112 themselves"),
        ("0903 12 345", "pays extra"),
        ("+33 1 70 18 99 00", "foreign number"),
        ("0800 35 243", "of the line itself"),
        ("0800 10 500", "0800, 077 and 078"),
        ("1712", "too short"),
        ("", "Enter the number"),
    ],
)
def test_a_number_that_is_not_rung_is_refused_with_words_and_stays_to_be_mended(
    talk: Talk, alice: Client, typed: str, words: str
):
    answer = alice.send(f"/mine/call/{talk.offer_id}/bring/number", number=typed)
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{typed}"' in answer.text
    assert talk.now.guests == ()


def test_a_number_that_is_keyed_in_is_sealed_and_stands_in_no_address_log_or_job(
    talk: Talk,
    alice: Client,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
):
    answer = alice.send(f"/mine/call/{talk.offer_id}/bring/number", number="0470 99 88 77")
    assert answer.status_code == 303
    page = alice.get(answer.location).text
    assert "The number you keyed in" in page
    bells = str(talk.line.console.bell.rung)
    (row,) = talk.line.rows_of(guests)
    # Where another test has set up the log of a process, it goes another way than to the output.
    logged = "".join([*capfd.readouterr(), *(str(record.msg) for record in caplog.records)])
    for told in (answer.location, page, bells, logged):
        assert "998877" not in told.replace(" ", "")
    assert row.number is not None
    assert b"998877" not in row.number
    assert "place" in bells


def test_a_colleague_who_is_on_duty_and_free_is_rung_and_the_others_are_named(talk: Talk):
    talk.line.console.clock.at += timedelta(hours=3)  # 13:00: Bram’s shift
    alice = talk.line.console.client("alice")  # the log-in of three hours ago is over
    page = shown(alice, f"/mine/call/{talk.offer_id}/bring")
    assert "Bram Peeters NL Ring" in page
    alice.send(f"/mine/call/{talk.offer_id}/bring/colleague", responder=talk.line["Bram"])
    (guest,) = talk.now.guests
    assert (guest.kind, guest.name) == ("colleague", "Bram Peeters")
    with write(talk.line.engine) as connection:
        pauses.begin(connection, talk.line["Bram"], pauses.OWN, talk.line.console.clock.at)
    page = shown(alice, f"/mine/call/{talk.offer_id}/bring")
    assert "No colleague on duty is free" in page
    assert "Bram Peeters (is being rung)" in page


def test_a_colleague_takes_over_from_somebody_who_talks(talk: Talk):
    bram = talk.line.console.client("responder")
    assert "Alice Martin French · since 10:00 Come in" in shown(bram)
    bram.send(f"/mine/call/{talk.offer_id}/take")
    assert [(each.kind, each.name) for each in talk.now.guests] == [("colleague", "Bram Peeters")]
    page = shown(bram)
    assert "Your telephone rings" in page
    assert "Come in" not in page


def test_the_talk_is_ended_only_after_a_question(talk: Talk, alice: Client):
    assert "End the talk for everybody?" in shown(alice, f"/mine/call/{talk.offer_id}/end")
    assert talk.now.caller_present
    rung(talk)
    alice.send(f"/mine/call/{talk.offer_id}/end")
    assert "move" in rung(talk)
    assert "The caller is not in the talk" in shown(alice)


def test_who_hung_up_by_mistake_brings_the_caller_back_while_they_listen(talk: Talk, alice: Client):
    talk.hangs_up()
    assert "I hung up by mistake" in shown(alice)
    answer = alice.send(f"/mine/call/{talk.offer_id}/back")
    assert "The caller is first in the line" in alice.get(answer.location).text
    assert {"move", "match"} <= set(rung(talk))
    with read(talk.line.engine) as connection:
        assert connection.execute(select(calls.c.state)).scalar_one() == states.WAITING
    answer = alice.send(f"/mine/call/{talk.offer_id}/back")
    assert "Too late" in alice.get(answer.location).text


def test_writing_up_is_made_longer_and_ended_early(talk: Talk, alice: Client):
    talk.hangs_up()
    with write(talk.line.engine) as connection:
        connection.execute(update(calls).values(state=states.ENDED))
        connection.execute(update(lines).values(wrap_up_seconds=120))
    assert "You are writing up until 10:02" in shown(alice)
    answer = alice.send("/mine/writing/more")
    assert "You are not rung before 10:07." in alice.get(answer.location).text
    rung(talk)
    alice.send("/mine/writing/ready")
    assert set(rung(talk)) == {"match"}
    assert "writing up" not in shown(alice)
    answer = alice.send("/mine/writing/more")
    assert "The time for writing up is over" in alice.get(answer.location).text


ACTS = ("hold", "resume", "leave", "end", "back", "bring/contact", "bring/number")


@pytest.mark.parametrize("act", ACTS)
def test_nobody_acts_in_somebody_elses_talk(talk: Talk, act: str):
    before = talk.line.rows()
    for role in ("responder", "coordinator"):
        client = talk.line.console.client(role)
        answer = client.send(f"/mine/call/{talk.offer_id}/{act}", number="0470 99 88 77")
        assert answer.status_code == 303
    assert rung(talk) == []
    after = talk.line.rows()
    for name in ("calls", "offers", "legs", "guests"):
        assert after[name] == before[name]


def test_an_act_that_is_not_possible_any_more_says_why(talk: Talk, alice: Client):
    answer = alice.send(f"/mine/call/{talk.offer_id}/leave")
    assert "Nobody would be left with the caller" in alice.get(answer.location).text
    with write(talk.line.engine) as connection:
        connection.execute(update(calls).values(state=states.ENDED))
    for act in ("hold", "bring/contact"):
        answer = alice.send(f"/mine/call/{talk.offer_id}/{act}")
        assert "That is not possible any more" in alice.get(answer.location).text


def test_a_coordinator_sees_the_talk_and_has_no_buttons(talk: Talk):
    coordinator = talk.line.console.client("coordinator")
    path = f"/people/{talk.line['Alice']}"
    assert f"{path}/call" in coordinator.get(path).text
    page = coordinator.get(f"{path}/call").text
    assert "The caller hears you" in page
    assert "<form" not in page.split("<main")[1]
    assert "/mine/call/" not in page
    assert talk.line.console.client("responder").get(f"{path}/call").status_code == 403


def test_other_pages_hint_at_the_talk_and_the_page_is_in_the_navigation(talk: Talk, alice: Client):
    for path in ("/", "/mine"):
        assert "You have a call, or have just had one." in alice.get(path).text
        assert "You have a call" not in talk.line.console.client("responder").get(path).text
    assert 'href="/mine/call"' in alice.get("/mine/settings").text
    assert 'href="/mine/call"' not in talk.line.console.client("administrator").get("/").text


def test_the_part_that_changes_bears_another_seal_only_when_something_changed(
    talk: Talk, alice: Client
):
    def seal(path: str = "/mine/call/now") -> str:
        found = re.search(r'data-seal="(\w+)"', alice.get(path).text)
        assert found is not None
        return found[1]

    first = seal()
    talk.line.console.clock.at += timedelta(seconds=30)
    assert seal() == first == seal("/mine/call") == seal("/mine/call/now?part=strip")
    alice.send(f"/mine/call/{talk.offer_id}/hold")
    assert seal() != first


def test_the_pages_speak_french_and_dutch(talk: Talk):
    add_contact(talk)
    for language, words in (("fr", "Mettre la personne en attente"), ("nl", "in de wacht zetten")):
        talk.line.console.change("alice", language=language)
        assert words in talk.line.console.client("alice").get("/mine/call").text
