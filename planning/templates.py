"""Weeks kept by name: not in force until they are laid over dated weeks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from logging_db.tables import assignments, partner_services, responders, shifts, templates
from planning.ledger import Ledger
from planning.objections import Objection, Refused, refuse
from planning.week_slots import Slot, meet
from planning.week_write import clear_many, set_many_people
from planning.weekly import claim, insert_rows
from planning.weekly_plans import WeeklyPlan, fit

LONGEST_NAME = 120


def save(ledger: Ledger, line_id: str, name: str, slots: Sequence[Slot] = ()) -> str:
    """Keep slots as a template of a line, without people who answer no more; return its id."""
    name = fit_name(ledger.connection, line_id, name)
    template_id = ledger.insert(templates, line_id=line_id, name=name, created_at=ledger.at)
    services = {
        row.code: row.id
        for row in ledger.connection.execute(select(partner_services.c.code, partner_services.c.id))
    }
    active = set(
        ledger.connection.execute(select(responders.c.id).where(responders.c.active)).scalars()
    )
    plans = [
        WeeklyPlan(
            services[slot.service],
            slot.weekday,
            slot.starts,
            slot.ends,
            slot.needed,
            slot.languages,
            tuple(person for person in slot.people if person in active),
        )
        for slot in slots
    ]
    zone = fit(ledger.connection, line_id, [])
    insert_rows(ledger, line_id, zone, plans, {"template_id": template_id})
    ledger.details["name"] = name
    return template_id


def rename(ledger: Ledger, template_id: str, name: str) -> None:
    """Give a template another name."""
    row = row_of(ledger.connection, template_id)
    name = fit_name(ledger.connection, row.line_id, name, template_id)
    ledger.details |= {"name": name, "was": row.name}
    if name != row.name:
        ledger.update(templates, template_id, name=name)


def delete(ledger: Ledger, template_id: str) -> None:
    """Delete a template; the weeks that were made from it stay."""
    row = row_of(ledger.connection, template_id)
    ledger.details["name"] = row.name
    query = select(shifts.c.id).where(shifts.c.template_id == template_id)
    ids = list(ledger.connection.execute(query).scalars())
    clear_many(ledger, ids)
    ledger.delete(shifts, ids)
    ledger.delete(templates, [template_id])


def add(ledger: Ledger, template_id: str, plans: Sequence[WeeklyPlan]) -> list[str]:
    """Add shifts to a template; return their ids."""
    row = row_of(ledger.connection, template_id)
    ledger.details["name"] = row.name
    zone = fit(ledger.connection, row.line_id, plans)
    ids = insert_rows(ledger, row.line_id, zone, plans, {"template_id": template_id})
    _refuse_clashes(ledger.connection, template_id, ids)
    return ids


def change(ledger: Ledger, template_id: str, shift_id: str, version: int, plan: WeeklyPlan) -> None:
    """Make a shift of a template what the plan says.

    Raises :class:`~planning.keys.StaleError` if somebody else has changed it since ``version``.
    """
    template = row_of(ledger.connection, template_id)
    ledger.details["name"] = template.name
    row = claim(ledger, shift_id, version, template_id)
    fit(ledger.connection, row.line_id, [plan])
    ledger.update(shifts, row.id, **plan.values(), version=version + 1)
    set_many_people(ledger, {row.id: plan.responders})
    _refuse_clashes(ledger.connection, template_id, [row.id])


def remove(ledger: Ledger, template_id: str, shift_id: str, version: int) -> None:
    """Remove a shift from a template."""
    ledger.details["name"] = row_of(ledger.connection, template_id).name
    row = claim(ledger, shift_id, version, template_id)
    clear_many(ledger, [row.id])
    ledger.delete(shifts, [row.id])


def row_of(connection: Connection, template_id: str) -> Row[Any]:
    """Return a template; refuse one that is gone."""
    query = select(templates).where(templates.c.id == template_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise refuse("template_gone")
    return row


def of_line(connection: Connection, line_id: str) -> list[tuple[str, str, int]]:
    """Return a line's templates by name: id, name and how many shifts they have."""
    query = (
        select(templates.c.id, templates.c.name, func.count(shifts.c.id))
        .outerjoin(shifts, shifts.c.template_id == templates.c.id)
        .where(templates.c.line_id == line_id)
        .group_by(templates.c.id, templates.c.name)
    )
    rows = [(row[0], row[1], int(row[2])) for row in connection.execute(query)]
    return sorted(rows, key=lambda row: row[1].casefold())


@dataclass(frozen=True)
class Entry:
    """A shift of a template, with its id and version."""

    id: str
    version: int
    slot: Slot


def slots(connection: Connection, template_id: str) -> list[Slot]:
    """Return the slots of a template, in ring order."""
    return [entry.slot for entry in entries(connection, template_id)]


def entries(connection: Connection, template_id: str) -> list[Entry]:
    """Return the shifts of a template, in ring order."""
    query = (
        select(shifts, partner_services.c.code)
        .join(partner_services, partner_services.c.id == shifts.c.service_id)
        .where(shifts.c.template_id == template_id)
        .order_by(shifts.c.position, shifts.c.id)
    )
    people = _people(connection, template_id)
    return [
        Entry(row.id, row.version, _slot(row, people.get(row.id, ())))
        for row in connection.execute(query)
    ]


def _slot(row: Row[Any], people: Sequence[str]) -> Slot:
    return Slot(
        row.code,
        row.weekday,
        row.starts,
        row.ends,
        row.zone,
        row.needed,
        tuple(sorted(set(row.languages))),
        tuple(people),
    )


def _people(connection: Connection, template_id: str) -> dict[str, list[str]]:
    query = (
        select(assignments.c.shift_id, assignments.c.responder_id)
        .join(shifts, shifts.c.id == assignments.c.shift_id)
        .where(shifts.c.template_id == template_id)
        .order_by(assignments.c.position, assignments.c.id)
    )
    found: dict[str, list[str]] = {}
    for row in connection.execute(query):
        found.setdefault(row.shift_id, []).append(row.responder_id)
    return found


def fit_name(connection: Connection, line_id: str, name: str, but: str = "") -> str:
    """Return a name as it is stored; refuse one that is empty, too long or taken."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise refuse("template_name", most=LONGEST_NAME)
    taken = {each for i, each, _ in of_line(connection, line_id) if i != but}
    if name.casefold() in {each.casefold() for each in taken}:
        raise refuse("template_name_taken", name=name)
    return name


def _refuse_clashes(connection: Connection, template_id: str, touched: Sequence[str]) -> None:
    """Refuse a template in which somebody would be in two shifts at once."""
    own = {entry.id: entry.slot for entry in entries(connection, template_id)}
    found = []
    for place in touched:
        for other_place, other in own.items():
            both = set(own[place].people) & set(other.people)
            if other_place != place and both and meet(own[place], other):
                found += [_clash(connection, person, own[place], other) for person in sorted(both)]
    if found:
        raise Refused(found)


def _clash(connection: Connection, person: str, one: Slot, other: Slot) -> Objection:
    name = connection.execute(select(responders.c.name).where(responders.c.id == person)).scalar()
    return Objection(
        "template_two_at_once",
        {
            "who": name or "?",
            "service": one.service,
            "starts": one.starts,
            "ends": one.ends,
            "other_service": other.service,
            "other_starts": other.starts,
            "other_ends": other.ends,
        },
    )
