"""`permanence migrate`."""

import click
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from logging_db import migrate
from logging_db.engine import is_away
from permanence import logs, places
from permanence.errors import NotNowError, OperatorError
from permanence.settings import load


@click.command()
@click.option("--to", "revision", default="head", help="A revision other than the newest.")
def command(revision: str) -> None:
    """Bring the database to the shape this version expects. Running it again does nothing."""
    settings = load()
    logs.set_up(settings.log, service="migrate")
    places.make_data_dir(settings.data_dir)
    try:
        migrate.upgrade(settings.database_url, revision)
    except CommandError as error:
        raise OperatorError(f"{error}. The newest revision is {migrate.head()}.") from None
    except SQLAlchemyError as error:
        kind = NotNowError if is_away(error) else OperatorError
        raise kind(
            f"The database cannot be brought up to date ({type(error).__name__}). "
            "Look whether database.url is right and the server runs: permanence check"
        ) from None
    at = migrate.head() if revision == "head" else revision
    click.echo(f"The database is at revision {at}.")
