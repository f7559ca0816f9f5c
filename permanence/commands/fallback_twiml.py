"""`permanence fallback-twiml`."""

import click

from logging_db.engine import read
from logging_db.rosters import Rosters
from permanence.clock import now
from permanence.database import opened
from permanence.errors import OperatorError
from permanence.settings import load
from telephony import apology, twiml


@click.command()
@click.argument("number")
def command(number: str) -> None:
    """Write the answer that callers of the line NUMBER hear when all of this is down.

    Put it where the provider finds it without us (a TwiML Bin, a static file), as the
    number's fallback: it apologises and connects with the line's fallback number.
    """
    with opened(load()) as engine, read(engine) as connection:
        known = Rosters().load(connection, now()).by_number
    if number not in known:
        lines = ", ".join(sorted(known)) or "none is imported yet"
        raise OperatorError(f"No line has the number {number}. The lines are: {lines}.")
    line = known[number].line
    click.echo(twiml.render(apology.sorry(line, line.languages)))
