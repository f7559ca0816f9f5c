"""Making the shifts of a line those of the file.

A shift has no name, so it is known by its content: first by all of it, then by when and for
which service it is, so that a shift keeps its row when only its people change.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, time

from sqlalchemy import Connection, delete, insert, select, update

from logging_db.columns import new_id
from logging_db.federation_plan import Count
from logging_db.tables import assignments, shifts


@dataclass(frozen=True)
class Standby:
    """A row of ``shifts`` with its people (ids of responders, in ring order)."""

    id: str
    position: int
    service_id: str
    weekday: int | None
    day: date | None
    starts: time
    ends: time
    needed: int
    people: tuple[str, ...]

    def slot(self) -> Hashable:
        """Return when it is, and for which service."""
        return self.service_id, self.weekday, self.day, self.starts, self.ends

    def content(self) -> Hashable:
        """Return all that it says."""
        return self.slot(), self.needed, self.people

    def columns(self) -> dict[str, object]:
        """Return the values of its row, without id and line."""
        return {name: value for name, value in vars(self).items() if name not in {"id", "people"}}


def sync_shifts(
    connection: Connection, line_id: str, wanted: Sequence[Standby]
) -> tuple[Count, Count]:
    """Make the line's shifts those of ``wanted``; return the counts of shifts, assignments."""
    found = _read(connection, line_id)
    pairs = _pair(found, wanted)
    paired = {old.id for _, old in pairs if old}
    surplus = [old for old in found if old.id not in paired]
    _delete(connection, [old.id for old in surplus])
    added = changed = 0
    people = Count(removed=sum(len(old.people) for old in surplus))
    for new, old in pairs:
        if old is None:
            connection.execute(insert(shifts).values(id=new.id, line_id=line_id, **new.columns()))
            added += 1
        elif new.columns() != old.columns():
            connection.execute(update(shifts).where(shifts.c.id == old.id).values(**new.columns()))
            changed += 1
        people += _sync_people(connection, old or replace(new, people=()), new.people)
    return Count(added, changed, len(surplus)), people


def _read(connection: Connection, line_id: str) -> list[Standby]:
    """Return the line's shifts in ring order."""
    query = (
        select(assignments.c.shift_id, assignments.c.responder_id)
        .join(shifts)
        .where(shifts.c.line_id == line_id)
        .order_by(assignments.c.position, assignments.c.id)
    )
    people: defaultdict[str, list[str]] = defaultdict(list)
    for row in connection.execute(query):
        people[row.shift_id].append(row.responder_id)
    own = select(*(c for c in shifts.c if c.name != "line_id")).where(shifts.c.line_id == line_id)
    return [
        Standby(**row, people=tuple(people[row["id"]]))
        for row in connection.execute(own.order_by(shifts.c.position, shifts.c.id)).mappings()
    ]


def _pair(
    found: Sequence[Standby], wanted: Sequence[Standby]
) -> list[tuple[Standby, Standby | None]]:
    """Return every wanted shift with the row that it was, if there is one."""
    by_content = _match(found, wanted, Standby.content)
    taken = {old.id for old in by_content.values()}
    rest = [old for old in found if old.id not in taken]
    others = [new for new in wanted if new.id not in by_content]
    matched = by_content | _match(rest, others, Standby.slot)
    return [(new, matched.get(new.id)) for new in wanted]


def _match(
    found: Iterable[Standby], wanted: Iterable[Standby], key: Callable[[Standby], Hashable]
) -> dict[str, Standby]:
    """Return rows by the id of the wanted shift with the same key; each row once."""
    pool: defaultdict[Hashable, list[Standby]] = defaultdict(list)
    for old in found:
        pool[key(old)].append(old)
    return {new.id: pool[key(new)].pop(0) for new in wanted if pool[key(new)]}


def _delete(connection: Connection, ids: Sequence[str]) -> None:
    """Delete shifts; their assignments go with them."""
    for shift_id in ids:
        connection.execute(delete(shifts).where(shifts.c.id == shift_id))


def _sync_people(connection: Connection, shift: Standby, people: Sequence[str]) -> Count:
    """Make the people of ``shift`` those of ``people``, in that order."""
    if shift.people == tuple(people):
        return Count()
    of_shift = assignments.c.shift_id == shift.id
    gone = [person for person in shift.people if person not in people]
    kept = [person for person in people if person in shift.people]
    for person in gone:
        connection.execute(
            delete(assignments).where(of_shift, assignments.c.responder_id == person)
        )
    # All of the kept are written: the numbers that are there may have gaps.
    for person in kept:
        this = assignments.c.responder_id == person
        connection.execute(
            update(assignments).where(of_shift, this).values(position=people.index(person))
        )
    for place, person in enumerate(people):
        if person not in kept:
            row = {"shift_id": shift.id, "responder_id": person, "position": place}
            connection.execute(insert(assignments).values(id=new_id(), **row))
    moved = sum(shift.people.index(person) != people.index(person) for person in kept)
    return Count(len(people) - len(kept), moved, len(gone))
