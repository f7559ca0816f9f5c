"""`permanence export`."""

import os
import sys
from collections.abc import Callable
from datetime import date, datetime
from typing import TextIO

import click
from sqlalchemy import Connection

from logging_db import exports
from logging_db.engine import read
from permanence.database import opened
from permanence.settings import load

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


def _write(source: Source, form: str, since: datetime | None, until: datetime | None) -> None:
    with opened(load()) as engine, read(engine) as connection:
        rows = source(connection, since and since.date(), until and until.date())
        try:
            FORMATS[form](rows, sys.stdout)
        except BrokenPipeError:
            # Whoever reads has read enough. Nothing more may be written, not even at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
