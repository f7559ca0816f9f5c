"""How a shift on a day is named from outside, and taken in hand to be changed."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from sqlalchemy import Connection, Row, select

from logging_db.tables import assignments, roster_changes, shifts
from planning.ledger import Ledger
from planning.objections import Refused, refuse
from planning.past import has_ended

_KEY = re.compile(r"([0-9a-f]{32})(?:\.([0-9]{8}))?")


@dataclass(frozen=True)
class ShiftKey:
    """A dated shift by its id; or a weekly one, and the local day of one occurrence."""

    shift_id: str
    day: date | None = None

    def __str__(self) -> str:
        return f"{self.shift_id}.{self.day:%Y%m%d}" if self.day else self.shift_id

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the key that an address or a form names; refuse anything else."""
        match = _KEY.fullmatch(text)
        try:
            day = match and match[2] and datetime.strptime(match[2], "%Y%m%d").date()  # noqa: DTZ007 # a local day has no zone
        except ValueError:
            match = None
        if match is None:
            raise refuse("shift_unknown")
        return cls(match[1], day or None)


class StaleError(Refused):
    """Somebody else has changed the shift since the form was opened. Nothing was changed."""


def row_of(connection: Connection, shift_id: str) -> Row[Any] | None:
    """Return the row of a shift."""
    return connection.execute(select(shifts).where(shifts.c.id == shift_id)).one_or_none()


def resolve(connection: Connection, key: ShiftKey) -> ShiftKey:
    """Return the key of what now stands for an occurrence: itself, or its dated shift."""
    if key.day is None:
        return key
    query = select(shifts.c.id).where(
        shifts.c.weekly_id == key.shift_id, shifts.c.weekly_day == key.day
    )
    dated = connection.execute(query).scalar_one_or_none()
    return ShiftKey(dated) if dated else key


def claim(ledger: Ledger, key: ShiftKey, version: int) -> Row[Any]:
    """Return the dated row to change, at the next version; made now for an occurrence.

    ``version`` is what the person had before them. Raises :class:`StaleError` if it is not
    the newest, :class:`~planning.objections.Refused` if the shift is gone or over.
    """
    row = row_of(ledger.connection, key.shift_id)
    if row is None:
        raise refuse("shift_gone")
    if resolve(ledger.connection, key) != key or row.version != version:
        raise stale(ledger.connection, key)
    if key.day is None:
        if row.day is None or row.cancelled:
            raise refuse("shift_gone")
        shift_id = row.id
    else:
        if not _holds_on(row, key.day):
            raise refuse("shift_unknown")
        shift_id = _materialise(ledger, row, key.day)
    own = row_of(ledger.connection, shift_id)
    if own is None or has_ended(own._mapping, ledger.at):
        raise refuse("shift_is_over", day=key.day or row.day)
    if key.day is None:
        ledger.update(shifts, shift_id, version=version + 1)
    return own


def _holds_on(weekly: Row[Any], day: date) -> bool:
    """Tell whether a weekly shift of the standing week has an occurrence on a day."""
    return (
        weekly.weekday == day.weekday()
        and weekly.template_id is None
        and (weekly.since is None or weekly.since <= day)
        and (weekly.until is None or day < weekly.until)
    )


def _materialise(ledger: Ledger, weekly: Row[Any], day: date) -> str:
    """Give one occurrence of a weekly shift a row of its own, with its people."""
    values = dict(weekly._mapping)
    values.pop("id")
    values |= {
        "weekday": None,
        "day": day,
        "since": None,
        "until": None,
        "origin": "hand",
        "version": 1,
        "weekly_id": weekly.id,
        "weekly_day": day,
    }
    shift_id = ledger.insert(shifts, **values)
    query = select(assignments).where(assignments.c.shift_id == weekly.id)
    people = ledger.connection.execute(query.order_by(assignments.c.position)).all()
    ledger.insert_many(
        assignments,
        [
            {"shift_id": shift_id, "responder_id": row.responder_id, "position": place}
            for place, row in enumerate(people)
        ],
    )
    return shift_id


def stale(connection: Connection, key: ShiftKey) -> StaleError:
    """Return the refusal that says who changed the shift, as far as it can be told."""
    named = {key.shift_id, resolve(connection, key).shift_id}
    newest = select(roster_changes).order_by(roster_changes.c.id.desc()).limit(50)
    for change in connection.execute(newest):
        if any(image["id"] in named for image in change.images):
            return StaleError(refuse("shift_stale_by", who=change.who).objections)
    return StaleError(refuse("shift_stale").objections)
