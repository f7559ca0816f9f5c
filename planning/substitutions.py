"""Somebody stands in for one person of a shift, for all of it or for part."""

from datetime import datetime, time
from typing import Any

from sqlalchemy import Row, func, select

from logging_db.tables import assignments, substitutions
from planning.keys import ShiftKey, claim
from planning.ledger import Ledger
from planning.objections import refuse
from routing.duty import Occurrence, part, span, zone_of
from routing.roster import Shift, Substitution

Part = tuple[time | None, time | None]
Interval = tuple[datetime, datetime]
DAY_MINUTES = 24 * 60
WHOLE: Part = (None, None)


def substitute(
    ledger: Ledger,
    key: ShiftKey,
    version: int,
    instead_of: str,
    responder_id: str,
    during: Part = WHOLE,
) -> str:
    """Put somebody in one person's place; return the id of the substitution.

    ``during`` are wall times within the shift; ``None`` is its own beginning or end. Who is
    replaced may be assigned, or stand in themselves: only their own place changes.
    """
    row = claim(ledger, key, version)
    if instead_of == responder_id:
        raise refuse("stand_in_for_oneself")
    own = substitutions.c.shift_id == row.id
    there = list(ledger.connection.execute(select(substitutions).where(own)))
    of_shift = assignments.c.shift_id == row.id
    people = ledger.connection.execute(select(assignments.c.responder_id).where(of_shift))
    if instead_of not in {*people.scalars(), *(sub.responder_id for sub in there)}:
        raise refuse("not_in_this_shift")
    new = Substitution("", instead_of, responder_id, *during)
    occurrence = _occurrence(row)
    if not _inside(occurrence.shift, during):
        raise refuse("part_outside_shift", starts=row.starts, ends=row.ends)
    for other in there:
        known = Substitution("", instead_of, "", other.starts, other.ends)
        if other.instead_of == instead_of and _meet(part(occurrence, known), part(occurrence, new)):
            raise refuse("stood_in_for_already")
    return ledger.insert(
        substitutions,
        shift_id=row.id,
        instead_of=instead_of,
        responder_id=responder_id,
        starts=during[0],
        ends=during[1],
        position=len(there) and max(other.position for other in there) + 1,
    )


def end(ledger: Ledger, substitution_id: str, version: int) -> None:
    """Take a substitution away: the person replaced answers again."""
    query = select(substitutions).where(substitutions.c.id == substitution_id)
    row = ledger.connection.execute(query).one_or_none()
    if row is None:
        raise refuse("substitution_gone")
    claim(ledger, ShiftKey(row.shift_id), version)
    own = substitutions.c.shift_id == row.shift_id
    later = select(func.count()).where(own, substitutions.c.instead_of == row.responder_id)
    if ledger.connection.execute(later).scalar_one():
        raise refuse("stand_in_is_stood_in_for")
    ledger.delete(substitutions, [substitution_id])


def _occurrence(row: Row[Any]) -> Occurrence:
    shift = Shift(row.id, "", None, row.day, row.starts, row.ends, row.needed, ())
    times = span(row.day, row.starts, row.ends, zone_of(row.zone))
    return Occurrence(shift, row.day, *times, row.zone)


def _inside(shift: Shift, during: Part) -> bool:
    """Tell whether the wall times that were named lie within the shift, first things first."""
    starts, ends = during
    length = _minutes(shift, shift.ends) or DAY_MINUTES
    begins = 0 if starts is None else _minutes(shift, starts)
    finishes = length if ends in (None, shift.ends) else _minutes(shift, ends or shift.ends)
    return begins < finishes <= length


def _minutes(shift: Shift, wall: time) -> int:
    """Return how far a wall time lies behind the shift's beginning, on paper."""
    minutes = (wall.hour - shift.starts.hour) * 60 + wall.minute - shift.starts.minute
    return minutes % DAY_MINUTES


def _meet(one: Interval, other: Interval) -> bool:
    return one[0] < other[1] and other[0] < one[1]
