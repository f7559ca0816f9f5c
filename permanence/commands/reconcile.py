"""`permanence reconcile`."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import click
from sqlalchemy import Connection, Row

from logging_db import reconciliations
from logging_db.engine import read
from permanence import logs
from permanence.call_list import ProviderCalls
from permanence.clock import now
from permanence.database import opened
from permanence.lines import iso
from permanence.runtime import open_desk
from permanence.settings import load
from telephony.desk import Desk
from telephony.reconciling import reconcile

DAY = click.DateTime(["%Y-%m-%d"])
A_DAY = timedelta(days=1)
LONGEST = 400 * A_DAY
MOST_SHOWN = 10_000

Period = tuple[datetime, datetime]


@click.command()
@click.option("--since", type=DAY, help="From the beginning of this day (UTC); yesterday's.")
@click.option("--until", type=DAY, help="Until before this day (UTC); today.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def command(since: datetime | None, until: datetime | None, form: str) -> None:
    """Compare the provider's list of calls with the book, and mend what can be mended.

    Every night the sweep does so for the day before; this repeats it for one day or several.
    Exit 1 where it could not be done to the end.
    """
    days = _days(since, until)
    settings = load().with_provider()
    # Standard output is for the results, and a line for each day is there in any case.
    quiet = settings.log.model_copy(update={"level": "warning"})
    logs.set_up(quiet, service="reconcile", stream=sys.stderr)
    with opened(settings) as engine:
        desk = replace(open_desk(settings), engine=engine)
        busy = _compare(desk, ProviderCalls(settings.provider), days)
        with read(engine) as connection:
            told = [_told(connection, period) for period in days]
    if form == "json":
        click.echo(json.dumps([each for each in told if each], indent=2))
    else:
        click.echo("\n".join(line for each in told if each for line in _words(each)))
    for begins, _ends in busy:
        click.echo(f"{begins:%Y-%m-%d}: somebody else is comparing it now.", err=True)
    sys.exit(1 if busy or any(each["failure"] for each in told if each) else 0)


def _days(since: datetime | None, until: datetime | None) -> list[Period]:
    today = now().replace(hour=0, minute=0, second=0, microsecond=0)
    ends = until.replace(tzinfo=UTC) if until else today
    begins = since.replace(tzinfo=UTC) if since else ends - A_DAY
    if until is None and since and begins >= today:
        raise click.BadParameter("that day is not over yet (UTC).", param_hint="--since")
    if ends > today:
        raise click.BadParameter(
            f"only days that are over can be compared: at most {today:%Y-%m-%d}.",
            param_hint="--until",
        )
    if ends <= begins:
        raise click.BadParameter("it must lie after --since.", param_hint="--until")
    if ends - begins > LONGEST:
        raise click.BadParameter("it must lie within 400 days of --since.", param_hint="--until")
    return [(begins + n * A_DAY, begins + (n + 1) * A_DAY) for n in range((ends - begins).days)]


def _compare(desk: Desk, calls: ProviderCalls, days: list[Period]) -> list[Period]:
    """Compare each day; return those that somebody else is at."""
    busy = []
    with _bar(len(days)) as bar:
        for begins, ends in days:
            if not reconcile(desk, calls, begins, ends, again=True):
                busy.append((begins, ends))
            bar.update(1)
    return busy


@contextmanager
def _bar(length: int) -> Iterator[Any]:
    """Draw a bar on the terminal; what is written into a file holds the results alone."""
    hidden = length == 1 or not sys.stderr.isatty()
    with click.progressbar(
        length=length, label="Comparing days", file=sys.stderr, hidden=hidden
    ) as bar:
        yield bar


def _told(connection: Connection, period: Period) -> dict[str, Any] | None:
    run = reconciliations.of(connection, *period)
    if run is None:
        return None
    found = reconciliations.found(connection, [run.id], MOST_SHOWN)
    return {
        "since": iso(run.since),
        "until": iso(run.until),
        "compared": run.compared,
        "failure": run.failure,
        "differences": [_difference(row) for row in found],
    }


def _difference(row: Row[Any]) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "provider_sid": row.provider_sid,
        "call_id": row.call_id,
        "leg_id": row.leg_id,
        "detail": row.detail,
        "mended_at": iso(row.mended_at) if row.mended_at else None,
    }


def _words(told: dict[str, Any]) -> Iterator[str]:
    found = told["differences"]
    mended = sum(each["mended_at"] is not None for each in found)
    counts = f"{told['compared']} calls compared, {len(found)} differences, {mended} mended"
    failed = f"; FAILED: {told['failure']}" if told["failure"] else ""
    yield f"{told['since'][:10]}: {counts}{failed}"
    for each in found:
        state = "mended" if each["mended_at"] else "shown"
        detail = f" ({each['detail']})" if each["detail"] else ""
        yield f"  {state:6} {each['kind']} {each['provider_sid']}{detail}"
