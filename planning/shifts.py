"""Adding, changing and removing a dated shift."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Row, func, select

from logging_db.tables import assignments, lines, partner_services, shifts, substitutions
from planning.keys import ShiftKey, claim
from planning.ledger import Ledger
from planning.objections import Refused, refuse
from planning.past import has_begun, has_ended
from planning.plans import Plan, faults
from routing.duty import Occurrence, part
from routing.roster import Shift, Substitution
from routing.wall import span, zone_of

FIELDS = ("service_id", "day", "starts", "ends", "needed")


def add(ledger: Ledger, line_id: str, plan: Plan) -> str:
    """Add a dated shift to a line; return its id."""
    return add_many(ledger, line_id, [plan])[0]


def add_many(
    ledger: Ledger, line_id: str, plans: Sequence[Plan], origin: str = "hand"
) -> list[str]:
    """Add dated shifts to a line in one go; return their ids."""
    zone = _zone(ledger, line_id, plans)
    place = _last_place(ledger, line_id)
    rows = [
        _values(plan)
        | {"line_id": line_id, "zone": zone, "origin": origin, "position": place + n}
        | {"cancelled": False, "version": 1}
        for n, plan in enumerate(plans, start=1)
    ]
    for row, plan in zip(rows, plans, strict=True):
        if has_ended(row, ledger.at):
            raise refuse("shift_is_over", day=plan.day)
    ids = ledger.insert_many(shifts, rows)
    ledger.moved.update(ids)
    people = (_people(i, plan.responders) for i, plan in zip(ids, plans, strict=True))
    ledger.insert_many(assignments, list(chain.from_iterable(people)))
    return ids


def change(ledger: Ledger, key: ShiftKey, version: int, plan: Plan) -> str:
    """Make a shift what the plan says, people and all; return the id of its dated row.

    Raises :class:`~planning.keys.StaleError` if somebody else has changed it since
    ``version``. Of a shift that has begun the beginning stays as it was. A substitution of
    which other times leave nothing ends.
    """
    row = claim(ledger, key, version)
    _zone(ledger, row.line_id, [plan])
    if has_begun(row._mapping, ledger.at) and (plan.day, plan.starts) != (row.day, row.starts):
        raise refuse("shift_has_begun", day=row.day, starts=row.starts)
    values = _values(plan)
    if has_ended(values | {"zone": row.zone}, ledger.at):
        raise refuse("shift_is_over", day=plan.day)
    if any(getattr(row, name) != value for name, value in values.items()):
        ledger.update(shifts, row.id, **values)
    set_people(ledger, row.id, plan.responders)
    if any(getattr(row, name) != values[name] for name in ("day", "starts", "ends")):
        ledger.moved.add(row.id)
        _end_lost(ledger, row, plan)
    return str(row.id)


def remove(ledger: Ledger, key: ShiftKey, version: int) -> None:
    """Remove a shift; an occurrence of a weekly one is called off and can be had again."""
    row = claim(ledger, key, version)
    if has_begun(row._mapping, ledger.at):
        raise refuse("shift_runs", day=row.day)
    clear(ledger, row.id)
    if row.weekly_id is None:
        ledger.delete(shifts, [row.id])
    else:
        ledger.update(shifts, row.id, cancelled=True)


def clear(ledger: Ledger, shift_id: str) -> None:
    """Take everybody out of a shift."""
    for table in (substitutions, assignments):
        ids = ledger.connection.execute(select(table.c.id).where(table.c.shift_id == shift_id))
        ledger.delete(table, list(ids.scalars()))


def set_people(ledger: Ledger, shift_id: str, people: Sequence[str]) -> None:
    """Make the people of a shift these, in ring order; who stood in for one that goes, goes."""
    query = select(assignments).where(assignments.c.shift_id == shift_id)
    now = {row.responder_id: row for row in ledger.connection.execute(query)}
    _drop_stand_ins(ledger, shift_id, set(now) - set(people))
    ledger.delete(assignments, [row.id for who, row in now.items() if who not in people])
    for place, who in enumerate(people):
        if who in now and now[who].position != place:
            ledger.update(assignments, now[who].id, position=place)
    added = [row for row in _people(shift_id, people) if row["responder_id"] not in now]
    ledger.insert_many(assignments, added)


def _end_lost(ledger: Ledger, before: Row[Any], plan: Plan) -> None:
    """Delete substitutions of which the new times leave nothing, and what hangs on them."""
    times = span(plan.day, plan.starts, plan.ends, zone_of(before.zone))
    shift = Shift(before.id, "", None, plan.day, plan.starts, plan.ends, plan.needed, ())
    on = Occurrence(shift, plan.day, *times, before.zone)
    query = select(substitutions).where(substitutions.c.shift_id == before.id)
    lost, people = {}, set(plan.responders)
    for row in ledger.connection.execute(query):
        begins, ends = part(on, _promised(before, row))
        if begins < ends:
            people.add(row.responder_id)
        else:
            lost[row.id] = row.responder_id
    ledger.delete(substitutions, lost)
    _drop_stand_ins(ledger, before.id, set(lost.values()) - people)


def _promised(before: Row[Any], row: Row[Any]) -> Substitution:
    """Return a substitution at the wall times that were promised.

    One for a whole shift goes with it. But what begins with it and ends at eleven does not
    come to end at eleven of the next day because the shift now begins at noon.
    """
    starts, ends = row.starts, row.ends
    if (starts, ends) != (None, None):
        starts = before.starts if starts is None else starts
        ends = before.ends if ends is None else ends
    return Substitution(row.id, row.instead_of, row.responder_id, starts, ends)


def _drop_stand_ins(ledger: Ledger, shift_id: str, gone: set[str]) -> None:
    """Delete substitutions of people who leave, and of those who stood in for them."""
    query = select(substitutions).where(substitutions.c.shift_id == shift_id)
    rows = list(ledger.connection.execute(query.order_by(substitutions.c.position)))
    drop: list[str] = []
    for row in rows:
        if row.instead_of in gone:
            drop.append(row.id)
            gone = gone | {row.responder_id}
    ledger.delete(substitutions, drop)


def _people(shift_id: str, people: Sequence[str]) -> list[dict[str, object]]:
    return [
        {"shift_id": shift_id, "responder_id": person, "position": place}
        for place, person in enumerate(people)
    ]


def _values(plan: Plan) -> dict[str, object]:
    return {name: getattr(plan, name) for name in FIELDS} | {"languages": list(plan.languages)}


def _zone(ledger: Ledger, line_id: str, plans: Sequence[Plan]) -> str:
    """Return the zone of the line's wall times; refuse plans that are wrong by themselves."""
    own = select(lines.c.timezone).where(lines.c.id == line_id)
    zone = ledger.connection.execute(own).scalar_one_or_none()
    if zone is None:
        raise refuse("line_unknown")
    services = set(ledger.connection.execute(select(partner_services.c.id)).scalars())
    wrong = [fault for plan in plans for fault in faults(plan, zone, services)]
    if wrong:
        raise Refused(wrong)
    return str(zone)


def _last_place(ledger: Ledger, line_id: str) -> int:
    highest = select(func.max(shifts.c.position)).where(shifts.c.line_id == line_id)
    return int(ledger.connection.execute(highest).scalar_one() or 0)
