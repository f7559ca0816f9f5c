"""Saying "I can't" about one shift, by whoever holds a place in it: nothing changes by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Row, select

from logging_db.tables import absence_reports, responders
from planning.keys import ShiftKey, resolve, row_of
from planning.ledger import Ledger
from planning.objections import refuse
from planning.own import Stint

_said = absence_reports.c
_open = _said.settled_at.is_(None)


@dataclass(frozen=True)
class Report:
    """Somebody said that they cannot work a shift. ``key`` names the shift as it is now."""

    id: str
    key: ShiftKey
    day: date
    responder_id: str


def say_cannot(ledger: Ledger, stint: Stint) -> str:
    """Write down that a person cannot work this shift; return the report's id.

    Refuses what is over, and what was said already.
    """
    if stint.ends <= ledger.at:
        raise refuse("shift_is_over", day=stint.on.day)
    if any(report.key == stint.key for report in open_reports(ledger.connection, stint.person)):
        raise refuse("cannot_said_already")
    describe(ledger, stint)
    return ledger.insert(
        absence_reports,
        shift_id=stint.on.shift.id,
        day=stint.on.day,
        responder_id=stint.person,
        said_at=ledger.at,
        settled_at=None,
    )


def settle(ledger: Ledger, report_id: str, person: str | None = None) -> None:
    """Close a report: arranged, or taken back by the ``person`` who made it."""
    query = select(absence_reports).where(_said.id == report_id)
    row = ledger.connection.execute(query).one_or_none()
    if row is None or (person is not None and row.responder_id != person):
        raise refuse("report_gone")
    if row.settled_at is not None:
        raise refuse("report_settled_already")
    query = select(responders.c.name).where(responders.c.id == row.responder_id)
    ledger.details["who"] = ledger.connection.execute(query).scalar_one()
    ledger.details["day"] = row.day.isoformat()
    ledger.update(absence_reports, report_id, settled_at=ledger.at)


def settle_of_shift(ledger: Ledger, person: str, key: ShiftKey) -> None:
    """Close what a person said of a shift that is no longer theirs."""
    for report in open_reports(ledger.connection, person):
        if report.key == resolve(ledger.connection, key):
            ledger.update(absence_reports, report.id, settled_at=ledger.at)


def open_reports(
    connection: Connection, person: str | None = None, since: date | None = None
) -> list[Report]:
    """Return the open reports, of one person or of shifts from a day on; the next shift first."""
    query = select(absence_reports).where(_open).order_by(_said.day, _said.said_at, _said.id)
    if person is not None:
        query = query.where(_said.responder_id == person)
    if since is not None:
        query = query.where(_said.day >= since)
    rows: Sequence[Row[tuple[object, ...]]] = connection.execute(query).all()
    return [
        Report(row.id, key_now(connection, row.shift_id, row.day), row.day, row.responder_id)
        for row in rows
    ]


def key_now(connection: Connection, shift_id: str, day: date) -> ShiftKey:
    """Return how a shift that was spoken of on a day is named now, if it is still there."""
    row = row_of(connection, shift_id)
    if row is None or row.day is not None:
        return ShiftKey(shift_id)
    return resolve(connection, ShiftKey(shift_id, day))


def describe(ledger: Ledger, stint: Stint) -> None:
    """Note what the change is about, for the words by which people find it again."""
    shift = stint.on.shift
    ledger.details |= {
        "service": shift.service,
        "day": stint.on.day.isoformat(),
        "starts": f"{shift.starts:%H:%M}",
        "ends": f"{shift.ends:%H:%M}",
    }
