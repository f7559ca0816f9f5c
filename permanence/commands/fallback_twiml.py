"""`permanence fallback-twiml`."""

import click

from logging_db.engine import read
from logging_db.rosters import Rosters
from permanence.clock import now
from permanence.database import opened
from permanence.errors import OperatorError
from permanence.settings import load
from permanence.static_fallback import document


@click.command()
@click.argument("number")
def command(number: str) -> None:
    """Write the answer that callers of the line NUMBER hear when all of this is down.

    Put it where the provider finds it without us (a TwiML Bin, a static file), as the
    number's fallback: it apologises in each language, names the emergency number and connects
    with the line's fallback number. Who is on duty it cannot know. `permanence check` says when
    what is kept there is out of date.
    """
    with opened(load()) as engine, read(engine) as connection:
        known = Rosters().load(connection, now()).by_number
    if number not in known:
        lines = ", ".join(sorted(known)) or "none is imported yet"
        raise OperatorError(f"No line has the number {number}. The lines are: {lines}.")
    click.echo(document(known[number].line, number))
