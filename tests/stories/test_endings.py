from datetime import UTC, datetime, timedelta

from simulator.disorder import Disorder
from tests.stories.cast import FEDERATION, Cast
from tests.stories.world import LINE, World


def test_a_caller_who_hangs_up_in_the_menu_has_abandoned(cast: Cast):
    cast.nadia.dials()
    cast.world.pass_time(3)
    cast.nadia.hangs_up()
    call = cast.world.the_call()
    assert (call["outcome"], call["answered_at"], call["offers"]) == ("abandoned", None, 0)


def test_a_caller_who_hangs_up_while_waiting_has_abandoned_and_no_telephone_rings_on(cast: Cast):
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.alice.rings()
    cast.nadia.hangs_up()
    for responder in cast.responders:
        responder.is_idle(within=2)
    call = cast.world.the_call()
    assert (call["outcome"], call["offers"]) == ("abandoned", 3)
    assert call["wait_seconds"] is not None


def test_a_responder_who_takes_a_call_that_has_just_ended_hears_so(cast: Cast):
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.alice.rings()
    cast.alice.answers()
    cast.alice.hears("tapez 1")
    cast.nadia.phone.hang_up()
    cast.alice.phone.press("1")
    cast.world.settle()
    cast.alice.is_idle(within=20)
    assert "déjà pris" in cast.alice.heard or "raccroché" in cast.alice.heard
    assert cast.world.the_call()["outcome"] == "abandoned"


def test_on_a_closed_line_each_language_says_when_it_opens(cast: Cast):
    cast.world.begin(datetime(2026, 11, 27, 20, 0, tzinfo=UTC))  # a Friday evening
    cast.world.load(FEDERATION)
    cast.nadia = cast.world.person("+32499000001")
    cast.nadia.dials()
    cast.nadia.hears("La permanence est fermée pour le moment")
    cast.nadia.hears("Elle rouvre lundi à 9 heures")
    cast.nadia.hears("Ze is weer open maandag om 9 uur")
    cast.nadia.is_idle(within=60)
    assert cast.world.the_call()["outcome"] == "closed"


def test_a_closed_line_may_offer_a_callback(bare_world: World):
    bare_world.begin(datetime(2026, 11, 27, 20, 0, tzinfo=UTC))
    bare_world.load(FEDERATION.replace("ring_seconds", "callback_when_closed = true\nring_seconds"))
    nadia = bare_world.person("+32499000001")
    nadia.dials()
    nadia.presses("1")
    nadia.hears("Elle rouvre lundi")
    nadia.presses("1")
    nadia.hears("Pour être rappelé au numéro")
    nadia.presses("1")
    nadia.hears("C'est noté")
    nadia.is_idle()
    assert bare_world.the_call()["outcome"] == "callback"


def test_with_an_empty_roster_the_caller_hears_words_and_may_ask_for_a_callback(
    bare_world: World,
):
    bare_world.load(FEDERATION.split("[[shifts]]", maxsplit=1)[0])
    nadia = bare_world.person("+32499000001")
    nadia.dials()
    nadia.presses("1")
    nadia.hears("Personne ne peut vous répondre pour le moment")
    nadia.hears("Pour que nous vous rappelions, tapez 1")
    nadia.is_idle(within=60)
    assert bare_world.the_call()["outcome"] == "nobody"
    assert bare_world.callbacks() == []


def test_a_caller_for_whom_nobody_came_within_the_limit_is_offered_a_callback(cast: Cast):
    cast.world.sweep_every = timedelta(seconds=5)  # a long wait
    for responder in cast.responders:
        responder.phone.behaviour = "busy"
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.nadia.hears("personne n'a encore pu vous répondre", within=400)
    cast.nadia.listens_anew()
    cast.nadia.presses("*")
    cast.nadia.hears("Vous êtes la prochaine personne")
    cast.nadia.hears("personne n'a encore pu vous répondre", within=400)
    cast.nadia.is_idle(within=60)
    assert cast.world.the_call()["outcome"] == "nobody"


