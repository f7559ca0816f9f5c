"""`permanence provision`."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from logging_db.engine import read
from permanence import provision_file
from permanence.clock import now
from permanence.database import opened
from permanence.errors import OperatorError
from permanence.lines import find
from permanence.provider import LineNumber, client, numbers_of_lines, webhooks
from permanence.provisioning import (
    Change,
    Plan,
    ProviderRefusedError,
    carry_out,
    check_address,
    plan,
    plan_back,
)
from permanence.settings import Settings, load


@click.command()
@click.option("--line", "number", help="Only this line; without it, all of them.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option(
    "--undo",
    "undo_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Go back to what was before: a file that an earlier run named.",
)
def command(*, number: str | None, yes: bool, dry_run: bool, undo_file: Path | None) -> None:
    """Set at the provider what `check --provider` finds wrong and can be set from here.

    That is the addresses and methods of the lines' numbers, and the permission to dial
    Belgium. What will change is shown first; running it again changes nothing.
    """
    if undo_file and number:
        raise click.UsageError("--undo goes back for all lines; leave out --line.")
    settings = load().with_provider()
    made = _back(settings, undo_file) if undo_file else _forth(settings, number)
    for fault in made.faults:
        click.echo(f"FAULT  {fault}")
    for remark in made.remarks:
        click.echo(f"note   {remark}")
    for change in made.changes:
        click.echo("\n".join(f"change {line}" for line in change.words()))
    done = True
    if not made.changes:
        click.echo("Nothing is to be changed.")
    elif dry_run:
        click.echo("Nothing was changed: this was a dry run.")
    else:
        _agree(yes=yes)
        done = _do(settings, made.changes)
    sys.exit(0 if done and not made.faults else 1)


def _forth(settings: Settings, number: str | None) -> Plan:
    check_address(settings.provider.public_url)
    numbers = _numbers(settings, number)
    account, sid = client(settings.provider), settings.provider.account_sid
    return plan(account, sid, numbers, webhooks(settings.provider.public_url))


def _numbers(settings: Settings, number: str | None) -> list[LineNumber]:
    with opened(settings) as engine, read(engine) as connection:
        chosen = find(connection, number).id if number else None
        found = [n for n in numbers_of_lines(connection) if chosen in (None, n.line_id)]
    if not found:
        raise OperatorError("There is no line yet. Import one: permanence import federation FILE")
    return found


def _back(settings: Settings, path: Path) -> Plan:
    changes = provision_file.read(path, settings.provider.account_sid)
    return plan_back(client(settings.provider), changes)


def _agree(*, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise OperatorError(
            "Nothing was changed: nobody can be asked here. Look at the lines above, and run "
            "it again with --yes."
        )
    click.confirm("Change this at the provider?", abort=True)


def _do(settings: Settings, changes: Sequence[Change]) -> bool:
    """Change one after another; stop at the first that fails, and say how far it got."""
    account = client(settings.provider)
    sid = settings.provider.account_sid
    kept = provision_file.keep(settings.data_dir, sid, changes, now())
    click.echo(f"kept   the former values: {kept}")
    for index, change in enumerate(changes):
        try:
            carry_out(account, change)
        except ProviderRefusedError as error:
            _failed(change, error, changes[index + 1 :])
            break
        click.echo(f"done   {change.label}")
    else:
        index = len(changes)
    click.echo(f"To go back: permanence provision --undo {kept}")
    return index == len(changes)


def _failed(change: Change, error: ProviderRefusedError, left: Sequence[Change]) -> None:
    known = "it may be done all the same" if error.unclear else "not done"
    click.echo(f"FAULT  {change.label}: {known}; {error}.")
    for each in left:
        click.echo(f"left   {each.label}: not done")
    click.echo("Run it again: it goes on with what is left.")
