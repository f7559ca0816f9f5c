"""The database is away: the people on duty are rung all the same, and the book learns of it."""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from logging_db import engine as stores
from logging_db import migrate, pauses
from logging_db.engine import write
from permanence import places
from tests.own_postgres import own_server
from tests.stories.cast import FEDERATION, Cast
from tests.stories.world import World, world

Breaking = Callable[[], AbstractContextManager[Any]]


@pytest.fixture(scope="module")
def postgresql_to_break(fast_folder: Path) -> Iterator[tuple[World, Breaking]]:
    with own_server() as server:
        migrate.upgrade(server.url)
        with world(Path(tempfile.mkdtemp(dir=fast_folder)), server.url) as made:
            yield made, server.stopped


@pytest.fixture(scope="module")
def sqlite_to_break(fast_folder: Path) -> Iterator[tuple[World, Breaking]]:
    folder = Path(tempfile.mkdtemp(dir=fast_folder))
    file = folder / "permanence.db"
    migrate.upgrade(f"sqlite:///{file}")
    with world(folder, f"sqlite:///{file}") as made:

        @contextmanager
        def unusable() -> Iterator[None]:
            hidden = folder / "elsewhere"
            hidden.mkdir()
            made.engine.dispose()
            for one in folder.glob("permanence.db*"):
                one.rename(hidden / one.name)
            file.mkdir()  # what is not a file cannot be opened as one
            try:
                yield
            finally:
                made.engine.dispose()
                file.rmdir()
                for one in hidden.iterdir():
                    one.rename(folder / one.name)
                shutil.rmtree(hidden)

        yield made, unusable


@pytest.fixture
def breakable(backend: str, request: pytest.FixtureRequest) -> tuple[Cast, Breaking]:
    """The usual people, and how their database goes away."""
    made, breaking = request.getfixturevalue(f"{backend}_to_break")
    made.begin()
    made.load(FEDERATION)

    @contextmanager
    def away() -> Iterator[None]:
        with breaking():
            made.without_database = True
            yield
        stores._breakers.pop(made.engine, None)  # its rest is over
        made.without_database = False
        made.pass_time(5)

    made.tick()  # the sweep has seen the roster
    return Cast(made), away


def test_without_the_database_the_people_on_duty_are_rung_and_the_book_learns_of_it(breakable):
    cast, away = breakable
    with away():
        cast.nadia.dials()
        cast.nadia.hears("Pour continuer en français, tapez 1")
        cast.nadia.presses("1")
        cast.nadia.hears("Nous appelons les personnes de garde")
        cast.alice.rings()
        assert cast.alice.phone.caller_id_shown == "+3225550100"
        assert cast.bram.phone.state == cast.chloe.phone.state == "idle"  # one after the other
        cast.alice.declines()
        cast.nadia.hears("Nous continuons à chercher quelqu'un")
        cast.bram.rings()
        cast.bram.answers()
        cast.bram.hears("Een oproep in het Frans. Om hem te nemen, druk 1")
        assert cast.nadia.phone.talking_to == []
        cast.bram.presses("1")
        cast.nadia.talks_to(cast.bram)
        cast.world.pass_time(60)
        cast.bram.hangs_up()
        cast.nadia.hears("La conversation est terminée")
        cast.nadia.is_idle()
        assert no_number_on_disk(cast.world)
        log = (cast.world.folder / "web.log").read_text()
        assert "database_away" in log
        assert "+324" not in log
    call = cast.world.the_call()
    assert (call["outcome"], call["language"]) == ("answered", "fr")
    assert (call["responder"], call["service"], call["offers"]) == ("Bram Peeters", "caw", 2)
    assert 60 <= call["talk_seconds"] < 80
    assert 10 < call["wait_seconds"] < 120
    assert list(places.spool_folder(cast.world.settings.data_dir).glob("CA*")) == []
    cast.world.pass_time(20)
    assert cast.world.the_call() == call


def no_number_on_disk(world: World) -> bool:
    """Nobody's own number stands in what is kept; the line's own do, which everybody knows."""
    kept = [places.snapshot_file(world.settings.data_dir)]
    kept += places.spool_folder(world.settings.data_dir).glob("*.jsonl")
    assert len(kept) >= 2
    assert all(file.stat().st_mode & 0o077 == 0 for file in kept)
    text = "".join(file.read_text() for file in kept)
    assert json.loads(kept[0].read_text())["sealed"]
    return "3247000000" not in text and "3249900000" not in text


def test_a_voicemail_a_refusal_and_a_busy_telephone_lead_to_the_fallback_number(breakable):
    cast, away = breakable
    cast.alice.phone.behaviour = "voicemail"
    cast.bram.phone.behaviour = "busy"
    cast.fallback.phone.behaviour = "answer"
    with away():
        cast.nadia.dials()
        cast.nadia.presses("1")
        cast.chloe.rings(within=120)
        cast.chloe.answers()
        cast.chloe.hears("tapez 1")
        cast.chloe.presses("2")
        cast.nadia.hears("Personne ne peut vous répondre")
        cast.nadia.hears("En cas d'urgence, formez le 112")
        cast.nadia.talks_to(cast.fallback, within=60)
        cast.nadia.hangs_up()
    call = cast.world.the_call()
    assert (call["outcome"], call["offers"], call["responder"]) == ("nobody", 3, None)


