"""Two thousand calls held at once on one machine: what it takes, and how quickly it decides.

Web, worker, sweep and Valkey run as processes of their own over PostgreSQL; :mod:`benchmarks.world`
plays callers and telephones. Nearly all callers talk, the others wait. When all are there,
one conversation after the other ends: the responder is free, somebody waits, and from the word
of the end to the request to ring that very responder again is what is measured. Somebody new
dials each time.
"""

import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from redis import Redis
from sqlalchemy import Engine, select

from benchmarks import crowd
from benchmarks.databases import POSTGRESQL, databases
from benchmarks.figures import Figure, milliseconds, percentile
from benchmarks.installation import installation
from benchmarks.memory import family
from benchmarks.provider import provider
from benchmarks.world import World
from logging_db.engine import make_engine, read
from logging_db.tables import calls, offers, responders

TITLE = "Calls held at once"
ALONE = 'policy = "longest_idle"\nring_at_once = 1'
SETTLE = 300.0  # seconds until all must talk
RING_WITHIN = 15.0
RINGS = "rq:queue:bell"


@dataclass(frozen=True)
class Size:
    """How many calls, on how many lines, how many of them wait, and how many are looked at."""

    calls: int = 2000
    lines: int = 20
    waiting: int = 100
    dialled: float = 20.0  # callers a second, while the line fills
    ends: int = 120
    ends_a_second: float = 2.0
    kind: str = POSTGRESQL


def run(size: Size) -> Iterator[Figure]:
    """Fill the lines, measure, and let everything go."""
    people = (size.calls - size.waiting) // size.lines
    with ExitStack() as stack:
        make = stack.enter_context(databases(size.kind))
        rest = stack.enter_context(provider())
        product = stack.enter_context(installation(make("product"), rest.address))
        product.fill(crowd.federation(size.lines, people, ALONE))
        store = product.start_store()
        started = [product.start("permanence", name) for name in ("web", "worker", "sweep")]
        product.wait_for_web("/readyz")
        world = World(product.port, rest)
        engine = make_engine(product.settings.database_url)
        stack.callback(engine.dispose)
        stack.callback(world.end)
        began = time.monotonic()
        redis = Redis.from_url(product.settings.redis_url)
        stack.callback(redis.close)
        _fill(size, world, people * size.lines, redis)
        yield Figure(
            "held", f"{len(world.callers)}, of which {world.talking} talk", f"{size.calls}"
        )
        yield Figure("until all were there", f"{time.monotonic() - began:.0f} s")
        yield Figure("memory", _memory([store.pid, *(process.pid for process in started)]))
        yield from _decisions(size, world, engine, redis)
        yield Figure(
            "what went wrong", "; ".join(sorted(set(world.errors))) or "nothing", "nothing"
        )


def _fill(size: Size, world: World, talking: int, redis: Redis) -> None:
    """Have everybody dial, and wait until they talk and nothing is left to be done."""
    for number in range(size.calls):
        world.dial(number % size.lines)
        time.sleep(1 / size.dialled)
    deadline = time.monotonic() + SETTLE
    while time.monotonic() < deadline and (world.talking < talking or redis.llen(RINGS)):
        time.sleep(0.1)
    time.sleep(2.0)


def _memory(pids: list[int]) -> str:
    taken = [each for pid in pids for each in family(pid)]
    each = ", ".join(f"{one.name} {one.pss / 1e6:.0f}" for one in taken)
    return f"{sum(one.pss for one in taken) / 1e6:.0f} MB ({each}), PostgreSQL not counted"


def _decisions(size: Size, world: World, engine: Engine, redis: Redis) -> Iterator[Figure]:
    """End conversations one by one; measure until the freed responder is rung again."""
    chance = random.Random(2026)
    seconds: list[float] = []
    backlog: list[int] = []
    phones = _who_talks(engine, world)
    lines = list(range(size.lines)) * (size.ends // size.lines + 1)
    for line in lines[: size.ends]:
        there = [sid for sid, phone in phones.items() if world.callers[sid].line == line]
        sid = chance.choice(there)
        caller, phone = world.callers[sid], phones.pop(sid)
        caller.talks_to = phone
        ended = world.hang_up(caller)
        world.dial(line)
        seconds.append(_rung_after(world, phone, ended))
        backlog.append(int(redis.llen(RINGS)))
        time.sleep(max(0.0, 1 / size.ends_a_second - seconds[-1]))
    lost = sum(taken >= RING_WITHIN for taken in seconds)
    yield Figure(
        "from the end of a talk to the next ring", milliseconds(seconds, 50, 99, 100), "p99 < 1 s"
    )
    yield Figure("responders not rung again", str(lost), "0")
    yield Figure("rings that no worker had taken", f"max {percentile(backlog, 100):.0f}", "few")


def _rung_after(world: World, phone: str, ended: float) -> float:
    while time.monotonic() - ended < RING_WITHIN:
        later = [at for at in world.rung[phone] if at > ended]
        if later:
            return later[0] - ended
        time.sleep(0.001)
    return RING_WITHIN


def _who_talks(engine: Engine, world: World) -> dict[str, str]:
    """Return the telephone to which each caller talks, by the caller's id at the provider."""
    query = (
        select(calls.c.provider_sid, responders.c.name)
        .join(offers, offers.c.id == calls.c.offer_id)
        .join(responders, responders.c.id == offers.c.responder_id)
        .where(calls.c.ended_at.is_(None), calls.c.answered_at.is_not(None))
    )
    with read(engine) as connection:
        rows = connection.execute(query).all()
    return {
        row.provider_sid: crowd.phone_of(row.name)
        for row in rows
        if row.provider_sid in world.callers
    }
