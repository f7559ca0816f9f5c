"""`permanence check`: how the last comparison with the provider's list of calls went."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from logging_db import reconciliations
from logging_db.engine import read
from permanence.preflight_result import Result
from telephony.comparing import FOR_PEOPLE

NAME = "reconciliation"
LEFT_OUT = timedelta(days=3)


def nights(engine: Engine, at: datetime) -> Iterator[Result]:
    """Say what the last night left to be done; nothing where all is well, or none ran yet."""
    try:
        with read(engine) as connection:
            last = next(iter(reconciliations.latest(connection)), None)
            left = reconciliations.unmended(connection, last.id) if last else {}
    except SQLAlchemyError:
        return  # said under database
    if last is None:
        return
    day = f"that of {last.since:%Y-%m-%d}"
    if last.ended_at is None and last.began_at <= at - reconciliations.TAKEN_OVER:
        yield Result(NAME, f"{day} did not end", _repeat(last.since, last.until))
    elif last.failure is not None:
        yield Result(NAME, f"{day} failed: {last.failure}", _repeat(last.since, last.until))
    elif last.until < at - LEFT_OUT:
        yield Result(NAME, f"the last is {day}", "Look whether the sweep runs.")
    elif left:
        yield _left(day, left)


def _left(day: str, left: Mapping[str, int]) -> Result:
    words = f"{day} found " + ", ".join(f"{left[kind]} {kind}" for kind in sorted(left))
    if FOR_PEOPLE & set(left):
        return Result(NAME, words, "Look at them in the console: Differences with the provider.")
    return Result(NAME, f"{words}; nothing has to be done")


def _repeat(since: datetime, until: datetime) -> str:
    return f"The next night repeats it, or at once: {_command(since, until)}"


def _command(since: datetime, until: datetime) -> str:
    return f"permanence reconcile --since {since:%Y-%m-%d} --until {until:%Y-%m-%d}"
