"""What the provider's webhooks never told is found out in the night, and mended once."""

import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from logging_db import reconciliations
from logging_db.engine import read
from logging_db.tables import call_events, discrepancies, legs, offers
from permanence.call_list import ProviderCalls
from permanence.lines import iso
from permanence.nightly import tonight
from simulator.disorder import Disorder
from tests.stories.cast import Cast
from tests.stories.test_callback import ask_for_a_callback
from tests.stories.world import LINE, World

MONDAY, TUESDAY = (datetime(2026, 11, day, tzinfo=UTC) for day in (23, 24))
NIGHT = TUESDAY + timedelta(hours=3)


def the_night_passes(world: World) -> None:
    """No sweep goes round meanwhile: it would ask about each call that is quiet."""
    world.jump_to(NIGHT)
    tonight(world.desk, ProviderCalls(world.settings.provider), lambda _seconds: None)
    world.settle()


def rows(world: World, *columns: Any) -> list[Any]:
    with read(world.engine) as connection:
        return list(connection.execute(select(*columns)).all())


def found(world: World) -> list[tuple[str, str, bool]]:
    d = discrepancies.c
    kinds = rows(world, d.kind, d.provider_sid, d.mended_at)
    return sorted((row.kind, row.provider_sid, row.mended_at is not None) for row in kinds)


def the_run(world: World) -> Any:
    with read(world.engine) as connection:
        (run,) = reconciliations.latest(connection, 9)
    return run


@contextmanager
def no_news(world: World):
    """Status callbacks are lost for good."""
    world.exchange.disorder = Disorder(7, lose=1.0)
    yield
    world.exchange.disorder = None


@contextmanager
def nobody_at_home(world: World):
    """None of our addresses can be reached."""
    number = world.exchange.numbers.by_number(LINE)
    kept = number.voice_url, number.voice_fallback_url
    number.voice_url = number.voice_fallback_url = "http://127.0.0.1:9/away"
    with no_news(world):
        yield
    number.voice_url, number.voice_fallback_url = kept


def test_a_talk_whose_end_was_never_told_is_closed_at_the_time_at_which_it_ended(cast: Cast):
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.alice.takes_the_call()
    cast.nadia.talks_to(cast.alice)
    cast.world.pass_time(120)
    with no_news(cast.world):
        cast.nadia.phone.hang_up()
        cast.alice.phone.hang_up()
        cast.world.exchange.settle()
        ended = cast.world.now.replace(microsecond=0)  # the provider tells whole seconds
    assert cast.world.the_call()["outcome"] == "in_progress"

    the_night_passes(cast.world)
    call = cast.world.the_call()
    assert (call["outcome"], call["responder"]) == ("answered", "Alice Martin")
    assert call["ended_at"] == iso(ended)
    assert 119 <= call["talk_seconds"] <= 130
    alices = [row for row in rows(cast.world, legs) if row.answered_at]
    assert [(leg.ending, leg.ended_at) for leg in alices] == [("completed", ended)]
    assert not any(row.open for row in rows(cast.world, offers.c.open))
    kinds = [(kind, mended) for kind, _, mended in found(cast.world)]
    assert kinds == [("leg_open_here", True), ("open_here", True)]
    assert the_run(cast.world).failure is None


def test_a_call_that_never_reached_us_gets_a_record_once(cast: Cast):
    cast.nadia.dials()
    cast.nadia.hangs_up()  # from now on the line is known to be ours
    with nobody_at_home(cast.world):
        unseen = cast.joris.dials()
        cast.joris.is_idle()  # the provider says its own words and hangs up
    assert len(cast.world.calls()) == 1

    the_night_passes(cast.world)
    (record,) = [call for call in cast.world.calls() if call["provider_sid"] == unseen]
    assert record["outcome"] == "failed"
    assert iso(MONDAY) < record["received_at"] <= record["ended_at"] < iso(TUESDAY)
    noted = rows(cast.world, call_events.c.kind, call_events.c.call_id)
    assert [kind for kind, call_id in noted if call_id == record["id"]] == ["reconciled"]
    assert found(cast.world) == [("unknown_here", unseen, True)]

    the_night_passes(cast.world)  # another machine, or the same after a restart
    assert len(cast.world.calls()) == 2
    assert found(cast.world) == [("unknown_here", unseen, True)]


