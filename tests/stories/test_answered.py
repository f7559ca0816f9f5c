import pytest

from tests.stories.cast import Cast
from tests.stories.world import OFTEN

pytestmark = pytest.mark.both_databases


def test_a_caller_reaches_a_responder_and_the_record_closes_by_itself(cast: Cast):
    nadia, alice = cast.nadia, cast.alice
    nadia.dials()
    nadia.hears("Pour continuer en français, tapez 1")
    nadia.hears("Om verder te gaan in het Nederlands, druk 2")
    nadia.presses("1")
    nadia.hears("gratuit et anonyme")

    alice.rings()
    assert alice.phone.caller_id_shown == "+3225550100"
    alice.answers()
    alice.hears("Un appel en français")
    alice.presses("1")
    nadia.talks_to(alice)

    cast.world.pass_time(90)
    nadia.hangs_up()
    alice.hears("La conversation est terminée")
    alice.is_idle()
    call = cast.world.the_call()
    assert call["outcome"] == "answered"
    assert call["responder"] == "Alice Martin"
    assert call["service"] == "cssbse"
    assert call["language"] == "fr"
    assert 85 < call["talk_seconds"] < 100


def test_a_dutch_caller_is_brought_to_somebody_who_speaks_dutch(cast: Cast):
    cast.joris.dials()
    cast.joris.presses("2")
    cast.joris.hears("U bent de volgende")
    cast.bram.rings()
    assert cast.alice.phone.state == cast.chloe.phone.state == "idle"
    cast.bram.answers()
    cast.bram.hears("Een oproep in het Nederlands")
    cast.bram.presses("1")
    cast.joris.talks_to(cast.bram)
    since = cast.joris.heard.split("Welkom")[1]
    assert "Vous" not in since  # no word of French
    assert "rappel" not in since


def test_a_withheld_caller_is_a_caller_like_others(cast: Cast):
    cast.nadia.dials(withheld=True)
    cast.nadia.presses("1")
    cast.alice.takes_the_call()
    cast.nadia.talks_to(cast.alice)
    assert cast.alice.phone.caller_id_shown == "+3225550100"


def test_the_first_to_press_one_has_the_call_and_the_others_are_thanked(cast: Cast):
    cast.nadia.dials()
    cast.nadia.presses("1")
    for responder in cast.responders:
        responder.rings()
        responder.answers()
    cast.bram.hears("druk 1")
    cast.bram.presses("1")
    cast.nadia.talks_to(cast.bram)
    cast.alice.is_idle()
    cast.chloe.is_idle()
    assert cast.world.the_call()["offers"] == 3


def test_telephones_that_still_ring_fall_silent_when_somebody_takes_the_call(cast: Cast):
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.chloe.rings()
    cast.alice.takes_the_call()
    cast.nadia.talks_to(cast.alice)
    cast.chloe.is_idle(within=2)
    cast.bram.is_idle(within=2)


def test_when_some_decline_and_others_do_not_answer_the_caller_goes_on_waiting(cast: Cast):
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.alice.rings()
    cast.chloe.rings()
    cast.bram.rings()
    cast.bram.phone.behaviour = "no-answer"
    cast.alice.declines()
    cast.chloe.answers()
    cast.chloe.hears("tapez 2")
    cast.chloe.presses("2")
    cast.chloe.hears("Bien noté")
    cast.bram.is_idle(within=40)
    cast.alice.rings(within=60)  # a second round, after a rest
    cast.alice.answers()
    cast.alice.hears("tapez 1")
    cast.alice.presses("1")
    cast.nadia.talks_to(cast.alice)
    assert cast.world.the_call()["offers"] >= 4


def test_a_voicemail_that_picks_up_takes_no_call(cast: Cast):
    cast.alice.phone.behaviour = "voicemail"
    cast.chloe.phone.behaviour = "voicemail"
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.world.pass_time(25)
    assert cast.nadia.phone.talking_to == []
    cast.bram.phone.behaviour = "manual"
    cast.bram.takes_the_call()
    cast.nadia.talks_to(cast.bram)


def test_busy_and_unreachable_telephones_lead_on_to_the_next(cast: Cast):
    cast.alice.phone.behaviour = "busy"
    cast.bram.phone.behaviour = "unreachable"
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.chloe.takes_the_call()
    cast.nadia.talks_to(cast.chloe)


def test_after_a_call_there_is_a_pause_before_the_next(cast: Cast):
    cast.world.sweep_every = OFTEN
    cast.joris.dials()
    cast.joris.presses("2")
    cast.bram.takes_the_call()
    cast.joris.talks_to(cast.bram)
    cast.joris.hangs_up()
    cast.bram.is_idle()
    over = cast.world.now
    cast.joris.dials()
    cast.joris.presses("2")
    cast.bram.rings(within=60)
    assert 28 <= (cast.world.now - over).total_seconds() <= 33


def test_callers_are_answered_in_the_order_in_which_they_came(cast: Cast):
    cast.alice.phone.behaviour = cast.chloe.phone.behaviour = "busy"
    cast.bram.phone.behaviour = "busy"
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.world.pass_time(5)
    cast.joris.dials()
    cast.joris.presses("1")
    cast.joris.hears("Il y a une personne avant vous")
    cast.alice.phone.behaviour = "manual"
    cast.alice.rings(within=60)
    cast.alice.answers()
    cast.alice.hears("tapez 1")
    cast.alice.presses("1")
    cast.nadia.talks_to(cast.alice)
    cast.joris.hears("Vous êtes la prochaine personne")


def test_somebody_who_presses_one_and_hangs_up_leaves_the_caller_in_the_line(cast: Cast):
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.chloe.phone.behaviour = cast.bram.phone.behaviour = "busy"
    cast.alice.rings()
    cast.alice.answers()
    cast.alice.hears("tapez 1")
    cast.alice.phone.press("1")
    cast.alice.phone.hang_up()
    cast.world.settle()
    cast.chloe.phone.behaviour = "manual"
    cast.chloe.rings(within=60)
    cast.chloe.answers()
    cast.chloe.hears("tapez 1")
    cast.chloe.presses("1")
    cast.nadia.talks_to(cast.chloe)
    call = cast.world.the_call()
    assert call["responder"] == "Chloé Diallo"


def test_when_the_responder_hangs_up_the_caller_hears_goodbye(cast: Cast):
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.alice.takes_the_call()
    cast.nadia.talks_to(cast.alice)
    cast.world.pass_time(60)
    cast.alice.hangs_up()
    cast.nadia.hears("La conversation est terminée")
    cast.nadia.is_idle()
    assert cast.world.the_call()["outcome"] == "answered"
