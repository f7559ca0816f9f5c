"""`permanence duty`."""

import json
from datetime import datetime, timedelta

import click

from logging_db.engine import read
from logging_db.rosters import read_book
from permanence.clock import now
from permanence.database import opened
from permanence.lines import FORMAT, NUMBER, find, iso, moment
from permanence.settings import load
from routing.duty import on_duty
from routing.roster import Duty, Line, Responder
from routing.wall import zone_of

AROUND = timedelta(days=3)  # nights, zones, and a margin

NOBODY = {
    "closed": "The line is closed.",
    "closure": "The line is closed for the day",
    "no_shift": "The line is open, but no shift covers this time.",
    "absent": "The line is open and a shift covers this time, but nobody stands in it.",
    "language": "People are on duty, but none speaks this language.",
}


@click.command()
@NUMBER
@click.option(
    "--at",
    metavar="TIME",
    help="ISO 8601; without an offset, the line's local time. Default: now.",
)
@click.option("--language", help="Only those who speak it, for example fr.")
@FORMAT
def command(number: str, at: str | None, language: str | None, form: str) -> None:
    """Say who is on duty for a line, in the order in which they are rung."""
    with opened(load()) as engine, read(engine) as connection:
        asked = find(connection, number)
        when = now().replace(microsecond=0) if at is None else moment(at, asked.zone)
        day = when.date()
        book = read_book(connection, day - AROUND, day + AROUND, asked.id)
    roster = book.by_id[asked.id]
    duty = on_duty(roster, when, language and language.lower())
    if form == "json":
        click.echo(_json(roster.line, when, duty))
    else:
        click.echo("\n".join(_text(roster.line, when, duty)))


def _json(line: Line, at: datetime, duty: Duty) -> str:
    answer = {
        "at": iso(at),
        "line": line.number,
        "open": duty.open,
        "reason": duty.reason,
        "responders": [
            {"name": person.name, "service": person.service, "languages": person.languages}
            for person in duty.responders
        ],
    }
    return json.dumps(answer, ensure_ascii=False)


def _text(line: Line, at: datetime, duty: Duty) -> list[str]:
    head = (
        f"{line.name} ({line.number}), {at.astimezone(zone_of(line.timezone)):%a %d %b %Y, %H:%M}"
    )
    if duty.reason is not None:
        return [head, _nobody(duty)]
    return [head, *(_person(n, person) for n, person in enumerate(duty.responders, start=1))]


def _nobody(duty: Duty) -> str:
    words = NOBODY[duty.reason or ""]
    if duty.closure is None:
        return words
    names = " / ".join(duty.closure.names.values())
    return f"{words}: {names}." if names else f"{words}."


def _person(place: int, person: Responder) -> str:
    return f"{place}. {person.name} ({person.service}; {', '.join(person.languages)})"
