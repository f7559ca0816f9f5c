"""The database, opened for a command; what goes wrong with it becomes a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from logging_db.engine import make_engine
from permanence import places
from permanence.errors import OperatorError
from permanence.settings import Settings


@contextmanager
def opened(settings: Settings) -> Iterator[Engine]:
    """Yield an engine; raise :class:`OperatorError` where the database cannot be used."""
    places.make_data_dir(settings.data_dir)
    engine = make_engine(settings.database_url)
    try:
        yield engine
    except SQLAlchemyError as error:
        raise OperatorError(
            f"database: it cannot be used ({type(error).__name__}). If it is new, run "
            "permanence migrate; otherwise look: permanence check"
        ) from None
    finally:
        engine.dispose()
