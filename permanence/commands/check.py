"""`permanence check`."""

import sys

import click

from permanence import preflight
from permanence.settings import load


@click.command()
def command() -> None:
    """Look whether everything is set up; a line each, exit 1 on a fault.

    Looked at: configuration, database, Redis, clock, provider credentials, and the
    webhook addresses of each line's number.
    """
    faults = 0
    for result in preflight.examine(load()):
        click.echo(str(result))
        faults += bool(result.remedy)
    sys.exit(1 if faults else 0)
