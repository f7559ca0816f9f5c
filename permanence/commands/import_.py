"""`permanence import`."""

from pathlib import Path

import click

from logging_db.cipher import FieldCipher, SealBrokenError
from logging_db.engine import write
from logging_db.federation import import_federation
from logging_db.federation_faults import FederationRefused
from permanence import logs
from permanence.clock import now
from permanence.database import opened
from permanence.errors import OperatorError
from permanence.keys import field_key
from permanence.settings import load
from planning.ledger import Author
from planning.objections import Refused, say
from planning.roster_files import bring_in


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
            changes = import_federation(engine, cipher, file.read_text("utf-8"), at=now())
    except (FederationRefused, SealBrokenError) as error:
        raise OperatorError(str(error)) from None
    except UnicodeDecodeError:
        raise OperatorError(f"{file}: it is not UTF-8 text. Save it as UTF-8.") from None
    for kind, count in changes.counts().items():
        click.echo(f"{kind}: {count}")
    for sentence in changes.sentences:
        click.echo(sentence)


@command.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--line", help="The number of the line, where the rows do not name it.")
@click.option(
    "--remove-others",
    is_flag=True,
    help="Also remove, between the file's first and last day, shifts of its services that are "
    "not in it.",
)
def roster(file: Path, line: str | None, remove_others: bool) -> None:  # noqa: FBT001 # a flag of the command line
    """Import shifts from a CSV, XLSX, ODS or ICS file.

    Columns: line, service, date, from, to, responder, order, needed, languages. All rows or
    none: a bad row is named by its number, column and reason, and nothing changes.
    """
    settings = load()
    logs.set_up(settings.log, service="import")
    author = Author("permanence import roster")
    try:
        with opened(settings) as engine, write(engine) as connection:
            done = bring_in(
                connection,
                now(),
                author,
                file.name,
                file.read_bytes(),
                line=line,
                remove_others=remove_others,
            )
    except Refused as refused:
        told = "\n".join(say(objection, "en") for objection in refused.objections)
        raise OperatorError(f"{file}: nothing was changed.\n{told}") from None
    click.echo(
        f"Shifts: {done.added} added, {done.changed} changed, {done.removed} removed, "
        f"{done.unchanged} as they were."
    )
    for warning in done.warnings:
        click.echo(f"Note: {say(warning, 'en')}")
