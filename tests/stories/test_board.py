"""The live board while calls come in: what it shows, and what a coordinator does from it."""

from datetime import datetime, timedelta

import pytest

from logging_db import wrapping
from logging_db.engine import write
from tests.stories.cast import FEDERATION, Cast
from tests.stories.test_pauses import id_of, only_alice
from tests.stories.world import OFTEN, World
from tests.test_console_kit import SETTINGS, Client, Console, console_over


class WorldClock:
    """The world's time, as the console of the tests wants it."""

    def __init__(self, world: World) -> None:
        self.world = world

    @property
    def at(self) -> datetime:
        return self.world.now

    def __call__(self) -> datetime:
        return self.world.now


class Board:
    """A coordinator in front of the live board."""

    def __init__(self, world: World) -> None:
        self.world = world
        console = Console(world.engine)
        console.clock = WorldClock(world)  # type: ignore[assignment]
        console.app = console_over(
            world.engine, SETTINGS, console.clock, world.desk.cipher, world.bell
        )
        self.client: Client = console.client("coordinator")

    @property
    def html(self) -> str:
        return str(self.client.get("/board").text)

    def does(self, act: str, **values: str) -> None:
        assert self.client.send(f"/board/{act}", **values).status_code == 303
        self.world.settle()


@pytest.fixture
def board(cast: Cast) -> Board:
    return Board(cast.world)


def calls_of(cast: Cast) -> list[str]:
    """The calls' ids, in order of arrival."""
    return [call["id"] for call in sorted(cast.world.calls(), key=lambda one: one["received_at"])]


def waits(person, key: str = "1") -> None:
    person.dials()
    person.presses(key)
    person.world.pass_time(5)


def test_a_caller_who_is_moved_to_the_front_gets_the_next_responder(cast: Cast, board: Board):
    only_alice(cast)
    board.does(f"person/{id_of(cast, 'Bram Peeters')}/pause")
    waits(cast.nadia)
    cast.alice.takes_the_call()
    cast.nadia.talks_to(cast.alice)
    ines = cast.world.person("+32499000003")
    waits(cast.joris)
    waits(ines)
    assert "2 callers wait. 0 responders are free." in board.html
    _, first, second = calls_of(cast)
    board.does(f"call/{second}/front")
    assert board.html.index(f"call-{second}") < board.html.index(f"call-{first}")
    cast.joris.listens_anew()
    cast.joris.hears(
        "une personne avant vous", within=60
    )  # he is told of her who was moved before him
    cast.nadia.hangs_up()
    cast.alice.takes_the_call(within=60)
    ines.talks_to(cast.alice)
    assert "1 caller waits." in board.html
    assert "49900000" not in board.html


def test_a_caller_who_is_sent_to_somebody_rings_there_alone_and_then_everywhere(
    cast: Cast, board: Board
):
    waits(cast.nadia)
    for one in cast.responders:
        one.rings()
    (call,) = calls_of(cast)
    board.does(f"call/{call}/send", **{f"to-{call}": id_of(cast, "Bram Peeters")})
    cast.alice.is_idle(within=5)
    cast.chloe.is_idle(within=5)
    assert cast.bram.phone.state == "ringing"
    assert "sent to Bram Peeters" in board.html
    cast.bram.is_idle(within=25)  # he does not pick up
    cast.alice.takes_the_call(within=10)
    cast.nadia.talks_to(cast.alice)


def test_whoever_declined_is_rung_again_at_once_when_a_coordinator_sends_them_the_caller(
    cast: Cast, board: Board
):
    waits(cast.nadia)
    cast.bram.rings()
    cast.bram.declines()
    (call,) = calls_of(cast)
    cast.world.pass_time(2)
    assert cast.bram.phone.state == "idle"
    board.does(f"call/{call}/send", **{f"to-{call}": id_of(cast, "Bram Peeters")})
    cast.bram.rings(within=3)
    cast.alice.is_idle(within=5)
    cast.world.pass_time(5)
    assert cast.alice.phone.state == cast.chloe.phone.state == "idle"


def test_whom_a_caller_was_sent_to_pauses_and_nobody_is_left_waiting(cast: Cast, board: Board):
    for one in cast.responders:
        one.phone.behaviour = "busy"
    waits(cast.nadia)
    (call,) = calls_of(cast)
    bram = id_of(cast, "Bram Peeters")
    board.does(f"call/{call}/send", **{f"to-{call}": bram})
    board.does(f"person/{bram}/pause")
    cast.alice.phone.behaviour = "manual"
    cast.alice.takes_the_call(within=35)
    cast.nadia.talks_to(cast.alice)


def test_whoever_writes_up_for_longer_is_rung_later_and_whoever_is_ready_at_once(
    cast: Cast, board: Board
):
    cast.world.sweep_every = OFTEN
    only_alice(cast)
    alice = id_of(cast, "Alice Martin")
    waits(cast.nadia)
    cast.alice.takes_the_call()
    cast.nadia.talks_to(cast.alice)
    waits(cast.joris)
    cast.nadia.hangs_up()
    cast.alice.is_idle()
    with write(cast.world.engine) as connection:
        assert wrapping.extend(connection, alice, cast.world.now, timedelta(minutes=5))
    assert "writes up" in board.html
    cast.world.pass_time(120)
    assert cast.alice.phone.state == "idle"
    with write(cast.world.engine) as connection:
        assert wrapping.ready(connection, alice, cast.world.now)
    cast.alice.rings(within=3)


def test_the_board_of_a_line_that_is_closed_says_so(cast: Cast, board: Board):
    cast.world.load(
        FEDERATION.replace('from = "09:00", to = "17:00" }', 'from = "20:00", to = "21:00" }')
    )
    assert "Nobody: the line is closed." in board.html
