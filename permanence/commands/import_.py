"""`permanence import`."""

from pathlib import Path

import click

from logging_db.cipher import FieldCipher, SealBrokenError
from logging_db.federation import import_federation
from logging_db.federation_faults import FederationRefused
from permanence import logs
from permanence.database import opened
from permanence.errors import OperatorError
from permanence.keys import field_key
from permanence.settings import load


@click.group()
def command() -> None:
    """Bring data in from a file."""


@command.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def federation(file: Path) -> None:
    """Import lines, hours, partner services, responders and shifts from a TOML file.

    Running it again changes only what differs. A file with a fault changes nothing.
    """
    settings = load()
    logs.set_up(settings.log, service="import")
    try:
        with opened(settings) as engine:
            cipher = FieldCipher(field_key(settings))
            changes = import_federation(engine, cipher, file.read_text("utf-8"))
    except (FederationRefused, SealBrokenError) as error:
        raise OperatorError(str(error)) from None
    except UnicodeDecodeError:
        raise OperatorError(f"{file}: it is not UTF-8 text. Save it as UTF-8.") from None
    for kind, count in changes.counts().items():
        click.echo(f"{kind}: {count}")
    for sentence in changes.sentences:
        click.echo(sentence)