def test_who_pauses_is_not_rung_and_a_web_process_that_starts_meanwhile_knows_it(breakable):
    cast, away = breakable
    with write(cast.world.engine) as connection:
        row = next(iter(cast.world.desk.snapshots.last(cast.world.now).book.by_id.values()))
        alice = next(one.id for one in row.responders.values() if one.name == "Alice Martin")
        pauses.begin(connection, alice, pauses.OWN, cast.world.now)
    cast.world.pass_time(6)
    with away():
        cast.world.start_web_anew()
        cast.nadia.dials()
        cast.nadia.presses("1")
        cast.bram.rings()
        assert cast.alice.phone.state == "idle"
        cast.nadia.hangs_up()
        cast.bram.is_idle()
    call = cast.world.the_call()
    assert (call["outcome"], call["offers"]) == ("abandoned", 1)


def test_who_waits_when_it_goes_away_is_asked_for_patience_and_then_connected(breakable):
    cast, away = breakable
    for responder in cast.responders:
        responder.phone.behaviour = "busy"
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.nadia.hears("tapez 1 à tout moment")
    with away():
        cast.nadia.presses("1")
        cast.nadia.hears("nous ne pouvons pas noter de rappel pour le moment : rien n'a été gardé")
        cast.nadia.hears("Vous restez en ligne")
        cast.alice.phone.behaviour = "manual"
        cast.alice.rings(within=300)
        cast.alice.answers()
        cast.alice.hears("tapez 1")
        cast.alice.presses("1")
        cast.nadia.talks_to(cast.alice)
        cast.world.pass_time(30)
        cast.nadia.hangs_up()
    call = cast.world.the_call()
    assert (call["outcome"], call["responder"]) == ("answered", "Alice Martin")
    assert call["talk_seconds"] == pytest.approx(30, abs=5)
    assert cast.world.callbacks() == []


def test_a_talk_goes_on_and_its_end_enters_the_book_when_it_was(breakable):
    cast, away = breakable
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.alice.takes_the_call()
    cast.nadia.talks_to(cast.alice)
    with away():
        cast.world.pass_time(60)
        assert cast.nadia.phone.talking_to == [cast.alice.phone.number]
        cast.nadia.hangs_up()
        cast.world.pass_time(120)
    call = cast.world.the_call()
    assert (call["outcome"], call["responder"]) == ("answered", "Alice Martin")
    assert call["talk_seconds"] == pytest.approx(60, abs=5)
    cast.joris.dials()  # nobody is busy for ever: she is rung again
    cast.joris.presses("1")
    cast.alice.rings(within=60)


def test_a_call_that_outlives_the_outage_is_neither_rung_again_nor_doubled(breakable):
    cast, away = breakable
    with away():
        cast.nadia.dials()
        cast.nadia.presses("1")
        cast.alice.rings()
        cast.alice.answers()
        cast.alice.hears("tapez 1")
        cast.alice.presses("1")
        cast.nadia.talks_to(cast.alice)
    cast.world.pass_time(30)
    assert cast.bram.phone.state == cast.chloe.phone.state == "idle"
    assert cast.nadia.phone.talking_to == [cast.alice.phone.number]
    cast.nadia.hangs_up()
    cast.world.pass_time(5)
    call = cast.world.the_call()
    assert (call["outcome"], call["responder"]) == ("answered", "Alice Martin")
    assert call["talk_seconds"] >= 30


def test_a_closed_line_says_so_without_the_database(breakable):
    cast, away = breakable
    with away():
        cast.world.jump_to(cast.world.now.replace(hour=20))
        cast.nadia.dials()
        cast.nadia.hears("Elle rouvre demain à 9 heures")
        cast.nadia.is_idle(within=60)
    assert cast.world.the_call()["outcome"] == "closed"


def test_two_callers_at_once_reach_two_people_and_both_enter_the_book(breakable):
    cast, away = breakable
    with away():
        for caller in (cast.nadia, cast.joris):
            caller.dials()
            caller.presses("1")
            caller.hears("Nous appelons les personnes de garde")
        cast.alice.rings()
        cast.bram.rings()  # a busy telephone simply leads on to the next
        for responder in (cast.alice, cast.bram):
            responder.answers()
            responder.hears("1")
            responder.presses("1")
        cast.nadia.talks_to(cast.alice)
        cast.joris.talks_to(cast.bram)
        cast.world.pass_time(10)
        cast.nadia.hangs_up()
        cast.joris.hangs_up()
    found = {call["responder"]: (call["outcome"], call["offers"]) for call in cast.world.calls()}
    assert found == {"Alice Martin": ("answered", 1), "Bram Peeters": ("answered", 2)}


def test_who_is_being_rung_for_is_not_offered_to_others_when_it_comes_back(breakable):
    cast, away = breakable
    for responder in cast.responders:
        responder.phone.behaviour = "busy"
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.nadia.hears("tapez 1 à tout moment")
    with away():
        cast.alice.phone.behaviour = "manual"
        cast.alice.rings(within=300)
        cast.bram.phone.behaviour = cast.chloe.phone.behaviour = "manual"
    cast.world.pass_time(5)  # the book has her waiting, and the sweep goes round again
    assert cast.bram.phone.state == cast.chloe.phone.state == "idle"
    cast.alice.answers()
    cast.alice.hears("tapez 1")
    cast.alice.presses("1")
    cast.nadia.talks_to(cast.alice)
    cast.world.pass_time(130)  # long enough for the sweep to ask what became of her
    assert cast.bram.phone.state == cast.chloe.phone.state == "idle"
    cast.nadia.hangs_up()
    cast.world.pass_time(5)
    call = cast.world.the_call()
    assert (call["outcome"], call["responder"]) == ("answered", "Alice Martin")
