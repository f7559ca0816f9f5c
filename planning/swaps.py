"""Two people of two shifts trade places, or one person goes over to another shift."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from logging_db.tables import assignments, shifts, substitutions
from planning.keys import ShiftKey, claim, row_of, stale
from planning.ledger import Ledger
from planning.objections import refuse
from planning.past import has_begun
from planning.shifts import clear, set_people


@dataclass(frozen=True)
class Stand:
    """A person in a shift, as whoever decides has it before them; ``""`` is nobody."""

    key: ShiftKey
    version: int
    person: str = ""


def swap(ledger: Ledger, one: Stand, other: Stand) -> None:
    """Let the people of two shifts trade places; each gets the other's place in the ring.

    Where ``other`` names nobody, the person goes over and stands last there. Only who is
    assigned and stands there in person can do so: a substitution is a promise made to
    somebody, and must be ended by hand.
    """
    if one.key == other.key:
        raise refuse("swap_within_a_shift")
    rows = [claim(ledger, each.key, each.version) for each in (one, other)]
    people = [_people(ledger, row.id) for row in rows]
    for each, row, there in zip((one, other), rows, people, strict=True):
        if each.person and (each.person not in there or _stood_in_for(ledger, row.id, each.person)):
            raise refuse("swap_not_in_person")
    for row, there, goes, comes in (
        (rows[0], people[0], one.person, other.person),
        (rows[1], people[1], other.person, one.person),
    ):
        if comes in there:
            raise refuse("person_twice")
        set_people(ledger, row.id, _traded(there, goes, comes))


def _traded(people: list[str], goes: str, comes: str) -> list[str]:
    if not goes:
        return [*people, comes]
    traded = [comes if person == goes else person for person in people]
    return [person for person in traded if person]


def _people(ledger: Ledger, shift_id: str) -> list[str]:
    query = select(assignments.c.responder_id).where(assignments.c.shift_id == shift_id)
    return list(ledger.connection.execute(query.order_by(assignments.c.position)).scalars())


def _stood_in_for(ledger: Ledger, shift_id: str, person: str) -> bool:
    query = select(substitutions.c.id).where(
        substitutions.c.shift_id == shift_id, substitutions.c.instead_of == person
    )
    return ledger.connection.execute(query.limit(1)).first() is not None


def follow_again(ledger: Ledger, key: ShiftKey, version: int) -> date:
    """Forget what was decided for one occurrence: the standing week holds there again.

    Returns the day of the occurrence. Also for one that was called off. What has begun stays
    as it is.
    """
    row = row_of(ledger.connection, key.shift_id)
    if row is None:
        raise refuse("shift_gone")
    if row.version != version:
        raise stale(ledger.connection, key)
    if row.weekly_id is None:
        raise refuse("not_of_the_standing_week")
    weekly = row_of(ledger.connection, row.weekly_id)
    if weekly is None or not _still_holds(weekly, row.weekly_day):
        raise refuse("not_of_the_standing_week")
    there = dict(weekly._mapping) | {"day": row.weekly_day}
    if (not row.cancelled and has_begun(row._mapping, ledger.at)) or has_begun(there, ledger.at):
        raise refuse("shift_runs", day=row.day)
    clear(ledger, row.id)
    ledger.delete(shifts, [row.id])
    day: date = row.weekly_day
    return day


def _still_holds(weekly: object, day: date) -> bool:
    since, until = (getattr(weekly, name) for name in ("since", "until"))
    return (since is None or since <= day) and (until is None or day < until)
