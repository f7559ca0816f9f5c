"""Redis is away: nobody notices, but by a second or two."""

import pytest

from permanence.bell import RedisBell
from tests.stories.cast import Cast
from tests.stories.world import OFTEN

TWO_SECONDS = 2.0


@pytest.fixture
def silent(cast: Cast):
    """The bell as it is where Redis does not answer."""
    cast.world.sweep_every = OFTEN
    bell = cast.world.bell
    real, bell.real = bell.real, RedisBell("unix:///nowhere/at/all.sock")
    yield bell.real
    bell.real = real


def is_in_a_room(cast: Cast) -> bool:
    call = cast.nadia.phone.call
    return call is not None and call.participant is not None


def test_without_redis_every_step_of_a_call_comes_within_two_seconds(cast: Cast, silent: RedisBell):
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.alice.rings(within=TWO_SECONDS)
    cast.alice.answers()
    cast.alice.hears("tapez 1")
    cast.alice.presses("1")
    cast.world.until(lambda: is_in_a_room(cast), TWO_SECONDS, "the caller is not moved")
    cast.nadia.talks_to(cast.alice)  # who first hears that the caller comes
    cast.chloe.is_idle(within=TWO_SECONDS)
    cast.nadia.hangs_up()
    cast.alice.is_idle()
    assert cast.world.the_call()["outcome"] == "answered"
    assert silent.lost > 3


def test_without_redis_a_callback_is_kept_offered_and_placed(cast: Cast, silent: RedisBell):
    for responder in cast.responders:
        responder.phone.behaviour = "busy"
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.nadia.hears("tapez 1 à tout moment")
    for key in ("1", "1"):
        cast.nadia.presses(key)
    cast.nadia.is_idle(within=30)
    for responder in cast.responders:
        responder.phone.behaviour = "manual"
    cast.alice.takes_the_call(within=90)
    cast.nadia.rings(within=TWO_SECONDS)
    cast.nadia.answers()
    cast.nadia.talks_to(cast.alice, within=10)
