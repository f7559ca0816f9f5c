"""`permanence check`."""

import sys

import click

from permanence import preflight
from permanence.settings import load


@click.command()
@click.option(
    "--provider",
    "deep",
    is_flag=True,
    help="Also look at all that has to be right in the provider's account: signatures, "
    "caller ids, countries that may be dialled, queues.",
)
def command(*, deep: bool) -> None:
    """Look whether everything is set up; a line each, exit 1 on a fault.

    Looked at: configuration, database, Redis, clock, mail, provider credentials, the webhook
    addresses of each line's numbers and what they fall back to, what could not be taken in
    after the database was away, and how the last night's reconciliation went.
    """
    faults = 0
    for result in preflight.examine(load(), deep=deep):
        click.echo(str(result))
        faults += bool(result.remedy)
    sys.exit(1 if faults else 0)
