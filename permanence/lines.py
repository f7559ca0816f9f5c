"""A line as an operator names it on the command line, and the times they write and read."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import click
import phonenumbers
from sqlalchemy import Connection, select

from logging_db.tables import lines
from permanence.errors import OperatorError
from routing.wall import exists, instant, zone_of

REGION = "BE"  # where a number without a country code is at home
YEARS = range(1971, 9000)  # with room before and after for the days around

NUMBER = click.option(
    "--line", "number", required=True, help='The line: "+3280035243" or "0800/35.243".'
)
FORMAT = click.option("--format", "form", type=click.Choice(["json", "text"]), default="json")


@dataclass(frozen=True)
class Found:
    """A line in the record book."""

    id: str
    number: str
    zone: ZoneInfo


def find(connection: Connection, number: str) -> Found:
    """Return the line of a number, however it is written; :class:`OperatorError` if none is."""
    query = select(lines.c.id, lines.c.number, lines.c.timezone).order_by(lines.c.number)
    known = {row.number: row for row in connection.execute(query)}
    row = known.get(_e164(number))
    if row is None:
        names = ", ".join(known) or "none is imported yet"
        raise OperatorError(f"No line has the number {number}. The lines are: {names}.")
    return Found(row.id, row.number, zone_of(row.timezone))


def _e164(number: str) -> str:
    try:
        parsed = phonenumbers.parse(number, REGION)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def moment(text: str, zone: ZoneInfo) -> datetime:
    """Return the instant (UTC) of a time in ISO 8601; without an offset, of the line's clocks.

    A wall time that comes twice means its first coming. What is no time, or is left out by
    the clocks, is refused with ``click.BadParameter``.
    """
    try:
        written = datetime.fromisoformat(text)
    except ValueError:
        raise _refused(
            f"{text!r} is no time. Write the line's local time, for example 2026-11-24T10:00, "
            "or give an offset: 2026-11-24T10:00+01:00, 2026-11-24T09:00Z."
        ) from None
    if written.year not in YEARS:
        raise _refused(f"no roster knows the year {written.year}.")
    if written.tzinfo is not None:
        return written.astimezone(UTC)
    if not exists(written.date(), written.time(), zone):
        leap = instant(written.date(), written.time(), zone).astimezone(zone)
        raise _refused(
            f"clocks in {zone.key} leap over {text}. Write a time before it, or from "
            f"{leap:%Y-%m-%dT%H:%M} on; or give an offset."
        )
    return instant(written.date(), written.time(), zone)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant (UTC) at which a local day begins."""
    return instant(day, time(0), zone)


def iso(at: datetime) -> str:
    """Return an instant in ISO 8601 in UTC, as the exports write it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _refused(sentence: str) -> click.BadParameter:
    return click.BadParameter(sentence, param_hint="--at")
