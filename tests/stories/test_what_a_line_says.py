"""What a line says: its own words and recordings, its greeting, its numbers, and the wait."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.line_words_kit import give_recording, give_words, write_answers
from tests.stories.cast import FEDERATION, Cast
from tests.stories.world import LINE, World

DUTCH_LINE = "+3280035244"


def played(cast: Cast) -> list[str]:
    heard = list(cast.nadia.phone.heard)[cast.nadia.heard_from :]
    return [entry.audio for entry in heard if entry.verb == "Play"]


IMPATIENT = FEDERATION.replace("max_wait_seconds = 300", "max_wait_seconds = 45")


def with_line(*keys: str) -> str:
    return FEDERATION.replace("ring_seconds", "\n".join((*keys, "ring_seconds")))


def nobody_picks_up(cast: Cast, federation: str = IMPATIENT) -> None:
    cast.world.load(federation)
    cast.world.sweep_every = timedelta(seconds=5)  # a long wait
    for responder in cast.responders:
        responder.phone.behaviour = "busy"


def test_callers_hear_the_words_and_recordings_of_the_line(cast: Cast):
    give_words(cast.world.engine, LINE, "menu", "fr", "Bonjour, ici {line}. Le {key}, svp.")
    give_words(cast.world.engine, LINE, "menu", "nl", "Een {slip van de pen.")
    recording_id = give_recording(cast.world.engine, LINE, "welcome", "fr")
    cast.nadia.dials()
    cast.nadia.hears("Bonjour, ici Allo ? Aide sociale. Le 1, svp.")
    cast.nadia.hears("Om verder te gaan in het Nederlands, druk 2")
    cast.nadia.presses("1")
    cast.nadia.hears("Vous êtes la prochaine personne")
    assert played(cast)[0].endswith(f"/media/recordings/{recording_id}.wav")
    cast.alice.takes_the_call()
    cast.nadia.talks_to(cast.alice)


def test_a_line_may_greet_in_each_language_before_it_asks_for_one(bare_world: World):
    bare_world.load(with_line("greet_first = true"))
    cast = Cast(bare_world)
    cast.nadia.dials()
    cast.nadia.hears("tapez 1")
    greeted, _, asked = cast.nadia.heard.partition("Pour continuer en français")
    assert "Vous êtes en communication avec Allo ? Aide sociale" in greeted
    assert "U bent verbonden met Allo ? Aide sociale" in greeted
    assert asked
    cast.nadia.presses("1")
    cast.nadia.hears("Vous êtes la prochaine personne")


def test_whoever_rings_the_number_of_a_language_is_not_asked_for_one(bare_world: World):
    bare_world.load(with_line(f'numbers = {{ nl = "{DUTCH_LINE}" }}', "greet_first = true"))
    main = bare_world.exchange.numbers.by_number(LINE)
    bare_world.exchange.set_number(
        DUTCH_LINE, voice_url=main.voice_url, status_callback=main.status_callback
    )
    cast = Cast(bare_world)
    cast.joris.dials(DUTCH_LINE)
    cast.joris.hears("U bent de volgende")
    assert "U bent verbonden met" in cast.joris.heard
    assert "druk 2" not in cast.joris.heard
    cast.bram.takes_the_call()
    cast.joris.talks_to(cast.bram)
    cast.joris.hangs_up()
    call = bare_world.the_call()
    assert (call["line"], call["language"], call["outcome"]) == (LINE, "nl", "answered")


def test_a_caller_who_finds_everybody_talking_is_told_how_long_it_mostly_takes(cast: Cast):
    with cast.world.engine.begin() as connection:
        connection.execute(text("UPDATE lines SET max_wait_seconds = 1200"))
        connection.execute(text("UPDATE counters SET value = value + 1 WHERE name = 'roster'"))
    write_answers(cast.world.engine, cast.world.now, every=60)
    for n, responder in enumerate(cast.responders):
        other = cast.world.person(f"+3249900002{n}")
        other.dials()
        other.presses("1")
        responder.takes_the_call()
        other.talks_to(responder)
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.nadia.hears("Si vous préférez être rappelé")
    heard = cast.nadia.heard
    assert heard.index("Vous êtes la prochaine") < heard.index("le plus souvent")
    assert heard.index("le plus souvent") < heard.index("Si vous préférez être rappelé")


@pytest.mark.parametrize("withheld", [False, True])
def test_who_waited_too_long_may_be_connected_with_the_fallback_number(
    cast: Cast,
    withheld: bool,  # noqa: FBT001 # a parameter of the test
):
    nobody_picks_up(cast)
    cast.nadia.dials(withheld=withheld)
    cast.nadia.presses("1")
    cast.nadia.hears("personne n'a encore pu vous répondre", within=120)
    cast.nadia.hears("En cas d'urgence, formez le 112")
    cast.nadia.hears("Pour être mis en communication avec un autre numéro, tapez 2")
    cast.nadia.presses("2")
    cast.fallback.rings()
    assert cast.fallback.phone.caller_id_shown == "+3225550100"
    cast.fallback.answers()
    cast.nadia.talks_to(cast.fallback)
    cast.world.pass_time(90)
    cast.nadia.hangs_up()
    cast.world.pass_time(5)
    call = cast.world.the_call()
    assert (call["outcome"], call["responder"], call["service"]) == ("answered", None, None)
    assert call["talk_seconds"] >= 90


def test_when_the_fallback_number_does_not_answer_the_caller_is_back_in_the_line(cast: Cast):
    nobody_picks_up(cast)
    cast.fallback.phone.behaviour = "busy"
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.nadia.hears("un autre numéro, tapez 2", within=120)
    cast.nadia.presses("2")
    cast.nadia.hears("Personne ne répond à cet autre numéro")
    cast.nadia.hears("Vous êtes la prochaine personne")
    cast.alice.phone.behaviour = "manual"
    cast.alice.takes_the_call()
    cast.nadia.talks_to(cast.alice)


def test_a_line_without_a_fallback_number_offers_a_callback_and_to_wait_on(bare_world: World):
    cast = Cast(bare_world)
    nobody_picks_up(cast, IMPATIENT.replace('fallback_number = "+3225550199"\n', ""))
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.nadia.hears("Pour continuer d'attendre, tapez étoile", within=120)
    assert "tapez 2" not in cast.nadia.heard.partition("n'a encore pu")[2]
    cast.nadia.presses("2")
    cast.nadia.hears("Vous êtes la prochaine personne")
