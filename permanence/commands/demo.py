"""`permanence demo`."""

import sys

import click

from permanence import demo


@click.command()
@click.option(
    "--port",
    default=8080,
    show_default=True,
    type=click.IntRange(1, 65534),
    help="The phone wall's port; the product takes the next one.",
)
def command(port: int) -> None:
    """Run the whole product with sample data and a simulated provider, until Ctrl-C."""
    sys.exit(demo.run(port))
