"""Bringing a roster file in: all of its rows or none, and only what differs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from logging_db.rosters import Book, read_book
from logging_db.tables import substitutions
from planning import checks, shifts
from planning.file_shift import Notes, ShiftRow
from planning.keys import ShiftKey
from planning.ledger import Ledger
from planning.objections import Detail, Objection, Refused
from planning.past import has_ended
from planning.plans import Plan, faults
from planning.roster_names import Names
from planning.roster_rows import effective, whole_shift
from planning.week_taken import remaining
from routing.duty import Occurrence, occurrences
from routing.roster import Substitution

DAY = timedelta(days=1)
COLUMN = {
    "outside_hours": "from",
    "closed_that_day": "date",
    "shift_is_over": "date",
    "needed_out_of_range": "needed",
}
"""Where in a file an objection about a shift belongs; the others are about its people."""

Slot = tuple[object, ...]


@dataclass
class Entry:
    """One shift of the file: its rows, and the plan that they make."""

    line_id: str
    rows: list[ShiftRow]
    plan: Plan
    shift_id: str = ""

    def slot(self) -> Slot:
        """Return what a shift is known by: line, service, day and times."""
        plan = self.plan
        return self.line_id, plan.service_id, plan.day, plan.starts, plan.ends

    def row_of(self, person: str | None) -> int:
        """Return the row of a person, or the first."""
        rows = dict(zip(self.plan.responders, self.rows, strict=False))
        return rows.get(person or "", self.rows[0]).row


@dataclass
class Imported:
    """What an import did, in shifts, and what else should be known."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    warnings: list[Objection] = field(default_factory=list)


def import_rows(
    ledger: Ledger, rows: Sequence[ShiftRow], *, remove_others: bool = False
) -> Imported:
    """Bring the roster to what the rows say.

    A shift is known by line, service, day and times; its people become those of the rows, in
    ring order. Where no row says a need, or languages, those that stand there stay. With
    ``remove_others``, shifts of the file's lines and services that begin between its first
    and last day and are not in it are removed, as far as they have not begun. Raises
    :class:`~planning.objections.Refused` with all objections, each with its row and column.
    """
    notes = Notes()
    names = Names.read(ledger.connection, notes)
    entries = _entries(rows, names)
    notes.refuse_if_any()
    if not entries:
        return Imported()
    days = [entry.plan.day for entry in entries]
    book = read_book(ledger.connection, min(days) - DAY, max(days) + 2 * DAY)
    there = _there(book, names, entries)
    done = Imported()
    _write(_sort(ledger, entries, there, names), ledger, there, done, names)
    if remove_others:
        _remove_others(ledger, entries, there, done)
    notes.refuse_if_any()
    _look_over(ledger, entries, done, notes)
    return done


def _entries(rows: Iterable[ShiftRow], names: Names) -> list[Entry]:
    """Return the shifts that the rows make; what is not known is noted."""
    grouped: dict[Slot, list[ShiftRow]] = {}
    for row in rows:
        grouped.setdefault(row.shift, []).append(row)
    found = (_entry(of_slot, names) for of_slot in grouped.values())
    return [entry for entry in found if entry is not None]


def _entry(rows: list[ShiftRow], names: Names) -> Entry | None:
    first = rows[0]
    line_id, service_id = names.line(first), names.service(first)
    ordered = sorted(
        (row for row in rows if row.responder), key=lambda row: (row.order or row.row, row.row)
    )
    people = [names.responder(row) for row in ordered]
    if line_id is None or service_id is None or not all(people):
        return None
    plan = Plan(
        service_id=service_id,
        day=first.day,
        starts=first.starts,
        ends=first.ends,
        needed=max(row.needed or 0 for row in rows),
        languages=next((row.languages for row in rows if row.languages), ()),
        responders=tuple(person for person in people if person),
    )
    return Entry(line_id, ordered or rows, plan)


def _there(book: Book, names: Names, entries: Sequence[Entry]) -> dict[Slot, Occurrence]:
    """Return the shifts that are planned for the file's lines from its first day to its last."""
    days = [entry.plan.day for entry in entries]
    lines = {entry.line_id for entry in entries}
    return {
        (line_id, names.services[on.shift.service], on.day, on.shift.starts, on.shift.ends): on
        for line_id, roster in book.by_id.items()
        if line_id in lines
        for n in range((max(days) - min(days)).days + 1)
        for on in occurrences(roster, min(days) + n * DAY)
    }


def _sort(
    ledger: Ledger, entries: Iterable[Entry], there: Mapping[Slot, Occurrence], names: Names
) -> list[Entry]:
    """Return what differs from what is there, complete; note what cannot be."""
    differ = []
    services = set(names.services.values())
    for entry in entries:
        on = there.get(entry.slot())
        plan = entry.plan = _complete(entry.plan, on)
        if on is not None and _says(on) == (plan.responders, plan.needed, set(plan.languages)):
            continue
        zone = names.zones[entry.line_id]
        wrong = faults(plan, zone, services)
        times = {"day": plan.day, "starts": plan.starts, "ends": plan.ends, "zone": zone}
        if not wrong and has_ended(times, ledger.at):
            wrong = [Objection("shift_is_over", {"day": plan.day})]
        for objection in wrong:
            _note(names.notes, objection, entry.row_of(None))
        if not wrong:
            differ.append(entry)
    return differ


