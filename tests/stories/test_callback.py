from datetime import timedelta

from sqlalchemy import select

from logging_db.engine import read
from logging_db.tables import callback_requests
from tests.stories.cast import Cast


def number_kept(cast: Cast) -> bool:
    with read(cast.world.engine) as connection:
        kept = connection.execute(select(callback_requests.c.number)).scalars().all()
    return any(number is not None for number in kept)


def ask_for_a_callback(cast: Cast, *keys: str, withheld: bool = False) -> None:
    for responder in cast.responders:
        responder.phone.behaviour = "busy"
    cast.nadia.dials(withheld=withheld)
    cast.nadia.presses("1")
    cast.nadia.hears("Si vous préférez être rappelé, tapez 1")
    for key in ("1", *keys):
        cast.nadia.presses(key)
    cast.nadia.hears("C'est noté")
    cast.nadia.is_idle()
    for responder in cast.responders:
        responder.phone.behaviour = "manual"


def test_a_callback_is_consented_to_offered_placed_and_forgotten(cast: Cast):
    ask_for_a_callback(cast, "1")
    assert cast.world.the_call()["outcome"] == "callback"
    (request,) = cast.world.callbacks()
    assert (request["state"], request["consent_channel"]) == ("due", "key")
    assert request["consent_wording"].startswith("callback_choice.fr")
    assert number_kept(cast)

    cast.alice.rings(within=60)
    cast.alice.answers()
    cast.alice.hears("Une personne demande à être rappelée en français")
    cast.alice.presses("1")
    cast.nadia.rings()
    assert cast.nadia.phone.caller_id_shown == "+3225550100"
    cast.nadia.answers()
    cast.nadia.hears("Vous avez demandé à être rappelé")
    cast.nadia.talks_to(cast.alice)
    cast.world.pass_time(60)
    cast.alice.hangs_up()
    cast.nadia.hears("La conversation est terminée")
    cast.nadia.is_idle()

    (request,) = cast.world.callbacks()
    assert (request["state"], request["outcome"], request["attempts"]) == ("closed", "reached", 1)
    assert not number_kept(cast)


def test_a_withheld_caller_gives_a_number_and_is_rung_there(cast: Cast):
    ask_for_a_callback(cast, "0499000002#", withheld=True)
    assert number_kept(cast)
    cast.alice.takes_the_call()
    cast.joris.rings()
    cast.joris.answers()
    cast.joris.talks_to(cast.alice)


def test_somebody_who_does_not_pick_up_is_tried_again_and_then_forgotten(cast: Cast):
    ask_for_a_callback(cast, "1")
    cast.world.sweep_every = timedelta(seconds=10)  # hours pass
    cast.nadia.phone.behaviour = "no-answer"
    for attempt in range(1, 4):
        cast.alice.rings(within=4000)
        cast.alice.answers()
        cast.alice.hears("tapez 1")
        cast.alice.presses("1")
        cast.alice.hears("La personne ne répond pas", within=90)
        cast.alice.is_idle()
        (request,) = cast.world.callbacks()
        assert request["attempts"] == attempt
    assert (request["state"], request["outcome"]) == ("closed", "unreachable")
    assert not number_kept(cast)


def test_the_responder_may_leave_while_the_person_is_still_rung(cast: Cast):
    ask_for_a_callback(cast, "1")
    cast.alice.takes_the_call()
    cast.nadia.rings()
    cast.alice.hangs_up()
    cast.nadia.is_idle(within=10)
    (request,) = cast.world.callbacks()
    assert (request["state"], request["attempts"]) == ("due", 0)  # nobody was rung in vain


def test_callers_on_the_line_come_before_callbacks(cast: Cast):
    ask_for_a_callback(cast, "1")
    for responder in (cast.bram, cast.chloe):
        responder.phone.behaviour = "busy"
    cast.alice.phone.behaviour = "busy"
    cast.world.pass_time(5)
    cast.joris.dials()
    cast.joris.presses("1")
    cast.world.pass_time(60)
    cast.alice.phone.behaviour = "manual"
    cast.alice.rings(within=60)
    cast.alice.answers()
    cast.alice.hears("Un appel en français")


def test_a_request_that_nobody_could_serve_expires_and_is_forgotten(cast: Cast):
    ask_for_a_callback(cast, "1")
    for responder in cast.responders:
        responder.phone.behaviour = "unreachable"
    cast.world.exchange.clock.move(cast.world.now.replace(day=27))
    cast.world.tick()
    (request,) = cast.world.callbacks()
    assert (request["state"], request["outcome"]) == ("closed", "expired")
    assert not number_kept(cast)


def test_changing_ones_mind_with_star_goes_back_to_the_line(cast: Cast):
    for responder in cast.responders:
        responder.phone.behaviour = "busy"
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.nadia.hears("tapez 1 à tout moment")
    cast.nadia.presses("1")
    cast.nadia.hears("Pour un autre numéro")
    cast.nadia.presses("*")
    cast.nadia.hears("Vous êtes la prochaine personne")
    assert cast.world.callbacks() == []
    cast.alice.phone.behaviour = "manual"
    cast.alice.rings(within=60)
