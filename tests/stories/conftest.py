"""One installation a database, brought up once; every story begins with an empty book.

A story is told on one of the two databases, which its name decides, so that it is the same
one every time; those marked `both_databases` are told on both. What the databases do
differently is tested in the rooms that speak to them; EVERY_CASE=1 tells all on both.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from logging_db import migrate
from tests.stories.cast import FEDERATION, Cast
from tests.stories.world import World, world


@pytest.fixture(scope="session")
def sqlite_world(fast_folder: Path) -> Iterator[World]:
    folder = Path(tempfile.mkdtemp(dir=fast_folder))
    url = f"sqlite:///{folder / 'permanence.db'}"
    migrate.upgrade(url)
    with world(folder, url) as made:
        yield made


@pytest.fixture(scope="session")
def postgresql_world(fast_folder: Path, postgres_server: str) -> Iterator[World]:
    url = _another_database(postgres_server, "stories")
    migrate.upgrade(url)
    with world(Path(tempfile.mkdtemp(dir=fast_folder)), url) as made:
        yield made


def _another_database(server: str, name: str) -> str:
    url = make_url(server)
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def bare_world(backend: str, request: pytest.FixtureRequest) -> World:
    """An installation without a roster, on a Monday morning at ten."""
    made: World = request.getfixturevalue(f"{backend}_world")
    made.begin()
    return made


@pytest.fixture
def cast(bare_world: World) -> Cast:
    """The usual people: two callers, three responders of two services, one line."""
    bare_world.load(FEDERATION)
    return Cast(bare_world)
