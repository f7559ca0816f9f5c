"""`permanence web`."""

import click

from permanence import gunicorn_app, logs
from permanence.settings import load


@click.command()
def command() -> None:
    """Run the web server that the provider calls."""
    settings = load().with_provider()
    logs.set_up(settings.log, service="web")
    gunicorn_app.main(settings)
