"""A colleague is asked in, takes a conversation over, or comes by themselves."""

import pytest

from logging_db import pauses, rooms
from logging_db.engine import read
from tests.stories.cast import Cast
from tests.stories.room import INTERPRETER, Talk

BRAM = "Bram Peeters"
CHLOE = "Chloé Diallo"


@pytest.fixture
def talk(cast: Cast) -> Talk:
    return Talk(cast).begin()


def joined_by_bram(talk: Talk) -> None:
    assert talk.hands_over(BRAM)
    talk.bram.rings()
    talk.bram.answers()
    talk.bram.hears("Om deel te nemen, druk op 1")
    talk.bram.presses("1")
    talk.hear_each_other(talk.nadia, talk.alice, talk.bram)
    talk.world.pass_time(3)


def test_a_colleague_takes_the_call_over_when_the_first_leaves(talk: Talk):
    joined_by_bram(talk)
    assert talk.does(rooms.leave)
    talk.alice.hears("elle continue sans vous")
    talk.alice.is_idle()
    talk.nadia.talks_to(talk.bram)
    assert "handed_over" in talk.history()
    assert talk.now() is None
    assert talk.now(BRAM).caller_present
    assert talk.does(rooms.hold, BRAM)
    talk.nadia.hears("Vous êtes en attente")
    assert talk.does(rooms.resume, BRAM)
    talk.nadia.talks_to(talk.bram)
    talk.world.pass_time(400)
    talk.bram.hangs_up()
    talk.nadia.hears("La conversation est terminée", within=1)
    talk.nadia.is_idle()
    call = talk.world.the_call()
    assert (call["outcome"], call["responder"]) == ("answered", BRAM)


def test_each_of_two_may_bring_in_a_third_and_whoever_stays_has_the_call(talk: Talk):
    joined_by_bram(talk)
    talk.alice.hangs_up()
    talk.nadia.talks_to(talk.bram)
    assert talk.invites(INTERPRETER, BRAM, hold_caller=False)
    talk.interpreter.rings()
    talk.interpreter.answers()
    talk.hear_each_other(talk.nadia, talk.bram, talk.interpreter)
    assert talk.does(rooms.leave, BRAM)
    talk.bram.is_idle()
    talk.hear_each_other(talk.nadia, talk.interpreter)
    talk.nadia.hangs_up()
    talk.world.pass_time(5)
    assert talk.world.the_call()["responder"] == BRAM


def test_when_the_colleague_leaves_again_the_first_still_has_the_call(talk: Talk):
    joined_by_bram(talk)
    talk.bram.hangs_up()
    talk.nadia.talks_to(talk.alice)
    talk.world.pass_time(5)
    talk.nadia.hangs_up()
    talk.alice.is_idle()
    assert talk.world.the_call()["responder"] == "Alice Martin"


def test_a_responder_takes_over_what_a_colleague_is_in(talk: Talk):
    with read(talk.world.engine) as connection:
        (going_on,) = rooms.talks(connection)
    assert going_on.responder == "Alice Martin"
    assert talk.at_offer(rooms.take_over, going_on.offer_id, BRAM, calls_per_second=100)
    talk.bram.takes_the_call()
    talk.hear_each_other(talk.nadia, talk.alice, talk.bram)
    talk.world.pass_time(3)
    assert talk.does(rooms.leave)
    talk.nadia.talks_to(talk.bram)


def test_a_colleague_s_voicemail_never_joins_and_counts_as_no_missed_offer(talk: Talk):
    talk.bram.phone.behaviour = "voicemail"
    assert talk.hands_over(BRAM)
    talk.world.until(lambda: talk.now().guests[0].state == "over", 120, "it still rings")
    assert talk.now().guests[0].why == "no-answer"
    talk.nadia.talks_to(talk.alice)
    with read(talk.world.engine) as connection:
        assert pauses.missed_in_a_row(connection, talk.ids[BRAM]) == 0


def test_a_colleague_may_decline(talk: Talk):
    talk.hands_over(BRAM)
    talk.bram.rings()
    talk.bram.answers()
    talk.bram.presses("2")
    talk.world.until(lambda: talk.now().guests[0].state == "over", 30, "they are still asked")
    assert talk.now().guests[0].why == "declined"


def test_who_has_another_call_is_not_rung(talk: Talk):
    talk.cast.joris.dials()
    talk.cast.joris.presses("2")
    talk.bram.takes_the_call()
    talk.cast.joris.talks_to(talk.bram)
    assert talk.hands_over(BRAM).refused == "busy"
    assert talk.hands_over("Alice Martin").refused == "self"


def test_when_the_first_hangs_up_before_the_key_the_colleague_hears_that_it_is_over(talk: Talk):
    talk.hands_over(BRAM)
    talk.bram.rings()
    talk.bram.answers()
    talk.alice.hangs_up()
    talk.bram.presses("1")
    talk.bram.is_idle()
    talk.nadia.hears("La conversation est terminée")


def test_a_callback_is_handed_over_like_a_call(cast: Cast):
    for responder in cast.responders:
        responder.phone.behaviour = "busy"
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.nadia.hears("tapez 1 à tout moment")
    for key in ("1", "1"):
        cast.nadia.presses(key)
    cast.nadia.hears("C'est noté")
    cast.nadia.is_idle()
    cast.alice.phone.behaviour = "manual"
    cast.alice.takes_the_call(within=120)
    cast.nadia.rings()
    cast.nadia.answers()
    cast.nadia.talks_to(cast.alice)
    cast.bram.phone.behaviour = "manual"
    talk = Talk(cast)
    cast.world.pass_time(15)
    assert talk.does(rooms.hold)
    cast.nadia.hears("Vous êtes en attente")
    assert talk.does(rooms.resume)
    joined_by_bram(talk)
    assert talk.does(rooms.leave)
    cast.nadia.talks_to(cast.bram)
    cast.world.pass_time(60)
    cast.nadia.talks_to(cast.bram)
    assert talk.does(rooms.end, BRAM)
    cast.nadia.hears("La conversation est terminée", within=1)
    cast.nadia.is_idle()
    cast.bram.is_idle()
    (callback,) = cast.world.callbacks()
    assert (callback["state"], callback["outcome"]) == ("closed", "reached")
