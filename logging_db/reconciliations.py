"""Comparing the book with the provider's list of calls: who does it when, and what was found.

One row a period, written before anything is asked, so that of several machines one does it.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, or_, select, update

from logging_db.columns import new_id
from logging_db.engine import insert_if_absent
from logging_db.tables import calls, discrepancies, reconciliations

A_DAY = timedelta(days=1)
NIGHT_BEGINS = timedelta(hours=2)
"""How long after the end of a day (UTC) it is compared: by then its calls are over."""

BACK = 7 * A_DAY
"""How far back nights are made up for in which nothing ran."""

TAKEN_OVER = timedelta(hours=2)
"""How long a run may last; one that has not ended by then has died, and is begun anew."""

INTERRUPTED = "interrupted"
"""The failure of a run whose process was stopped: the next process begins it anew at once."""

LONGEST_FAILURE, LONGEST_DETAIL = 200, 64

_runs, _found = reconciliations.c, discrepancies.c


@dataclass(frozen=True)
class Run:
    """A period (UTC, half-open) that we have taken on. ``began_at`` tells it from a later one."""

    id: str
    since: datetime
    until: datetime
    began_at: datetime


def night_before(at: datetime) -> datetime:
    """Return when the night began in which, or after which, ``at`` lies."""
    begins = datetime.combine(at.astimezone(UTC).date(), time(0), UTC) + NIGHT_BEGINS
    return begins if at >= begins else begins - A_DAY


def due(connection: Connection, at: datetime) -> list[tuple[datetime, datetime]]:
    """Return the days that are to be compared now, the oldest first.

    Yesterday, once the night has begun; and those before it that were left out or failed,
    but none before the first call that the book knows: then the line was not ours yet.
    """
    first = connection.execute(select(func.min(calls.c.received_at))).scalar()
    if first is None:
        return []
    night = night_before(at)
    yesterday = night - NIGHT_BEGINS - A_DAY
    rows = connection.execute(select(reconciliations).where(_runs.since > yesterday - BACK)).all()
    known = {(row.since, row.until): row for row in rows}
    days = [yesterday - n * A_DAY for n in reversed(range(BACK // A_DAY))]
    periods = [(day, day + A_DAY) for day in days if day + A_DAY > first]
    return [one for one in periods if one not in known or _is_open(known[one], night, at)]


def _is_open(row: Row[Any], night: datetime, at: datetime) -> bool:
    if row.ended_at is None:
        return bool(row.began_at <= at - TAKEN_OVER)
    return row.failure is not None and (row.failure == INTERRUPTED or row.began_at < night)


def claim(
    connection: Connection, since: datetime, until: datetime, at: datetime, *, again: bool = False
) -> Run | None:
    """Take on a period; ``None`` where somebody is at it, or it is done.

    A run that died, or failed in a night before, is taken over; with ``again`` any that has
    ended. What was mended stays written down, what was only shown is looked for anew.
    """
    run = Run(new_id(), since, until, at)
    if insert_if_absent(connection, reconciliations, asdict(run)):
        return run
    died = and_(_runs.ended_at.is_(None), _runs.began_at <= at - TAKEN_OVER)
    failed = and_(
        _runs.failure.is_not(None),
        or_(_runs.failure == INTERRUPTED, _runs.began_at < night_before(at)),
    )
    taken = connection.execute(
        update(reconciliations)
        .where(
            _runs.since == since,
            _runs.until == until,
            or_(died, _runs.ended_at.is_not(None) if again else failed),
        )
        .values(began_at=at, ended_at=None, failure=None, compared=0)
        .returning(_runs.id)
    ).scalar()
    if taken is None:
        return None
    connection.execute(
        delete(discrepancies).where(_found.reconciliation_id == taken, _found.mended_at.is_(None))
    )
    return Run(taken, since, until, at)


def finish(
    connection: Connection, run: Run, at: datetime, compared: int, failure: str | None
) -> None:
    """Write down how a run ended, unless somebody has begun it anew since."""
    connection.execute(
        update(reconciliations)
        .where(_runs.id == run.id, _runs.began_at == run.began_at)
        .values(ended_at=at, compared=compared, failure=failure and failure[:LONGEST_FAILURE])
    )


def note(connection: Connection, run: Run, kind: str, provider_sid: str, **more: Any) -> bool:
    """Write down a difference, once; tell whether it is new.

    ``more``: ``call_id``, ``leg_id``, ``detail`` (never a number), ``mended_at``.
    """
    detail = more.pop("detail", None)
    row = {
        "id": new_id(),
        "reconciliation_id": run.id,
        "kind": kind,
        "provider_sid": provider_sid,
        "detail": detail and detail[:LONGEST_DETAIL],
        **more,
    }
    return insert_if_absent(connection, discrepancies, row)


def latest(
    connection: Connection, limit: int = 1, before: datetime | None = None
) -> Sequence[Row[Any]]:
    """Return the newest runs of periods before ``before``, the newest first."""
    query = select(reconciliations).order_by(_runs.since.desc(), _runs.until.desc()).limit(limit)
    return connection.execute(query.where(_runs.since < before) if before else query).all()


def of(connection: Connection, since: datetime, until: datetime) -> Row[Any] | None:
    """Return the run of a period, or ``None``."""
    query = select(reconciliations).where(_runs.since == since, _runs.until == until)
    return connection.execute(query).one_or_none()


def found(connection: Connection, run_ids: Sequence[str], limit: int) -> Sequence[Row[Any]]:
    """Return the differences of these runs, those that nobody mended first.

    ``received_at`` is when the call reached us, where it is a call of the book.
    """
    query = (
        select(discrepancies, calls.c.received_at)
        .outerjoin(calls, calls.c.id == _found.call_id)
        .where(_found.reconciliation_id.in_(run_ids))
        .order_by(_found.mended_at.is_not(None), _found.kind, calls.c.received_at, _found.id)
        .limit(limit)
    )
    return connection.execute(query).all()


def counted(connection: Connection, run_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return, for each of these runs, how many differences it found and how many are mended."""
    query = (
        select(_found.reconciliation_id, func.count(), func.count(_found.mended_at))
        .where(_found.reconciliation_id.in_(run_ids))
        .group_by(_found.reconciliation_id)
    )
    return {run_id: (all_, mended) for run_id, all_, mended in connection.execute(query)}


def unmended(connection: Connection, run_id: str) -> dict[str, int]:
    """Return how many differences of a run nobody mended, by their kind."""
    query = (
        select(_found.kind, func.count())
        .where(_found.reconciliation_id == run_id, _found.mended_at.is_(None))
        .group_by(_found.kind)
    )
    return {row.kind: int(row[1]) for row in connection.execute(query)}