def _complete(plan: Plan, on: Occurrence | None) -> Plan:
    """Fill in what the file leaves open from what stands there, else by the usual."""
    if on is None:
        return replace(plan, needed=plan.needed or max(1, len(plan.responders)))
    shift = on.shift
    return replace(
        plan, needed=plan.needed or shift.needed, languages=plan.languages or shift.languages
    )


def _says(on: Occurrence) -> tuple[tuple[str, ...], int, set[str]]:
    return effective(on), on.shift.needed, set(on.shift.languages)


def _write(
    differ: Sequence[Entry],
    ledger: Ledger,
    there: Mapping[Slot, Occurrence],
    done: Imported,
    names: Names,
) -> None:
    """Change what is there, and add the rest line by line."""
    new: dict[str, list[Entry]] = {}
    for entry in differ:
        on = there.get(entry.slot())
        if on is None:
            new.setdefault(entry.line_id, []).append(entry)
            continue
        try:
            done.warnings += _change(ledger, on, entry, names)
        except Refused as refused:
            for objection in refused.objections:
                _note(names.notes, objection, entry.row_of(None))
        done.changed += 1
    for line_id, entries in new.items():
        plans = [entry.plan for entry in entries]
        ids = shifts.add_many(ledger, line_id, plans, origin="import")
        for entry, shift_id in zip(entries, ids, strict=True):
            entry.shift_id = shift_id
        done.added += len(ids)


def _change(ledger: Ledger, on: Occurrence, entry: Entry, names: Names) -> list[Objection]:
    """Make a shift what the file says; return who no longer stands in for somebody by it.

    Where the file has the people who answer anyway, those who stand in go on doing so.
    Otherwise nobody stands in for all of the shift any more: its people are those of the file.
    """
    plan, ended = entry.plan, _ended(on, entry.plan.responders)
    if effective(on) == plan.responders:
        plan, ended = replace(plan, responders=on.shift.responders), []
    ledger.delete(substitutions, [each.id for each in ended])
    key = ShiftKey(on.shift.id, None if on.shift.day else on.day)
    entry.shift_id = shifts.change(ledger, key, on.shift.version, plan)
    return [_no_longer(on, each, entry, names) for each in ended]


def _ended(on: Occurrence, people: Sequence[str]) -> list[Substitution]:
    """Return the substitutions that end when the people of a shift become these."""
    whole = whole_shift(on)
    rest = [each for each in on.shift.substitutions if each not in whole]
    stood = {*on.shift.responders, *(each.responder for each in whole)}
    left = remaining(rest, stood - set(people))
    return [each for each in on.shift.substitutions if each not in left]


def _no_longer(on: Occurrence, ended: Substitution, entry: Entry, names: Names) -> Objection:
    called = {
        person: names.spelled[folded]
        for folded, known in names.people.items()
        for _, person in known
    }
    details: dict[str, Detail] = {
        "service": on.shift.service,
        "day": on.day,
        "starts": on.shift.starts,
        "ends": on.shift.ends,
        "who": called.get(ended.responder, "?"),
        "instead_of": called.get(ended.instead_of, "?"),
    }
    row = entry.row_of(ended.instead_of)
    return Objection("week_ends_substitution", details, row, hard=False)


def _remove_others(
    ledger: Ledger, entries: Sequence[Entry], there: Mapping[Slot, Occurrence], done: Imported
) -> None:
    """Remove what stands between the file's days for its services, and is not in it."""
    said = {entry.slot() for entry in entries}
    of_the_file = {(entry.line_id, entry.plan.service_id) for entry in entries}
    for slot, on in there.items():
        if slot in said or slot[:2] not in of_the_file or on.begins <= ledger.at:
            continue
        key = ShiftKey(on.shift.id, None if on.shift.day else on.day)
        shifts.remove(ledger, key, on.shift.version)
        done.removed += 1


def _look_over(ledger: Ledger, entries: Sequence[Entry], done: Imported, notes: Notes) -> None:
    """Refuse what leaves the roster wrong, by row and column; keep the warnings."""
    by_shift = {entry.shift_id: entry for entry in entries if entry.shift_id}
    done.unchanged = len(entries) - len(by_shift)
    for finding in checks.findings(ledger):
        entry = by_shift.get(finding.shift_id)
        row = entry.row_of(finding.person) if entry else None
        if finding.objection.hard:
            _note(notes, finding.objection, row)
        else:
            done.warnings.append(replace(finding.objection, row=row))
    notes.refuse_if_any()


def _note(notes: Notes, objection: Objection, row: int | None) -> None:
    column = COLUMN.get(objection.code, "responder" if row else None)
    notes.note(objection.code, row, column, **objection.details)
