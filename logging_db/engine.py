"""Connections to the record book, and the two kinds of transaction there are."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Insert, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from logging_db.breaker import Breaker
from logging_db.limited import LimitedConnection, LimitedCursor

# The provider waits five seconds for an answer. Whatever hangs here must give up early
# enough for words to be spoken: waiting for a connection, for a lock, for the network.
LOCK_SECONDS = 2.0

# SQLite's codes for a file that is locked, read-only, unreadable, corrupt, full, not to be
# opened or no database: https://www.sqlite.org/rescode.html
UNUSABLE = frozenset({5, 6, 8, 10, 11, 13, 14, 26})
READ_ONLY = "25006"  # https://www.postgresql.org/docs/current/errcodes-appendix.html
CONNECT_SECONDS = 2


_breakers: WeakKeyDictionary[Engine, Breaker] = WeakKeyDictionary()
_turns: WeakKeyDictionary[Engine, Lock] = WeakKeyDictionary()


def make_engine(url: str | URL, pool_size: int = 10) -> Engine:
    """Return an engine for ``url`` (``sqlite:///…`` or ``postgresql+psycopg://…``).

    Both are set up for durable commits. ``pool_size`` should cover the threads of the
    process, as one webhook holds one connection.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    engine = create_engine(
        parsed,
        hide_parameters=True,  # an error message must not carry what was being stored
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=1.5,
        pool_pre_ping=False,
        pool_recycle=1800,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "tcp_user_timeout": 3000,
            "options": f"-c statement_timeout={int(LOCK_SECONDS * 1000)}"
            f" -c lock_timeout={int(LOCK_SECONDS * 1000)}"
            " -c idle_in_transaction_session_timeout=10000 -c timezone=UTC",
        },
    )

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: Any, _record: Any, args: Any, settings: Any) -> LimitedConnection:
        return LimitedConnection.connect(*args, cursor_factory=LimitedCursor, **settings)

    return engine


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": LOCK_SECONDS}, hide_parameters=True)

    _turns[engine] = Lock()

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # The driver must not open transactions by itself: `_begin` chooses the kind.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")  # a commit survives a power cut
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")  # an erased number leaves no trace
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that reads first and writes later can fail at the upgrade of its
        # lock without waiting; writers therefore take the lock at once.
        reading = connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def may_be_tried_again(error: DBAPIError) -> bool:
    """Tell whether the transaction failed for a reason that a second try does away with.

    A deadlock or a serialisation failure (SQLSTATE 40P01, 40001), or a connection that the
    server had closed while it lay in the pool.
    """
    state = getattr(error.orig, "sqlstate", None)
    return bool(error.connection_invalidated) or state in ("40P01", "40001")


@contextmanager
def write(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that may write; commit at the end, roll back on an error.

    SQLite has one writer at a time and lets the others sleep and try again, which starves
    some of them; within a process they stand in a queue instead. Raises ``TimeoutError``
    for one that does not get its turn within :data:`LOCK_SECONDS`, and at once for a while
    after the database could not be used: whoever calls cannot wait for it again and again.
    """
    breaker = _breakers.setdefault(engine, Breaker())
    if not breaker.lets_through():
        raise TimeoutError("The database could not be used a moment ago.")
    try:
        with _turn(engine), engine.begin() as connection:
            yield connection
    except (DBAPIError, PoolTimeoutError, TimeoutError) as error:
        breaker.report(worked=not _hopeless(error))
        raise
    breaker.report(worked=True)


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    lock = _turns.get(engine)
    if lock is None:
        yield
        return
    if not lock.acquire(timeout=LOCK_SECONDS):
        raise TimeoutError("The database is busy: another transaction does not end.")
    try:
        yield
    finally:
        lock.release()


def _hopeless(error: Exception) -> bool:
    """Tell whether the database could not be used at all; else only this statement failed.

    A server that answers names its reason by an SQLSTATE; one that cannot be reached, and a
    pool that is empty, do not. SQLite says by its code whether the file can be used.
    """
    answered = getattr(getattr(error, "orig", None), "sqlstate", None) is not None
    return is_away(error) and not answered


def is_away(error: Exception) -> bool:
    """Tell whether the database failed, and not what was asked of it.

    Not to be reached, shutting down, starting, full, read-only, too slow: what was asked for may
    be asked again later.
    """
    if not isinstance(error, DBAPIError):
        return isinstance(error, PoolTimeoutError | TimeoutError)
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in UNUSABLE
    return isinstance(error, OperationalError) or getattr(error.orig, "sqlstate", "") == READ_ONLY


@contextmanager
def read(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that only reads: it neither waits for writers nor stops them."""
    with engine.connect().execution_options(reading=True) as connection, connection.begin():
        yield connection


def insert_if_absent(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless a unique key already holds; tell whether it was inserted."""
    statement = _insert_if_absent(table, connection.dialect.name)
    return connection.execute(statement, dict(values)).first() is not None


@lru_cache
def _insert_if_absent(table: Table, dialect: str) -> Insert:
    """Build the statement once: that costs more than running it.

    The count of rows of an INSERT is not to be had from every driver; a returned key is.
    """
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return make(table).on_conflict_do_nothing().returning(next(iter(table.primary_key)))
