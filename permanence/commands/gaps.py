"""`permanence gaps`."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import click

from logging_db.engine import read
from logging_db.rosters import read_book
from permanence.database import opened
from permanence.lines import FORMAT, NUMBER, YEARS, find, iso, midnight
from permanence.settings import load
from routing.gaps import Gap, gaps

AROUND = timedelta(days=3)  # nights, zones, and a margin
LONGEST = timedelta(days=2 * 366)

DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@NUMBER
@click.option("--from", "first", type=DAY, required=True, help="From this local day on.")
@click.option("--to", "last", type=DAY, required=True, help="Until before this local day.")
@FORMAT
def command(number: str, first: datetime, last: datetime, form: str) -> None:
    """List when a line is open and too few people are there, or none of a language."""
    _check(first, last)
    since, until = first.date(), last.date()
    with opened(load()) as engine, read(engine) as connection:
        asked = find(connection, number)
        book = read_book(connection, since - AROUND, until + AROUND, asked.id)
    bounds = midnight(since, asked.zone), midnight(until, asked.zone)
    found = gaps(book.by_id[asked.id], *bounds)
    if form == "json":
        click.echo(json.dumps([_plain(gap) for gap in found], ensure_ascii=False))
    else:
        click.echo("\n".join(_words(gap, asked.zone) for gap in found) or "There are no gaps.")


def _check(first: datetime, last: datetime) -> None:
    if last <= first:
        raise click.BadParameter("it must lie after --from.", param_hint="--to")
    if last - first > LONGEST:
        raise click.BadParameter("it must lie within two years of --from.", param_hint="--to")
    for name, day in (("--from", first), ("--to", last)):
        if day.year not in YEARS:
            raise click.BadParameter(f"no roster knows the year {day.year}.", param_hint=name)


def _plain(gap: Gap) -> dict[str, str | int | None]:
    return {
        "from": iso(gap.begins),
        "to": iso(gap.ends),
        "language": gap.language,
        "needed": gap.needed,
        "covered": gap.covered,
    }


def _words(gap: Gap, zone: ZoneInfo) -> str:
    begins, ends = gap.begins.astimezone(zone), gap.ends.astimezone(zone)
    until = f"{ends:%H:%M}" if begins.date() == ends.date() else f"{ends:%a %d %b %Y %H:%M}"
    who = "people" if gap.language is None else f"who speak {gap.language}"
    return f"{begins:%a %d %b %Y %H:%M} to {until}: {who}: {gap.covered} of {gap.needed}"
