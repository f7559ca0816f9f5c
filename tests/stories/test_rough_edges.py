"""What only the whole machinery shows: somebody leaves, or breaks, at the worst moment."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select, text

from logging_db.engine import read
from logging_db.tables import call_events
from telephony import words
from tests.stories.cast import Cast
from tests.stories.test_callback import ask_for_a_callback, number_kept

GREETED = "Vous avez demandé à être rappelé"


def test_a_responder_who_leaves_during_the_greeting_costs_the_caller_nothing(cast: Cast):
    ask_for_a_callback(cast, "1")
    cast.alice.takes_the_call()
    cast.nadia.rings()
    cast.world.pass_time(15)  # she waits in the room by now
    cast.nadia.answers()
    cast.nadia.hears(GREETED)
    cast.alice.hangs_up()
    cast.nadia.hears("Nous n'avons pas pu vous mettre en communication", within=20)
    cast.nadia.is_idle()
    (request,) = cast.world.callbacks()
    assert (request["state"], request["outcome"], request["attempts"]) == ("due", None, 0)
    assert number_kept(cast)
    cast.chloe.takes_the_call(within=180)
    cast.nadia.rings()
    cast.nadia.answers()
    cast.nadia.talks_to(cast.chloe)


def test_somebody_rung_back_into_an_empty_room_is_rung_again(cast: Cast):
    ask_for_a_callback(cast, "1")
    cast.alice.takes_the_call()
    cast.nadia.rings()
    cast.world.pass_time(15)
    cast.nadia.answers()
    cast.nadia.hears(GREETED)
    greeting = words.sentence("callee_hello", "fr")
    cast.world.pass_time(len(greeting) / cast.world.exchange.speech_rate - 0.5)
    cast.alice.hangs_up()
    cast.nadia.hears("Nous n'avons pas pu vous mettre en communication", within=20)
    cast.nadia.is_idle()
    assert "joined_caller" in room_events(cast)  # she was in the room, and alone
    (request,) = cast.world.callbacks()
    assert (request["state"], request["outcome"], request["attempts"]) == ("due", None, 0)


def room_events(cast: Cast) -> list[str]:
    with read(cast.world.engine) as connection:
        return list(connection.execute(select(call_events.c.kind)).scalars())


def test_a_caller_brought_into_an_empty_room_keeps_the_place_in_the_line(cast: Cast):
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.alice.rings()
    cast.alice.answers()
    cast.alice.hears("tapez 1")
    cast.alice.phone.press("1")
    cast.alice.phone.hang_up()  # before either of them came into the room
    cast.world.settle()
    cast.world.pass_time(1)
    cast.chloe.takes_the_call(within=90)
    cast.nadia.talks_to(cast.chloe)
    assert cast.world.the_call()["responder"] == "Chloé Diallo"


def test_star_after_the_number_was_read_back_keeps_the_caller_in_the_line(cast: Cast):
    for responder in cast.responders:
        responder.phone.behaviour = "busy"
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.nadia.hears("tapez 1 à tout moment")
    for key in ("1", "2", "022345678#"):
        cast.nadia.presses(key)
    cast.nadia.hears("Si c'est juste")
    cast.nadia.listens_anew()
    cast.nadia.presses("*")
    cast.nadia.hears("Vous êtes la prochaine personne", within=10)
    (request,) = cast.world.callbacks()
    assert (request["state"], request["outcome"]) == ("closed", "withdrawn")
    assert not number_kept(cast)
    cast.alice.phone.behaviour = "manual"
    cast.alice.takes_the_call()
    cast.nadia.talks_to(cast.alice)


def test_a_provider_that_moves_nobody_does_not_keep_the_two_apart(cast: Cast):
    cast.world.exchange.faults.fail("POST", "Calls/*", status=500, times=500, code=20500)
    try:
        cast.nadia.dials()
        cast.nadia.presses("1")
        cast.alice.takes_the_call()
        cast.nadia.talks_to(cast.alice, within=90)
    finally:
        cast.world.exchange.faults.clear()


def test_without_the_book_somebody_who_waits_reaches_the_fallback_number(cast: Cast):
    for responder in cast.responders:
        responder.phone.behaviour = "busy"
    cast.fallback.phone.behaviour = "answer"
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.nadia.hears("tapez 1 à tout moment")
    with no_book(cast):
        while cast.nadia.phone.talking_to != [cast.fallback.phone.number]:
            event = cast.world.exchange.next_event_at()  # the sweep cannot go round now
            assert event is not None, cast.nadia.heard
            cast.world.exchange.advance_to(event)
            cast.world.exchange.settle(20)
            assert cast.nadia.phone.state != "idle", cast.nadia.heard
    assert cast.nadia.heard.count("Vous restez en ligne") == 3
    assert "problème technique" in cast.nadia.heard


@contextmanager
def no_book(cast: Cast) -> Iterator[None]:
    with cast.world.engine.begin() as connection:
        connection.execute(text("ALTER TABLE calls RENAME TO calls_elsewhere"))
    try:
        yield
    finally:
        with cast.world.engine.begin() as connection:
            connection.execute(text("ALTER TABLE calls_elsewhere RENAME TO calls"))
