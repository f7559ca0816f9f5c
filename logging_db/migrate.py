"""Bringing a database to the shape that the code expects, and asking which it has."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from logging_db.engine import make_engine

FOLDER = Path(__file__).parent / "migrations"


def _config(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["engine"] = engine
    return config


def upgrade(database_url: str, revision: str = "head") -> None:
    """Bring the database to ``revision``. Data survives; running it again does nothing."""
    _run(database_url, command.upgrade, revision)


def downgrade(database_url: str, revision: str) -> None:
    """Take the database back to ``revision`` (``base`` is an empty one)."""
    _run(database_url, command.downgrade, revision)


def _run(database_url: str, step: object, revision: str) -> None:
    engine = make_engine(database_url)
    try:
        step(_config(engine), revision)  # type: ignore[operator] # both commands are callables
    finally:
        engine.dispose()


def head() -> str:
    """Return the newest revision that the code knows."""
    return str(ScriptDirectory(str(FOLDER)).get_current_head())


def current(engine: Engine) -> str | None:
    """Return the revision that the database is at, ``None`` for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
