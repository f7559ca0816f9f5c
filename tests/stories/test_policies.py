"""How a line chooses whom to ring, from the federation file to the telephones."""

import pytest

from tests.stories.cast import FEDERATION, Cast
from tests.stories.world import World


def with_line(*keys: str, people: str = FEDERATION) -> str:
    return people.replace("ring_seconds = 20\n", "ring_seconds = 20\n" + "\n".join(keys) + "\n")


def only_on_duty(name: str) -> str:
    """Alice alone is on duty, Bram and Chloé are not."""
    head, _, _ = FEDERATION.partition("[[shifts]]")
    shift = FEDERATION.split("[[shifts]]")[1]
    return f"{head}[[shifts]]{shift}".replace('["Alice Martin", "Chloé Diallo"]', f'["{name}"]')


@pytest.fixture
def line(bare_world: World):
    def loaded(text: str) -> Cast:
        bare_world.load(text)
        return Cast(bare_world)

    return loaded


def test_in_roster_order_one_at_a_time_the_first_is_rung_again_and_again(line):
    cast = line(with_line('policy = "roster_order"', "ring_at_once = 1", "wrap_up_seconds = 0")
                .replace("wrap_up_seconds = 30\n", ""))  # fmt: skip
    for _ in range(2):
        cast.nadia.dials()
        cast.nadia.presses("1")
        cast.alice.rings()
        assert cast.chloe.phone.state == cast.bram.phone.state == "idle"
        cast.alice.answers()
        cast.alice.hears("tapez 1")
        cast.alice.presses("1")
        cast.nadia.talks_to(cast.alice)
        cast.nadia.hangs_up()
        cast.alice.is_idle()


def test_whoever_stands_by_is_rung_when_the_caller_has_waited_and_takes_the_call(line):
    keys = ('backup = ["Chloé Diallo"]', "backup_after_seconds = 60")
    cast = line(with_line(*keys, people=only_on_duty("Alice Martin")))
    cast.alice.phone.behaviour = "no-answer"
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.world.pass_time(50)
    assert cast.chloe.phone.state == "idle"
    cast.chloe.takes_the_call()
    cast.nadia.talks_to(cast.chloe)
    cast.nadia.hangs_up()
    assert cast.world.the_call()["responder"] == "Chloé Diallo"


def test_where_nobody_on_duty_speaks_dutch_whoever_stands_by_is_rung_at_once(line):
    keys = ('backup = ["Bram Peeters"]', "backup_after_seconds = 60")
    cast = line(with_line(*keys, people=only_on_duty("Alice Martin")))
    cast.joris.dials()
    cast.joris.presses("2")
    cast.bram.rings(within=5)
    cast.bram.answers()
    cast.bram.hears("druk 1")
    cast.bram.presses("1")
    cast.joris.talks_to(cast.bram)


def test_the_service_that_took_the_last_call_lets_the_other_take_the_next(line):
    cast = line(with_line('policy = "fair_share"', "ring_at_once = 1"))
    cast.joris.dials()
    cast.joris.presses("2")  # Bram alone speaks Dutch: his service has taken one
    cast.bram.rings()
    cast.bram.answers()
    cast.bram.hears("druk 1")
    cast.bram.presses("1")
    cast.joris.talks_to(cast.bram)
    cast.joris.hangs_up()
    cast.bram.is_idle()
    cast.world.pass_time(40)
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.alice.rings()