def test_when_the_last_responder_goes_home_a_waiting_caller_is_told(cast: Cast):
    cast.world.begin(datetime(2026, 11, 23, 15, 58, tzinfo=UTC))  # two minutes before closing
    cast.world.load(FEDERATION)
    everybody = Cast(cast.world)
    for responder in everybody.responders:
        responder.phone.behaviour = "no-answer"
    everybody.nadia.dials()
    everybody.nadia.presses("1")
    everybody.nadia.hears("Vous êtes la prochaine personne")
    everybody.nadia.hears("Personne ne peut vous répondre pour le moment", within=240)
    everybody.nadia.is_idle(within=60)
    assert cast.world.the_call()["outcome"] == "nobody"


def test_when_our_answers_cannot_be_used_the_caller_reaches_the_fallback_number(cast: Cast):
    cast.fallback.phone.behaviour = "answer"
    number = cast.world.exchange.numbers.by_number(LINE)
    working = number.voice_url
    number.voice_url = working.replace("/voice/incoming", "/nowhere")
    try:
        cast.nadia.dials()
        cast.nadia.hears("problème technique")
        cast.nadia.talks_to(cast.fallback, within=60)
        cast.nadia.hangs_up()
    finally:
        number.voice_url = working
    assert cast.world.the_call()["outcome"] == "failed"


def test_a_provider_that_refuses_to_ring_anybody_leaves_the_caller_with_a_callback(cast: Cast):
    cast.world.sweep_every = timedelta(seconds=5)  # a long wait
    cast.world.exchange.faults.fail("POST", "Calls", status=500, times=500, code=20500)
    try:
        cast.nadia.dials()
        cast.nadia.presses("1")
        cast.nadia.hears("personne n'a encore pu vous répondre", within=400)
        cast.nadia.presses("1")
        cast.nadia.presses("1")
        cast.nadia.hears("C'est noté")
    finally:
        cast.world.exchange.faults.clear()
    cast.nadia.is_idle()
    assert cast.world.the_call()["outcome"] == "callback"


def test_when_the_provider_fails_for_one_the_next_is_rung(cast: Cast):
    cast.world.exchange.faults.fail("POST", "Calls", status=429, times=1, code=20429)
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.chloe.takes_the_call()
    cast.nadia.talks_to(cast.chloe)


def test_after_an_unclear_answer_nobody_is_rung_twice(cast: Cast):
    cast.world.exchange.faults.fail("POST", "Calls", status=500, after_doing=True, code=20500)
    cast.nadia.dials()
    cast.nadia.presses("1")
    for responder in cast.responders:
        responder.rings()
    cast.world.pass_time(10)
    placed = [call for call in cast.world.exchange.calls.values() if call.direction != "inbound"]
    assert len(placed) == 3
    cast.alice.takes_the_call()
    cast.nadia.talks_to(cast.alice)


def test_disordered_doubled_and_late_webhooks_close_each_record_once(cast: Cast):
    cast.world.exchange.disorder = Disorder(7, duplicate=0.5, shuffle_seconds=8.0)
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.alice.takes_the_call()
    cast.nadia.talks_to(cast.alice)
    cast.world.pass_time(30)
    cast.nadia.hangs_up()
    cast.world.pass_time(30)
    call = cast.world.the_call()
    assert call["outcome"] == "answered"
    assert call["responder"] == "Alice Martin"


def test_lost_news_of_the_end_is_found_out_in_the_end(cast: Cast):
    cast.world.exchange.disorder = Disorder(7, lose=1.0)
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.alice.takes_the_call()
    cast.nadia.talks_to(cast.alice)
    cast.nadia.hangs_up()
    cast.world.sweep_every = timedelta(seconds=5)  # a long wait
    cast.world.pass_time(900)
    assert cast.world.the_call()["outcome"] == "answered"
    cast.joris.dials()
    cast.joris.presses("1")
    cast.alice.rings(within=60)
