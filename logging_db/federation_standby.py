"""Making the shifts of a line those of the file.

A shift has no name, so it is known by its content: first by all of it, then by when and for
which service it is, so that a shift keeps its row when only its people change.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, select, update

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
    zone: str
    needed: int
    people: tuple[str, ...]
    by_hand: bool = False  # somebody decided otherwise in the console

    def slot(self) -> Hashable:
        """Return when it is, and for which service."""
        return self.service_id, self.weekday, self.day, self.starts, self.ends

    def content(self) -> Hashable:
        """Return all that it says."""
        return self.slot(), self.needed, self.people

    def columns(self) -> dict[str, object]:
        """Return the values of its row, without id and line."""
        apart = {"id", "people", "by_hand"}
        return {name: value for name, value in vars(self).items() if name not in apart}


def sync_shifts(
    connection: Connection, line_id: str, wanted: Sequence[Standby]
) -> tuple[Count, Count, int]:
    """Make the line's shifts those of ``wanted``; return the counts of shifts, assignments.

    What was changed by hand stays as it is; the third number counts what of it differs. A
    weekly shift that was ended by hand stays for its past.
    """
    found = _read(connection, line_id)
    pairs = _pair(found, wanted)
    paired = {old.id for _, old in pairs if old}
    left = sum(
        old is not None and old.by_hand and new.content() != old.content() for new, old in pairs
    )
    surplus = [old for old in found if old.id not in paired and not old.by_hand]
    pairs = [(new, old) for new, old in pairs if old is None or not old.by_hand]
    added = [new for new, old in pairs if old is None]
    _delete(connection, surplus)
    _insert(connection, line_id, added)
    people = Count(sum(len(new.people) for new in added), 0, sum(len(o.people) for o in surplus))
    changed = 0
    for new, old in pairs:
        if old and new.columns() != old.columns():
            connection.execute(update(shifts).where(shifts.c.id == old.id).values(**new.columns()))
            changed += 1
        if old and new.people != old.people:
            people += _sync_people(connection, old, new.people)
    return Count(len(added), changed, len(surplus)), people, left


def _of_the_file(line_id: str) -> tuple[ColumnElement[bool], ...]:
    """Return what picks the shifts that came from the file: others are not its business."""
    return (shifts.c.line_id == line_id, shifts.c.origin == "file", shifts.c.template_id.is_(None))


def _read(connection: Connection, line_id: str) -> list[Standby]:
    """Return the line's shifts in ring order."""
    query = (
        select(assignments.c.shift_id, assignments.c.responder_id)
        .join(shifts)
        .where(*_of_the_file(line_id))
        .order_by(assignments.c.position, assignments.c.id)
    )
    people: defaultdict[str, list[str]] = defaultdict(list)
    for row in connection.execute(query):
        people[row.shift_id].append(row.responder_id)
    names = [name for name in Standby.__dataclass_fields__ if name not in {"people", "by_hand"}]
    # Weekly shifts are changed by ending them, dated ones where they are.
    by_hand = shifts.c.until.is_not(None) | (shifts.c.day.is_not(None) & (shifts.c.version > 1))
    columns = [shifts.c[name] for name in names]
    own = select(*columns, by_hand.label("by_hand")).where(*_of_the_file(line_id))
    return [
        Standby(**{**row, "by_hand": bool(row["by_hand"])}, people=tuple(people[row["id"]]))
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


def _delete(connection: Connection, surplus: Sequence[Standby]) -> None:
    """Delete shifts; their assignments go with them."""
    if not surplus:
        return
    these = [{"this": old.id} for old in surplus]
    # An occurrence that was called off has nothing left to call off.
    called_off = delete(shifts).where(shifts.c.weekly_id == bindparam("this"), shifts.c.cancelled)
    connection.execute(called_off, these)
    # One that was changed goes on by itself.
    occurrence = update(shifts).where(shifts.c.weekly_id == bindparam("this"))
    connection.execute(occurrence.values(weekly_id=None, weekly_day=None), these)
    connection.execute(delete(shifts).where(shifts.c.id == bindparam("this")), these)


def _insert(connection: Connection, line_id: str, added: Sequence[Standby]) -> None:
    """Insert shifts with their people, many at a time: a year of them holds the lock briefly."""
    people = [
        _assignment(new.id, person, place)
        for new in added
        for place, person in enumerate(new.people)
    ]
    if added:
        rows = [{"id": new.id, "line_id": line_id, **new.columns()} for new in added]
        connection.execute(insert(shifts), rows)
    if people:
        connection.execute(insert(assignments), people)


def _assignment(shift_id: str, person: str, place: int) -> dict[str, object]:
    return {"id": new_id(), "shift_id": shift_id, "responder_id": person, "position": place}


def _sync_people(connection: Connection, shift: Standby, people: Sequence[str]) -> Count:
    """Make the people of ``shift`` those of ``people``, in that order."""
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
            connection.execute(insert(assignments).values(_assignment(shift.id, person, place)))
    moved = sum(shift.people.index(person) != people.index(person) for person in kept)
    return Count(len(people) - len(kept), moved, len(gone))
