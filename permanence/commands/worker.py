"""`permanence worker`."""

import click

from permanence import logs, worker
from permanence.settings import load


@click.command()
def command() -> None:
    """Run a worker: it answers the bell."""
    settings = load().with_provider()
    logs.set_up(settings.log, service="worker")
    worker.main(settings)
