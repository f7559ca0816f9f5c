"""Who does not answer is set aside until they are back; who pauses is not rung."""

from sqlalchemy import select

from logging_db import pauses, users
from logging_db.engine import read, write
from logging_db.tables import notices, responders
from tests.stories.cast import FEDERATION, Cast


def id_of(cast: Cast, name: str) -> str:
    with read(cast.world.engine) as connection:
        query = select(responders.c.id).where(responders.c.name == name)
        return str(connection.execute(query).scalar_one())


def paused(cast: Cast) -> list[str]:
    with read(cast.world.engine) as connection:
        under_way = pauses.under_way(connection)
        query = select(responders.c.name).where(responders.c.id.in_(under_way))
        return list(connection.execute(query).scalars())


def only_alice(cast: Cast) -> None:
    cast.world.load(
        FEDERATION.replace('responders = ["Alice Martin", "Chloé Diallo"]',
                           'responders = ["Alice Martin"]')
    )  # fmt: skip
    cast.bram.phone.behaviour = "unreachable"


def test_whoever_misses_three_offers_is_rung_no_more_until_they_are_back(cast: Cast):
    only_alice(cast)
    cast.nadia.dials()
    cast.nadia.presses("1")
    for _ in range(3):
        cast.alice.rings(within=60)
        cast.alice.phone.behaviour = "manual"
        cast.alice.is_idle(within=30)  # nobody picks up
    assert paused(cast) == ["Alice Martin"]
    cast.world.pass_time(45)
    assert cast.alice.phone.state == "idle"
    with write(cast.world.engine) as connection:
        assert pauses.end(connection, id_of(cast, "Alice Martin"), cast.world.now)
    cast.alice.takes_the_call()
    cast.nadia.talks_to(cast.alice)


def test_a_telephone_that_is_busy_sets_nobody_aside(cast: Cast):
    only_alice(cast)
    cast.alice.phone.behaviour = "busy"
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.world.pass_time(200)
    assert paused(cast) == []


def test_where_all_who_speak_the_language_pause_the_caller_is_told_at_once(cast: Cast):
    with write(cast.world.engine) as connection:
        pauses.begin(connection, id_of(cast, "Bram Peeters"), pauses.OWN, cast.world.now)
    cast.joris.dials()
    cast.joris.presses("2")
    cast.joris.hears("Op dit moment kan niemand", within=5)
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.alice.rings()
    assert cast.bram.phone.state == "idle"


def test_the_coordinators_are_told_who_was_set_aside_and_not_twice(cast: Cast):
    only_alice(cast)
    with write(cast.world.engine) as connection:
        users.add(connection, email="chloe@example.org", name="Chloé Dubois",
                  role="coordinator", language="fr", at=cast.world.now)  # fmt: skip
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.alice.phone.behaviour = "no-answer"
    cast.world.pass_time(180)
    with read(cast.world.engine) as connection:
        told = connection.execute(select(notices.c.kind, notices.c.params)).all()
    assert [row.kind for row in told] == ["set_aside"]
    assert told[0].params["who"] == "Alice Martin"
