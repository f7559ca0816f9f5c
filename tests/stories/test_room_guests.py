"""A third party is brought in: talked to first, joined, left together, let go."""

import pytest

from callbacks import numbers
from logging_db import rooms
from simulator.disorder import Disorder
from tests.stories.cast import Cast
from tests.stories.room import INTERPRETER, Talk

HELLO = "ici Allo ? Aide sociale"


@pytest.fixture
def talk(cast: Cast) -> Talk:
    return Talk(cast).begin()


def brought_in(talk: Talk) -> rooms.Done:
    """The interpreter is in the room, and so is everybody else."""
    done = talk.invites(INTERPRETER, hold_caller=False)
    talk.interpreter.rings()
    talk.interpreter.answers()
    talk.hear_each_other(talk.nadia, talk.alice, talk.interpreter)
    talk.world.pass_time(3)
    return done


def test_the_responder_talks_to_the_interpreter_first_and_then_all_three_talk(talk: Talk):
    assert talk.invites(INTERPRETER)
    talk.nadia.hears("Vous êtes en attente")
    talk.interpreter.rings()
    assert talk.interpreter.phone.caller_id_shown == "+3225550100"
    assert talk.now().guests[0].state == "ringing"
    talk.interpreter.answers()
    talk.interpreter.hears(HELLO)
    talk.hear_each_other(talk.alice, talk.interpreter)
    assert talk.nadia.phone.talking_to == []
    assert talk.does(rooms.resume)
    talk.hear_each_other(talk.nadia, talk.alice, talk.interpreter)
    guest = talk.now().guests[0]
    assert (guest.kind, guest.name, guest.state) == ("number", None, "talking")


def test_who_leaves_leaves_the_others_together_and_is_free(talk: Talk):
    brought_in(talk)
    assert talk.does(rooms.leave)
    talk.alice.hears("elle continue sans vous")
    talk.alice.is_idle()
    talk.hear_each_other(talk.nadia, talk.interpreter)
    talk.world.pass_time(300)  # no sweep tears them apart
    talk.hear_each_other(talk.nadia, talk.interpreter)
    assert talk.now() is None
    assert talk.world.the_call()["outcome"] == "in_progress"
    talk.interpreter.hangs_up()
    talk.nadia.hears("La conversation est terminée", within=1)
    talk.nadia.is_idle(within=30)
    call = talk.world.the_call()
    assert (call["outcome"], call["responder"]) == ("answered", "Alice Martin")


def test_the_responder_who_is_free_again_is_rung_for_the_next_caller(talk: Talk):
    for other in (talk.bram, talk.cast.chloe):
        other.phone.behaviour = "busy"
    brought_in(talk)
    talk.does(rooms.leave)
    talk.alice.is_idle()
    talk.cast.joris.dials()
    talk.cast.joris.presses("1")
    talk.alice.rings(within=60)
    talk.hear_each_other(talk.nadia, talk.interpreter)


def test_hanging_up_by_mistake_leaves_the_others_together_too(talk: Talk):
    brought_in(talk)
    talk.alice.hangs_up()
    talk.hear_each_other(talk.nadia, talk.interpreter)
    talk.nadia.hangs_up()
    talk.interpreter.hears("La conversation est terminée")
    talk.interpreter.is_idle()


def test_a_held_caller_whose_responder_hangs_up_is_brought_to_the_guest(talk: Talk):
    brought_in(talk)
    talk.does(rooms.hold)
    talk.nadia.hears("Vous êtes en attente")
    talk.alice.hangs_up()
    talk.hear_each_other(talk.nadia, talk.interpreter, within=2)


def test_when_the_guest_leaves_the_room_ends_with_the_responder_again(talk: Talk):
    brought_in(talk)
    talk.interpreter.hangs_up()
    talk.nadia.talks_to(talk.alice)
    guest = talk.now().guests[0]
    assert (guest.state, guest.why) == ("over", "left")
    assert talk.does(rooms.leave).refused == "alone"
    talk.world.pass_time(3)
    talk.alice.hangs_up()
    talk.nadia.hears("La conversation est terminée", within=1)


def test_a_guest_is_let_go_while_they_ring_and_while_they_talk(talk: Talk):
    ringing = talk.invites(INTERPRETER)
    talk.interpreter.rings()
    assert talk.asks(lambda c, at: rooms.release(c, talk.ids["Alice Martin"], ringing.leg_id, at))
    talk.interpreter.is_idle(within=1)
    talk.does(rooms.resume)
    done = brought_in(talk)
    assert talk.asks(lambda c, at: rooms.release(c, talk.ids["Alice Martin"], done.leg_id, at))
    talk.interpreter.hears("La conversation est terminée")
    talk.nadia.talks_to(talk.alice)
    talk.world.pass_time(3)
    talk.alice.hangs_up()
    talk.nadia.hears("La conversation est terminée", within=1)


