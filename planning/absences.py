"""Times in which somebody does not answer, whatever they are planned for. No reason is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from logging_db.tables import absences, responders
from planning.ledger import Ledger
from planning.objections import Objection, refuse
from routing.wall import exists, zone_of

LONGEST = timedelta(days=366)
FARTHEST = timedelta(days=2 * 366)


@dataclass(frozen=True)
class Away:
    """An absence, half-open, as aware instants."""

    id: str
    person: str
    name: str
    service_id: str
    starts_at: datetime
    ends_at: datetime


def instant(wall: datetime, zone: str) -> datetime:
    """Return the instant of a local day and time; refuse one that clocks leap over."""
    if not exists(wall.date(), wall.time(), zone_of(zone)):
        raise refuse("no_such_time", day=wall.date(), time=wall.time())
    return wall.replace(tzinfo=zone_of(zone), fold=0)


def add(ledger: Ledger, person: str, starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """Note that somebody is away between two instants (aware); return its id.

    It may be given as from earlier today, without a time say: it begins now then, for what is
    over stays as it was (see :func:`remarks`). ``zone`` is the one in which today is meant,
    and in which sentences write times.
    """
    name = _name(ledger.connection, person)
    today = ledger.at.astimezone(zone_of(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    if ends_at <= starts_at:
        raise refuse("absence_backwards")
    if starts_at < today or ends_at <= ledger.at:
        raise refuse("absence_in_the_past")
    if ends_at - starts_at > LONGEST or starts_at > ledger.at + FARTHEST:
        raise refuse("absence_too_long", most=LONGEST.days)
    if starts_at < ledger.at:
        starts_at = ledger.at
        ledger.details["begins_now"] = f"{starts_at.astimezone(zone_of(zone)):%H:%M}"
    _refuse_overlap(ledger, person, name, (starts_at, ends_at), zone)
    ledger.details |= {"who": name, "from": starts_at.isoformat(), "to": ends_at.isoformat()}
    return ledger.insert(absences, responder_id=person, starts_at=starts_at, ends_at=ends_at)


def remarks(ledger: Ledger) -> tuple[Objection, ...]:
    """Return what should be known of an absence that was noted otherwise than it was given."""
    told = {name: ledger.details.get(name) for name in ("who", "begins_now")}
    if told["begins_now"] is None:
        return ()
    return (Objection("absence_from_now", {k: v or "" for k, v in told.items()}, hard=False),)


def end(ledger: Ledger, absence_id: str, ends_at: datetime) -> None:
    """Let an absence end sooner, now at the earliest; one that has not begun can be removed."""
    row = _row(ledger, absence_id)
    if not ledger.at <= ends_at < row.ends_at or ends_at <= row.starts_at:
        raise refuse("absence_end_between")
    ledger.details |= {"who": _name(ledger.connection, row.responder_id), "to": ends_at.isoformat()}
    ledger.update(absences, absence_id, ends_at=ends_at)


def remove(ledger: Ledger, absence_id: str) -> None:
    """Remove an absence that has not begun."""
    row = _row(ledger, absence_id)
    if row.starts_at <= ledger.at:
        raise refuse("absence_has_begun")
    ledger.details["who"] = _name(ledger.connection, row.responder_id)
    ledger.delete(absences, [absence_id])


def listed(
    connection: Connection,
    at: datetime,
    person: str | None = None,
    *,
    past: bool = False,
    most: int = 500,
) -> list[Away]:
    """Return absences that are not over, the next first; with ``past``, those that are."""
    columns = (absences, responders.c.name, responders.c.service_id)
    query = select(*columns).join(responders, responders.c.id == absences.c.responder_id)
    query = query.where(absences.c.ends_at <= at if past else absences.c.ends_at > at)
    if person is not None:
        query = query.where(absences.c.responder_id == person)
    order = absences.c.starts_at.desc() if past else absences.c.starts_at
    rows = connection.execute(query.order_by(order, responders.c.name).limit(most))
    return [
        Away(row.id, row.responder_id, row.name, row.service_id, row.starts_at, row.ends_at)
        for row in rows
    ]


def find(connection: Connection, absence_id: str) -> Away:
    """Return one absence; refuse one that is gone."""
    columns = (absences, responders.c.name, responders.c.service_id)
    query = select(*columns).join(responders, responders.c.id == absences.c.responder_id)
    row = connection.execute(query.where(absences.c.id == absence_id)).one_or_none()
    if row is None:
        raise refuse("absence_gone")
    return Away(row.id, row.responder_id, row.name, row.service_id, row.starts_at, row.ends_at)


def _row(ledger: Ledger, absence_id: str) -> Row[Any]:
    row = ledger.connection.execute(
        select(absences).where(absences.c.id == absence_id)
    ).one_or_none()
    if row is None:
        raise refuse("absence_gone")
    if row.ends_at <= ledger.at:
        raise refuse("absence_is_over")
    return row


def _name(connection: Connection, person: str) -> str:
    query = select(responders.c.name).where(responders.c.id == person)
    name = connection.execute(query).scalar_one_or_none()
    if name is None:
        raise refuse("person_unknown")
    return str(name)


def _refuse_overlap(
    ledger: Ledger, person: str, name: str, span: tuple[datetime, datetime], zone: str
) -> None:
    query = select(absences).where(
        absences.c.responder_id == person,
        absences.c.starts_at < span[1],
        absences.c.ends_at > span[0],
    )
    other = ledger.connection.execute(query.order_by(absences.c.starts_at).limit(1)).first()
    if other is None:
        return
    starts, ends = (at.astimezone(zone_of(zone)) for at in (other.starts_at, other.ends_at))
    raise refuse(
        "absence_overlaps",
        who=name,
        day=starts.date(),
        time=starts.time(),
        last=ends.date(),
        ends=ends.time(),
    )
