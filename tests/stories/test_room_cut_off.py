"""The conversation ends: on purpose, or by a mistake that is made good."""

import pytest

from logging_db import rooms
from tests.stories.cast import Cast
from tests.stories.room import Talk


@pytest.fixture
def talk(cast: Cast) -> Talk:
    return Talk(cast).begin()


def test_who_was_cut_off_presses_1_and_comes_before_all_others(talk: Talk):
    for other in (talk.bram, talk.cast.chloe):
        other.phone.behaviour = "busy"
    joris = talk.cast.joris
    joris.dials()
    joris.presses("1")
    joris.hears("Vous êtes la prochaine personne")
    talk.alice.hangs_up()
    talk.nadia.hears("Si elle a été coupée, tapez 1")
    talk.nadia.listens_anew()
    talk.nadia.presses("1")
    talk.nadia.hears("passez en premier")
    talk.nadia.hears("Vous êtes la prochaine personne")
    talk.alice.takes_the_call(within=120)
    talk.nadia.talks_to(talk.alice)
    talk.nadia.hangs_up()
    call = talk.world.calls()[0]
    assert (call["outcome"], call["responder"]) == ("answered", "Alice Martin")


def test_without_a_key_it_was_goodbye(talk: Talk):
    talk.alice.hangs_up()
    talk.nadia.hears("Si elle a été coupée, tapez 1")
    talk.nadia.is_idle(within=30)
    assert talk.world.the_call()["outcome"] == "answered"


def test_who_was_cut_off_and_gives_up_in_the_line_was_answered_all_the_same(talk: Talk):
    for other in talk.cast.responders:
        other.phone.behaviour = "busy"
    talk.alice.hangs_up()
    talk.nadia.presses("1")
    talk.nadia.hears("Vous êtes la prochaine personne")
    talk.nadia.hangs_up()
    call = talk.world.the_call()
    assert (call["outcome"], call["responder"]) == ("answered", "Alice Martin")
    assert call["talk_seconds"] > 30


def test_a_talk_that_breaks_off_at_once_goes_back_to_the_front_by_itself(cast: Cast):
    talk = Talk(cast).begin(seconds=4)
    talk.alice.hangs_up()
    talk.nadia.hears("passez en premier", within=1)
    talk.bram.takes_the_call()
    talk.nadia.talks_to(talk.bram)
    talk.world.pass_time(30)
    talk.nadia.hangs_up()
    call = talk.world.the_call()
    assert (call["outcome"], call["responder"]) == ("answered", "Bram Peeters")


def test_a_caller_whom_nobody_keeps_is_told_goodbye_in_the_end(cast: Cast):
    talk = Talk(cast).begin(seconds=1)
    for responder in (talk.alice, talk.bram):
        responder.hangs_up()
        after = talk.bram if responder is talk.alice else talk.cast.chloe
        after.takes_the_call()
        talk.nadia.talks_to(after)
    talk.cast.chloe.hangs_up()
    talk.nadia.hears("Si elle a été coupée, tapez 1", within=10)


def test_the_responder_brings_back_whom_they_cut_off(talk: Talk):
    talk.alice.hangs_up()
    talk.nadia.hears("La conversation est terminée")
    assert talk.does(rooms.bring_back)
    talk.nadia.hears("Vous êtes la prochaine personne", within=10)
    talk.alice.takes_the_call()  # without their time to write up
    assert talk.bram.phone.state == "idle"
    talk.nadia.talks_to(talk.alice)


def test_who_is_gone_is_not_brought_back(talk: Talk):
    talk.nadia.hangs_up()
    talk.alice.is_idle()
    assert talk.does(rooms.bring_back).refused == "gone"


def test_ended_on_purpose_there_is_no_key_and_everybody_hears_goodbye(talk: Talk):
    assert talk.does(rooms.end)
    talk.nadia.hears("La conversation est terminée", within=1)
    talk.alice.hears("La conversation est terminée", within=1)
    talk.nadia.is_idle(within=15)
    talk.alice.is_idle()
    assert "coupée" not in talk.nadia.heard
    assert talk.world.the_call()["outcome"] == "answered"


def test_an_end_of_which_the_request_is_lost_comes_all_the_same(talk: Talk):
    talk.world.exchange.faults.fail("POST", "Calls/*", status=500)
    assert talk.does(rooms.end)
    talk.nadia.talks_to(talk.alice)
    talk.nadia.hears("La conversation est terminée", within=15)
    talk.alice.is_idle()
