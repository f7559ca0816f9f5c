"""`permanence export`."""

import os
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TextIO

import click
from sqlalchemy import Connection

from logging_db import exports
from logging_db.engine import read
from permanence.clock import now
from permanence.database import opened
from permanence.lines import YEARS
from permanence.settings import load
from planning.roster_files import WINDOW, written

LONGEST = timedelta(days=2 * 366)

Source = Callable[[Connection, date | None, date | None], exports.Rows]

DAY = click.DateTime(["%Y-%m-%d"])
FORMATS: dict[str, Callable[[exports.Rows, TextIO], int]] = {
    "jsonl": exports.write_jsonl,
    "csv": exports.write_csv,
}
FORMAT = click.option("--format", "form", type=click.Choice(list(FORMATS)), default="jsonl")
SINCE = click.option("--since", type=DAY, help="From the beginning of this day (UTC).")
UNTIL = click.option("--until", type=DAY, help="Until before this day (UTC).")


@click.group()
def command() -> None:
    """Write records to standard output. No export ever holds a caller's number."""


@command.command()
@FORMAT
@SINCE
@UNTIL
def calls(form: str, since: datetime | None, until: datetime | None) -> None:
    """Write one record a call, the oldest first."""
    _write(exports.calls, form, since, until)


@command.command()
@FORMAT
@SINCE
@UNTIL
def callbacks(form: str, since: datetime | None, until: datetime | None) -> None:
    """Write one record a callback, the oldest first."""
    _write(exports.callbacks, form, since, until)


@command.command()
@FORMAT
@click.option("--since", type=DAY, help="From this day (of the line) on; without it, today.")
@click.option("--until", type=DAY, help="Until before this day; without it, eight weeks later.")
def roster(form: str, since: datetime | None, until: datetime | None) -> None:
    """Write one record for each person in each shift, with the columns of `import roster`."""
    _check_year(since, until)
    begins = since.date() if since else now().date()
    ends = until.date() if until else begins + WINDOW
    _check_stretch(begins, ends, "--since" if since else "today")
    if ends - begins > LONGEST:
        raise click.BadParameter("it must lie within two years of --since.", param_hint="--until")

    def source(connection: Connection, _first: date | None, _last: date | None) -> exports.Rows:
        return written(connection, begins, ends)

    _write(source, form, since, until)


def _check_year(*bounds: datetime | None) -> None:
    for name, day in zip(("--since", "--until"), bounds, strict=True):
        if day is not None and day.year not in YEARS:
            raise click.BadParameter(f"no roster knows the year {day.year}.", param_hint=name)


def _check_stretch(begins: date, ends: date, named: str) -> None:
    if ends <= begins:
        raise click.BadParameter(f"it must lie after {named}.", param_hint="--until")


def _write(source: Source, form: str, since: datetime | None, until: datetime | None) -> None:
    if since and until:
        _check_stretch(since.date(), until.date(), "--since")
    with opened(load()) as engine, read(engine) as connection:
        rows = source(connection, since and since.date(), until and until.date())
        try:
            FORMATS[form](rows, sys.stdout)
        except BrokenPipeError:
            # Whoever reads has read enough. Nothing more may be written, not even at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
