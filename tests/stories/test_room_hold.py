"""The caller is held and comes back, whatever the provider makes of it."""

import pytest

from logging_db import rooms
from tests.stories.cast import Cast
from tests.stories.room import Talk


@pytest.fixture
def talk(cast: Cast) -> Talk:
    return Talk(cast).begin()


def test_a_held_caller_hears_words_and_music_and_then_the_responder_again(talk: Talk):
    assert talk.does(rooms.hold)
    talk.nadia.hears("Vous êtes en attente")
    assert talk.nadia.phone.talking_to == talk.alice.phone.talking_to == []
    talk.world.pass_time(60)
    assert talk.nadia.heard.count("Vous êtes en attente") > 1
    assert talk.now().held_there
    assert talk.does(rooms.resume)
    talk.nadia.talks_to(talk.alice)
    assert [kind for kind in talk.history() if kind in ("held", "resumed")] == ["held", "resumed"]
    talk.nadia.hangs_up()
    assert talk.world.the_call()["outcome"] == "answered"


@pytest.mark.parametrize("after_doing", [True, False])
def test_a_hold_of_which_the_answer_is_lost_is_asked_for_again(talk: Talk, after_doing):
    faults = talk.world.exchange.faults
    what = "Conferences/*/Participants/*"
    faults.fail("POST", what, status=None, after_doing=after_doing)
    talk.does(rooms.hold)
    assert not talk.now().held_there
    talk.nadia.hears("Vous êtes en attente", within=15)
    talk.world.pass_time(15)
    assert talk.now().held_there


def test_a_hold_needs_neither_the_bell_nor_the_room_s_events(cast: Cast):
    talk = Talk(cast).begin()
    with talk.world.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE offers SET conference_sid = NULL")
    with talk.world.desk.step() as step:
        offer_id = talk.offer_of("Alice Martin")
        assert rooms.hold(step.connection, talk.ids["Alice Martin"], offer_id, step.at)
    talk.nadia.hears("Vous êtes en attente", within=5)


def test_who_changes_their_mind_at_once_is_understood(talk: Talk):
    for _ in range(2):
        talk.does(rooms.hold)
        talk.does(rooms.resume)
    talk.nadia.talks_to(talk.alice, within=1)
    assert not talk.now().held_there


def test_when_the_responder_hangs_up_a_held_caller_hears_it_at_once(talk: Talk):
    talk.does(rooms.hold)
    talk.nadia.hears("Vous êtes en attente")
    talk.alice.hangs_up()
    talk.nadia.hears("La conversation est terminée", within=1)


def test_nobody_else_holds_the_caller(talk: Talk):
    offer_id = talk.offer_of("Alice Martin")
    assert talk.at_offer(rooms.hold, offer_id, "Bram Peeters").refused == "not_there"
    talk.nadia.hangs_up()
    assert talk.at_offer(rooms.hold, offer_id, "Alice Martin").refused == "not_there"
