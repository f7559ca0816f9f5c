"""Anything at any time, with news that come twice, late and shuffled, and requests that fail.

Whatever people do: the caller is never alone in a room for long, nobody is kept busy, no number
is kept, and what went in comes out.
"""

import os
from random import Random
from typing import Any

import pytest

from logging_db import rooms
from simulator.disorder import Disorder
from tests.stories.cast import Cast
from tests.stories.room import INTERPRETER, OFFICE, Talk
from tests.stories.world import Person

ALICE, BRAM = "Alice Martin", "Bram Peeters"
SEEDS = int(os.environ.get("ROOM_SEEDS", "3"))  # more of them on demand
ALONE_FOR = 15  # seconds; a lost request is repeated after ten


class Mischief:
    """Does something at random, as often as it is asked to."""

    def __init__(self, talk: Talk, seed: int) -> None:
        self.talk, self.random = talk, Random(seed)  # noqa: S311 # mischief, no secret
        self.alone_since: Any = None
        self.done: list[str] = []

    def something(self) -> None:
        doings = (
            [self.asks] * 5 + [self.answers] * 4 + [self.presses] * 3
            + [self.hangs_up, self.fails, self.waits, self.waits]
        )  # fmt: skip
        self.random.choice(doings)()
        for _ in range(self.random.randrange(6)):
            self.talk.world.pass_time(1)
            self.looks()

    def asks(self) -> None:
        talk, who = self.talk, self.random.choice([ALICE, BRAM])
        if talk.now(who) is None:
            return
        what = self.random.choice(["hold", "resume", "invite", "hand_over", "leave", "resume"])
        self.done.append(f"{who}: {what}")
        if what == "invite":
            talk.invites(self.random.choice([INTERPRETER, OFFICE]), who)
        elif what == "hand_over":
            other = BRAM if who == ALICE else ALICE
            talk.does(rooms.hand_over, who, to=talk.ids[other], calls_per_second=100)
        else:
            talk.does(getattr(rooms, what), who)

    def others(self) -> list[Person]:
        talk = self.talk
        return [talk.alice, talk.bram, talk.interpreter, talk.office]

    def one_who(self, state: str) -> Person | None:
        found = [person for person in self.others() if person.phone.state == state]
        return self.random.choice(found) if found else None

    def answers(self) -> None:
        person = self.one_who("ringing")
        if person is not None:
            self.done.append(f"{person.phone.number} answers")
            person.answers()

    def presses(self) -> None:
        person = self.one_who("talking")
        if person is not None:
            self.done.append(f"{person.phone.number} presses 1")
            person.presses("1")

    def hangs_up(self) -> None:
        person = self.one_who("talking")
        if person is not None:
            self.done.append(f"{person.phone.number} hangs up")
            person.hangs_up()

    def fails(self) -> None:
        faults, how = self.talk.world.exchange.faults, self.random.random()
        what = self.random.choice(["Conferences/*/Participants/*", "Calls/*", "Calls"])
        self.done.append(f"{what} fails")
        faults.fail("POST", what, status=500, after_doing=how < 0.5)

    def waits(self) -> None:
        self.talk.world.pass_time(3)

    def looks(self) -> None:
        """See that the caller is not left alone in a room, in silence."""
        call, now = self.talk.nadia.phone.call, self.talk.world.now
        inside = call.participant if call is not None else None
        goes_on = inside is not None and inside.conference.status == "in-progress"
        if inside is None or not goes_on or inside.hold or inside.peers():
            self.alone_since = None
            return
        self.alone_since = self.alone_since or now
        alone = (now - self.alone_since).total_seconds()
        assert alone <= ALONE_FOR, f"alone for {alone} s after {self.done}"


@pytest.mark.parametrize("seed", range(1, SEEDS + 1))
def test_whatever_happens_in_a_room_nobody_is_left_alone_or_busy(cast: Cast, seed: int):
    talk = Talk(cast).begin()
    cast.chloe.phone.behaviour = "busy"
    talk.world.exchange.disorder = Disorder(seed, duplicate=0.3, shuffle_seconds=3.0)
    mischief = Mischief(talk, seed)
    for _ in range(25):
        mischief.something()
    talk.world.exchange.faults.clear()
    for _ in range(25):
        talk.world.pass_time(1)
        mischief.looks()
    _everybody_goes_home(talk, mischief)
    with talk.world.engine.connect() as connection:
        for left in (
            "SELECT count(*) FROM legs WHERE ended_at IS NULL",
            "SELECT count(*) FROM offers WHERE open OR unsettled",
            "SELECT count(*) FROM calls WHERE ended_at IS NULL",
            "SELECT count(*) FROM guests WHERE number IS NOT NULL",
        ):
            assert connection.exec_driver_sql(left).scalar() == 0, (left, mischief.done)
    going_on = [c.name for c in talk.world.exchange.conferences.values() if c.status != "completed"]
    assert going_on == [], mischief.done


def _everybody_goes_home(talk: Talk, mischief: Mischief) -> None:
    if talk.nadia.phone.state != "idle":
        talk.nadia.hangs_up()
    for person in mischief.others():
        person.is_idle(within=120)
    talk.world.pass_time(15)
