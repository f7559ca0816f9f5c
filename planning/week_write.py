"""Writing what a plan of weeks says: many rows in few statements, all in one change."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, Table, func, select

from logging_db.tables import assignments, shifts, substitutions
from planning.ledger import Ledger
from planning.week_plan import Step
from planning.week_slots import Slot
from planning.week_taken import remaining
from routing.roster import Substitution

Values = dict[str, Any]


@dataclass
class WeekWriter:
    """Gathers the rows that steps make, then writes them. ``services`` are ids by code."""

    ledger: Ledger
    line_id: str
    services: Mapping[str, str]
    new: list[tuple[Values, tuple[str, ...]]] = field(default_factory=list)
    changed: dict[str, Values] = field(default_factory=dict)
    called_off: dict[str, Values] = field(default_factory=dict)
    again: dict[str, Values] = field(default_factory=dict)
    people: dict[str, tuple[str, ...]] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)

    def write(self, steps: Sequence[Step]) -> None:
        """Write all steps."""
        ids = {step.row.id for step in steps if step.row and step.row.weekday is not None}
        self._weekly = {row.id: row for row in self.ledger.shift_rows(ids)}
        self._place = last_place(self.ledger, self.line_id)
        for step in steps:
            self._gather(step)
        ledger = self.ledger
        clear_many(ledger, [*self.gone, *self.called_off])
        ledger.delete(shifts, self.gone)
        for changes in (self.changed, self.called_off, self.again):
            ledger.update_many(shifts, changes)
        set_many_people(ledger, self.people)
        ids_of_new = ledger.insert_many(shifts, [values for values, _ in self.new])
        ledger.insert_many(
            assignments,
            [
                {"shift_id": shift_id, "responder_id": person, "position": place}
                for shift_id, (_, people) in zip(ids_of_new, self.new, strict=True)
                for place, person in enumerate(people)
            ],
        )
        ledger.moved.update(self.again)
        ledger.moved.update(
            shift_id
            for shift_id, (values, _) in zip(ids_of_new, self.new, strict=True)
            if values["weekly_id"] is None
        )

    def _gather(self, step: Step) -> None:
        row, then = step.row, step.then
        if step.act == "restore" and row is not None:
            self.gone.append(row.id)
        elif row is None and then is not None:
            self._place += 1
            self.new.append((self._values(step, then) | {"position": self._place}, then.people))
        elif row is not None and row.weekday is not None:
            self._occurrence(step, self._weekly[row.id])
        elif row is not None and then is None:
            self._remove(row.id, row.version, is_occurrence=row.weekly_id is not None)
        elif row is not None and then is not None:
            raised = {"version": row.version + 1}
            if step.act == "add":
                self.again[row.id] = raised | {"cancelled": False} | self._slot(step, then)
            else:
                changed = {"needed": then.needed, "languages": list(then.languages)}
                self.changed[row.id] = raised | changed
            self.people[row.id] = then.people

    def _occurrence(self, step: Step, weekly: Row[Any]) -> None:
        """Decide otherwise for one occurrence of a weekly shift, or call it off."""
        slot = step.then or step.was
        if slot is None:
            return
        values = self._values(step, slot) | {
            "position": weekly.position,
            "weekly_id": weekly.id,
            "weekly_day": step.day,
            "cancelled": step.then is None,
        }
        self.new.append((values, step.then.people if step.then else ()))

    def _remove(self, shift_id: str, version: int, *, is_occurrence: bool) -> None:
        if is_occurrence:
            self.called_off[shift_id] = {"cancelled": True, "version": version + 1}
        else:
            self.gone.append(shift_id)

    def _values(self, step: Step, slot: Slot) -> Values:
        return self._slot(step, slot) | {
            "line_id": self.line_id,
            "weekly_id": None,
            "weekly_day": None,
            "cancelled": False,
            "origin": "hand",
            "version": 1,
        }

    def _slot(self, step: Step, slot: Slot) -> Values:
        return {
            "service_id": self.services[slot.service],
            "day": step.day,
            "starts": slot.starts,
            "ends": slot.ends,
            "zone": slot.zone,
            "needed": slot.needed,
            "languages": list(slot.languages),
        }


def last_place(ledger: Ledger, line_id: str) -> int:
    """Return the highest position among a line's shifts."""
    highest = select(func.max(shifts.c.position)).where(shifts.c.line_id == line_id)
    return int(ledger.connection.execute(highest).scalar_one() or 0)


def rows_of(ledger: Ledger, table: Table, shift_ids: Sequence[str]) -> list[Row[Any]]:
    """Return the people of shifts, or who stands in there, in their order."""
    found: list[Row[Any]] = []
    for start in range(0, len(shift_ids), 500):
        some = shift_ids[start : start + 500]
        query = select(table).where(table.c.shift_id.in_(some))
        found += ledger.connection.execute(query.order_by(table.c.position, table.c.id))
    return found


def clear_many(ledger: Ledger, shift_ids: Sequence[str]) -> None:
    """Take everybody out of shifts."""
    for table in (substitutions, assignments):
        ledger.delete(table, [row.id for row in rows_of(ledger, table, shift_ids)])


def set_many_people(ledger: Ledger, people: Mapping[str, Sequence[str]]) -> None:
    """Make the people of shifts these, in ring order; who stood in for one that goes, goes."""
    ids = list(people)
    there: defaultdict[str, dict[str, Row[Any]]] = defaultdict(dict)
    for row in rows_of(ledger, assignments, ids):
        there[row.shift_id][row.responder_id] = row
    gone = {i: set(there[i]) - set(people[i]) for i in ids}
    ledger.delete(substitutions, _without(rows_of(ledger, substitutions, ids), gone))
    ledger.delete(assignments, [there[i][who].id for i in ids for who in sorted(gone[i])])
    moved: dict[str, Values] = {}
    new: list[Values] = []
    for shift_id, wanted in people.items():
        for place, who in enumerate(wanted):
            known = there[shift_id].get(who)
            if known is None:
                new.append({"shift_id": shift_id, "responder_id": who, "position": place})
            elif known.position != place:
                moved[known.id] = {"position": place}
    ledger.update_many(assignments, moved)
    ledger.insert_many(assignments, new)


def _without(subs: Iterable[Row[Any]], gone: Mapping[str, set[str]]) -> list[str]:
    """Return the substitutions that end when people go."""
    of_shift: defaultdict[str, list[Substitution]] = defaultdict(list)
    for row in subs:
        of_shift[row.shift_id].append(Substitution(row.id, row.instead_of, row.responder_id))
    ended = []
    for shift_id, known in of_shift.items():
        left = {each.id for each in remaining(known, gone[shift_id])}
        ended += [each.id for each in known if each.id not in left]
    return ended