@pytest.mark.parametrize("behaviour", ["busy", "no-answer", "unreachable"])
def test_a_guest_who_does_not_come_is_told_on_the_screen(talk: Talk, behaviour):
    talk.interpreter.phone.behaviour = behaviour
    talk.invites(INTERPRETER)
    why = {"unreachable": "failed"}.get(behaviour, behaviour)
    talk.world.until(lambda: talk.now().guests[0].state == "over", 60, "the guest is not over")
    assert talk.now().guests[0].why == why
    assert talk.does(rooms.resume)
    talk.nadia.talks_to(talk.alice)


def test_a_contact_hears_who_is_calling_in_their_own_language(talk: Talk):
    assert talk.invites_contact(INTERPRETER, ("nl",))
    talk.interpreter.rings()
    talk.interpreter.answers()
    talk.interpreter.hears("hier Allo ? Aide sociale")
    assert talk.now().guests[0].name == "Tolk"


def test_one_rings_at_a_time_and_three_are_enough(talk: Talk):
    talk.invites(INTERPRETER)
    assert talk.invites("+3225550302").refused == "one_rings"
    talk.interpreter.rings()
    talk.interpreter.answers()
    talk.world.pass_time(15)
    for number in ("+3225550302", "+3225550303"):
        person = talk.world.person(number)
        assert talk.invites(number)
        person.rings()
        person.answers()
        talk.world.pass_time(15)
    assert talk.invites("+3225550304").refused == "full"


@pytest.mark.parametrize(
    ("number", "why"),
    [("112", "short"), ("+3290012345", "premium"), ("+33612345678", "foreign"),
     ("+3280035243", "own_line"), ("+3225550100", "own_line")],
)  # fmt: skip
def test_numbers_that_must_not_be_dialled_ring_nobody(talk: Talk, number, why):
    before = len(talk.world.exchange.calls)
    assert talk.invites(number).refused == why
    talk.world.pass_time(3)
    assert len(talk.world.exchange.calls) == before
    assert numbers.refusal("112") == "emergency"


def test_when_the_caller_hangs_up_nobody_is_rung_any_more(talk: Talk):
    talk.invites(INTERPRETER)
    talk.interpreter.rings()
    talk.nadia.hangs_up()
    talk.interpreter.is_idle(within=2)
    talk.alice.is_idle()


def test_when_the_responder_goes_a_guest_who_picks_up_hears_why_nobody_is_there(talk: Talk):
    talk.invites(INTERPRETER)
    talk.interpreter.rings()
    talk.alice.phone.hang_up()
    talk.interpreter.phone.answer()
    talk.world.settle()
    talk.interpreter.is_idle(within=30)
    talk.nadia.hears("La conversation est terminée")


def test_with_doubled_late_and_shuffled_news_the_guest_still_joins_and_stays(talk: Talk):
    talk.world.exchange.disorder = Disorder(11, duplicate=0.5, shuffle_seconds=4.0)
    done = talk.invites(INTERPRETER, hold_caller=False)
    talk.interpreter.rings()
    talk.interpreter.answers()
    talk.hear_each_other(talk.nadia, talk.alice, talk.interpreter)
    talk.world.pass_time(15)
    assert done
    assert talk.does(rooms.leave)
    talk.alice.is_idle()
    talk.hear_each_other(talk.nadia, talk.interpreter)
    talk.nadia.hangs_up()
    talk.world.pass_time(10)
    assert talk.world.the_call()["outcome"] == "answered"


def test_an_invitation_of_which_the_answer_is_lost_rings_once(talk: Talk):
    talk.world.exchange.faults.fail("POST", "Calls", status=500, after_doing=True)
    talk.invites(INTERPRETER)
    talk.interpreter.rings()
    talk.world.pass_time(10)
    rung = [c for c in talk.world.exchange.calls.values() if c.to == INTERPRETER]
    assert len(rung) == 1
    talk.interpreter.answers()
    talk.hear_each_other(talk.alice, talk.interpreter)


def test_leaving_waits_until_the_provider_knows_that_the_room_goes_on(talk: Talk):
    faults = talk.world.exchange.faults
    faults.fail("POST", "Conferences/*/Participants/*", status=500, times=2)
    talk.invites(INTERPRETER, hold_caller=False)
    talk.interpreter.rings()
    talk.interpreter.answers()
    talk.hear_each_other(talk.nadia, talk.alice, talk.interpreter)
    talk.does(rooms.leave)
    talk.hear_each_other(talk.nadia, talk.alice, talk.interpreter)
    assert talk.now().leaving
    talk.alice.is_idle(within=60)
    talk.hear_each_other(talk.nadia, talk.interpreter)


def test_a_guest_whose_end_was_lost_is_found_out(talk: Talk):
    brought_in(talk)
    talk.does(rooms.leave)
    talk.alice.is_idle()
    talk.world.exchange.disorder = Disorder(7, lose=1.0)
    talk.interpreter.hangs_up()
    talk.nadia.hears("La conversation est terminée", within=1)
    talk.nadia.hangs_up()
    talk.world.exchange.disorder = None
    talk.world.pass_time(300)
    with talk.world.engine.connect() as connection:
        query = "SELECT count(*) FROM legs WHERE ended_at IS NULL"
        assert connection.exec_driver_sql(query).scalar() == 0
