"""A crowd of callers and a staff who behave as people do; then everything is counted.

Through real HTTP and a real worker, which is what takes the time: thousands of callers through
worse troubles, without wires, are in `test_faults_virtual.py` and in `./run bench faults`.
"""

import random
from collections import Counter, defaultdict
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from logging_db import pauses
from logging_db.engine import read, write
from logging_db.tables import call_events, calls, legs, offers
from simulator.disorder import Disorder
from simulator.phones import PhoneError
from tests.stories.cast import FEDERATION
from tests.stories.world import LINE, Person, World

CALLERS = {"sqlite": 24, "postgresql": 14}  # the second is slower, and no other story
STAFF = 3
PATIENCE = (10, 120)


def federation() -> str:
    """One line, one service, three responders: one speaks French, one Dutch, one both."""
    head = FEDERATION.split("[[responders]]", maxsplit=1)[0]
    spoken = (["fr"], ["nl"], ["fr", "nl"], ["fr"], ["nl", "fr"], ["fr"], ["nl"], ["fr"])
    people = [(f"Responder {n}", spoken[n % len(spoken)]) for n in range(STAFF)]
    return (
        head.replace("wrap_up_seconds = 30", "wrap_up_seconds = 5")
        + "".join(
            f'[[responders]]\nname = "{name}"\nservice = "caw"\n'
            f'phone = "+3247000000{n}"\nlanguages = {tongues}\n'.replace("'", '"')
            for n, (name, tongues) in enumerate(people)
        )
        + f'[[shifts]]\nline = "{LINE}"\nservice = "caw"\ndays = ["mon"]\n'
        + 'from = "09:00"\nto = "17:00"\nresponders = '
        + str([name for name, _ in people]).replace("'", '"')
    )


class Crowd:
    """Drives telephones at random, but from one seed: the same run every time."""

    def __init__(self, world: World, callers: int, seed: int) -> None:
        self.world = world
        self.random = random.Random(seed)  # noqa: S311 # behaviour, no secret
        self.callers = [world.person(f"+32499{n:06}") for n in range(callers)]
        self.staff = [world.person(f"+3247000000{n}") for n in range(STAFF)]
        self.firm = self.callers[::4]  # they want French and to be rung back, and hold on
        self.sids: set[str] = set()
        self.plans: list[tuple[float, Person]] = []

    def run(self) -> None:
        start = self.world.now
        arrivals = sorted(self.random.uniform(0, 2 * len(self.callers)) for _ in self.callers)
        waiting = list(zip(arrivals, self.callers, strict=True))
        while waiting or any(c.phone.state != "idle" for c in self.callers):
            now = (self.world.now - start).total_seconds()
            while waiting and waiting[0][0] <= now:
                _, caller = waiting.pop(0)
                self.sids.add(caller.dials(LINE, withheld=self.random.random() < 0.2))
                patience = self.random.uniform(*PATIENCE) + (60 if caller in self.firm else 0)
                self.plans.append((now + patience, caller))
            self.act(now)
            self.world.pass_time(3)
            self.watch()

    def act(self, now: float) -> None:
        for plan in [p for p in self.plans if p[0] <= now]:
            self.plans.remove(plan)
            self.try_to(plan[1].phone.hang_up)
        for caller in self.callers:
            firm = caller in self.firm
            if caller.phone.state == "talking" and self.random.random() < (0.6 if firm else 0.15):
                key = "1" if firm else self.random.choices("1273*", (8, 4, 1, 1, 1))[0]
                self.try_to(lambda c=caller, k=key: c.phone.press(k))
        for person in self.staff:
            self.work(person)
        self.come_back()
        self.world.settle()

    def come_back(self) -> None:
        """Who was set aside notices it sooner or later."""
        with write(self.world.engine) as connection:
            for responder_id in sorted(pauses.under_way(connection)):
                if self.random.random() < 0.2:
                    pauses.end(connection, responder_id, self.world.now)

    def work(self, person: Person) -> None:
        chance, phone = self.random.random(), person.phone
        if phone.state == "ringing" and chance < 0.9:
            self.try_to(phone.answer if chance < 0.8 else phone.decline)
        elif phone.state == "talking" and not phone.talking_to and chance < 0.9:
            self.try_to(lambda: phone.press("1" if chance < 0.8 else "2"))
        elif phone.state == "talking" and chance < 0.12:
            self.try_to(phone.hang_up)
        if chance > 0.99:
            phone.behaviour = self.random.choice(
                ["manual", "manual", "manual", "busy", "no-answer", "voicemail", "unreachable"]
            )

    def try_to(self, do) -> None:
        with suppress(PhoneError):  # the other side was quicker
            do()

    def watch(self) -> None:
        """At no instant do two responders talk to one caller, or one to two."""
        for person in self.staff:
            peers = person.phone.talking_to
            assert len(peers) <= 1, "one responder talks to several people"
        partners = Counter(peer for person in self.staff for peer in person.phone.talking_to)
        assert all(count == 1 for count in partners.values()), "two responders, one caller"


@pytest.mark.timeout(300)
def test_a_crowd_of_callers_loses_no_record_and_double_books_nobody(bare_world: World):
    bare_world.load(federation())
    bare_world.sweep_every = timedelta(seconds=3)
    bare_world.exchange.disorder = Disorder(5, duplicate=0.2, shuffle_seconds=3.0)
    callers = CALLERS[bare_world.engine.dialect.name]
    crowd = Crowd(bare_world, callers, seed=20261123)
    crowd.run()
    bare_world.exchange.disorder = None
    bare_world.sweep_every = timedelta(seconds=10)
    bare_world.pass_time(180)  # callbacks that were asked for are offered meanwhile

    records = bare_world.calls()
    assert sorted(crowd.sids) == sorted(record["provider_sid"] for record in records)
    assert not [record for record in records if record["outcome"] == "in_progress"]
    outcomes = Counter(record["outcome"] for record in records)
    assert sum(outcomes.values()) == callers
    assert outcomes["answered"] > callers / 20
    assert outcomes["abandoned"] > callers / 20
    assert outcomes["callback"] > 0
    assert outcomes["failed"] == 0
    closed_once(bare_world)
    nobody_was_in_two_places(bare_world)


def closed_once(world: World) -> None:
    with read(world.engine) as connection:
        ends = connection.execute(
            select(call_events.c.call_id, func.count())
            .where(call_events.c.kind == "ended")
            .group_by(call_events.c.call_id)
        ).all()
        open_calls = connection.execute(select(calls.c.id).where(calls.c.ended_at.is_(None))).all()
        open_legs = connection.execute(
            select(legs.c.id)
            .join(offers, offers.c.id == legs.c.offer_id)
            .where(legs.c.ended_at.is_(None), offers.c.call_id.is_not(None))
        ).all()
    assert {count for _, count in ends} == {1}
    assert open_calls == []
    assert open_legs == []


def nobody_was_in_two_places(world: World) -> None:
    """No two offers of one person overlap, and each call was taken by one at a time."""
    with read(world.engine) as connection:
        rows = connection.execute(select(offers).order_by(offers.c.offered_at)).all()
    by_person = defaultdict(list)
    for row in rows:
        by_person[row.responder_id].append(row)
    for own in by_person.values():
        for earlier, later in pairwise(own):
            assert earlier.closed_at is not None
            assert earlier.closed_at <= later.offered_at
    taken = defaultdict(list)
    for row in rows:
        if row.state == "taken" and row.call_id:
            taken[row.call_id].append(row)
    for own in taken.values():
        for earlier, later in pairwise(own):
            assert earlier.closed_at <= later.taken_at
