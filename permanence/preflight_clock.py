"""`permanence check`: is our clock right? Rosters, due times and signatures live by it."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from logging_db.engine import read
from permanence.preflight_result import Result
from permanence.settings import Settings

SECONDS = 3.0
LARGEST_DRIFT = 5.0
SANE_YEARS = range(2025, 2100)

Clock = Callable[[], datetime | None]


def clock(settings: Settings, engine: Engine) -> Result:
    """Compare our clock with the calendar, the database's and the provider's."""
    others: dict[str, Clock] = {
        "the database": lambda: _database_time(engine),
        "the provider": lambda: _provider_time(settings),
    }
    return compare(others, lambda: datetime.now(UTC))


def compare(others: Mapping[str, Clock], ours: Callable[[], datetime]) -> Result:
    """Compare ``ours`` with each of the others that can be read."""
    if ours().year not in SANE_YEARS:
        return Result("clock", f"it shows the year {ours().year}", "Set it, and keep it by NTP.")
    agreed = []
    for name, read_it in others.items():
        theirs = read_it()
        if theirs is None:
            continue
        drift = abs((ours() - theirs).total_seconds())
        if drift > LARGEST_DRIFT:
            return Result("clock", f"{drift:.0f} s apart from that of {name}", "Keep both by NTP.")
        agreed.append(name)
    return Result("clock", "agrees with " + " and ".join(agreed) if agreed else "plausible")


def _database_time(engine: Engine) -> datetime | None:
    if engine.dialect.name != "postgresql":
        return None  # SQLite reads our own clock
    try:
        with read(engine) as connection:
            found: datetime = connection.execute(select(func.now())).scalar_one()
            return found
    except SQLAlchemyError:
        return None


def _provider_time(settings: Settings) -> datetime | None:
    address = settings.provider.base_url or "https://api.twilio.com"
    try:
        date = requests.head(address, timeout=SECONDS).headers.get("Date", "")
        return parsedate_to_datetime(date).astimezone(UTC)
    except (requests.RequestException, ValueError):
        return None