def test_a_leg_whose_ringing_never_ended_is_ended_and_its_responder_is_free(cast: Cast):
    cast.nadia.dials()
    cast.nadia.presses("1")
    for responder in cast.responders:
        responder.rings()
    with no_news(cast.world):
        for responder in cast.responders:
            responder.phone.decline()
        cast.nadia.phone.hang_up()
        cast.world.exchange.settle()
    assert any(row.open for row in rows(cast.world, offers.c.open))

    the_night_passes(cast.world)
    assert cast.world.the_call()["outcome"] == "abandoned"
    assert not any(row.open for row in rows(cast.world, offers.c.open))
    assert {row.ending for row in rows(cast.world, legs.c.ending)} == {"busy"}
    assert {mended for *_, mended in found(cast.world)} == {True}
    cast.world.jump_to(NIGHT + timedelta(hours=6))
    cast.joris.dials()
    cast.joris.presses("1")
    cast.alice.rings()


def test_a_callback_whose_end_was_never_told_counts_as_reached(cast: Cast):
    ask_for_a_callback(cast, "1")
    cast.alice.takes_the_call()
    cast.nadia.rings()
    cast.nadia.answers()
    cast.nadia.talks_to(cast.alice)
    cast.world.pass_time(90)
    with no_news(cast.world):
        cast.nadia.phone.hang_up()
        cast.alice.phone.hang_up()
        cast.world.exchange.settle()
        ended = cast.world.now

    the_night_passes(cast.world)
    (request,) = cast.world.callbacks()
    assert (request["state"], request["outcome"], request["attempts"]) == ("closed", "reached", 1)
    assert request["closed_at"] == iso(ended.replace(microsecond=0))
    assert not any(row.open for row in rows(cast.world, offers.c.open))


def test_what_the_provider_does_not_know_and_what_it_times_otherwise_is_only_shown(cast: Cast):
    gone, long = cast.nadia.dials(), None
    cast.nadia.hangs_up()
    with no_news(cast.world):
        long = cast.joris.dials()
        cast.joris.phone.hang_up()
        cast.world.exchange.settle()
    cast.world.pass_time(200)  # the sweep closes it late: it asks only after a while
    before = cast.world.calls()
    assert {call["outcome"] for call in before} == {"abandoned"}
    del cast.world.exchange.calls[gone]

    the_night_passes(cast.world)
    assert cast.world.calls() == before
    assert found(cast.world) == sorted(
        [("unknown_there", gone, False), ("other_duration", long, False)]
    )


def test_a_night_that_fails_says_so_and_the_next_one_makes_up_for_it(cast: Cast):
    world = cast.world
    cast.nadia.dials()
    with no_news(world):
        cast.nadia.phone.hang_up()
        world.exchange.settle()
    world.exchange.faults.fail("GET", "Calls", status=503, times=99)
    the_night_passes(world)
    assert the_run(world).failure == "the provider refused: HTTP 503"
    assert world.the_call()["outcome"] == "in_progress"
    world.exchange.faults.clear()

    the_night_passes(world)
    assert world.the_call()["outcome"] == "in_progress"  # one try a night
    world.jump_to(NIGHT + timedelta(days=1))
    tonight(world.desk, ProviderCalls(world.settings.provider), lambda _seconds: None)
    assert world.the_call()["outcome"] == "abandoned"
    with read(world.engine) as connection:
        assert [run.failure for run in reconciliations.latest(connection, 9)] == [None, None]


def test_no_number_stands_in_what_is_written_down(cast: Cast):
    cast.joris.dials()
    cast.joris.hangs_up()
    with nobody_at_home(cast.world):
        cast.nadia.dials()
        cast.nadia.is_idle()
    the_night_passes(cast.world)
    written = json.dumps([str(tuple(row)) for row in rows(cast.world, discrepancies)])
    assert found(cast.world)
    for number in (LINE, *(person.phone.number for person in cast.responders)):
        assert number.lstrip("+") not in written
    assert cast.nadia.phone.number.lstrip("+") not in written
