"""`permanence sweep`."""

import click

from permanence import logs, sweep
from permanence.settings import load


@click.command()
def command() -> None:
    """Run the sweep: once a second it finds what the bell missed."""
    settings = load().with_provider()
    logs.set_up(settings.log, service="sweep")
    sweep.main(settings)
