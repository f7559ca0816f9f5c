"""Importing a federation file: all of it or nothing, and only what differs.

Lines and services that the file does not name stay as they are. Of the lines that it names,
hours, closures and shifts become exactly those of the file; what coordinators entered by
hand or brought in from a roster file stays beside them. A responder who is no longer
listed under a service that it names is set inactive, never deleted: calls refer to them.
Whoever was decided about in the console is left as they are (``federation_marks``).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Engine, Table, insert, select, update

from logging_db.cipher import FieldCipher, phone_place
from logging_db.columns import new_id
from logging_db.engine import write
from logging_db.federation_file import PROMPT_LANGUAGES, read_federation
from logging_db.federation_line_numbers import refuse_taken, sync_numbers
from logging_db.federation_marks import LEFT_ALONE, concerns, marked
from logging_db.federation_plan import (
    Changes,
    Count,
    Federation,
    LineEntry,
    Person,
    ResponderEntry,
    ShiftEntry,
)
from logging_db.federation_rows import Difference, Sync, Values
from logging_db.federation_standby import Standby, sync_shifts
from logging_db.tables import (
    closures,
    counters,
    line_backups,
    lines,
    opening_hours,
    partner_services,
    responders,
    roster_changes,
)

_ROSTER = counters.c.name == "roster"
_PERSON = itemgetter("service_id", "name")
_IN_WORDS = {"active": "active again", "names": "name"}
_LINE_COLUMNS = tuple(column.name for column in lines.c if column.name != "id")


def import_federation(
    engine: Engine,
    cipher: FieldCipher,
    text: str,
    languages: Sequence[str] = PROMPT_LANGUAGES,
    at: datetime | None = None,
) -> Changes:
    """Bring the record book to what the file says, in one transaction.

    ``text`` is TOML (a byte order mark is ignored), ``languages`` are those that lines may
    speak. With ``at``, the import is noted among the roster's changes. Raises
    :class:`~logging_db.federation_faults.FederationRefused` with all faults of the file, or
    :class:`~logging_db.cipher.SealBrokenError` if a phone on record was sealed with another
    key; nothing has changed then.
    """
    federation = read_federation(text, languages)
    with write(engine) as connection:
        changes = apply_federation(connection, cipher, federation)
        if changes and at is not None:
            _note(connection, at, changes)
        return changes


def _note(connection: Connection, at: datetime, changes: Changes) -> None:
    """Write down that a file was imported. It cannot be taken back: the file is the truth."""
    connection.execute(
        insert(roster_changes).values(
            at=at,
            who="permanence import federation",
            kind="federation",
            details={kind: str(count) for kind, count in changes.counts().items() if count},
            images=[],
        )
    )


def apply_federation(
    connection: Connection, cipher: FieldCipher, federation: Federation
) -> Changes:
    """Apply a file that was read, within the caller's transaction.

    Any difference raises the counter ``roster`` by one.
    """
    # Two imports at once would each compare with what the other is about to change.
    connection.execute(select(counters.c.value).where(_ROSTER).with_for_update())
    refuse_taken(connection, federation.lines)
    run = _Import(connection, cipher)
    line_ids = run.lines(federation.lines)
    service_ids = run.services({entry.code: dict(entry.names) for entry in federation.services})
    people = run.responders(federation.responders, service_ids)
    shifts_of: defaultdict[str, list[ShiftEntry]] = defaultdict(list)
    for shift in federation.shifts:
        shifts_of[shift.line].append(shift)
    for line in federation.lines:
        rows = _standby(shifts_of[line.number], line.timezone, service_ids, people)
        run.times(line, line_ids[line.number], rows)
        run.backup(line, line_ids[line.number], people)
    changes = run.changes()
    if changes:
        connection.execute(update(counters).where(_ROSTER).values(value=counters.c.value + 1))
    return changes


def _standby(
    entries: Iterable[ShiftEntry],
    zone: str,
    service_ids: Mapping[str, str],
    people: Mapping[Person, str],
) -> list[Standby]:
    """Return the rows that a line's shifts make, in ring order."""
    slots = [(entry, slot) for entry in entries for slot in entry.slots]
    return [
        Standby(
            id=new_id(),
            position=position,
            service_id=service_ids[entry.service],
            zone=zone,
            needed=entry.needed,
            people=tuple(dict.fromkeys(people[person] for person in entry.people)),
            **vars(slot),
        )
        for position, (entry, slot) in enumerate(slots)
    ]


@dataclass
class _Import:
    """One import under way: makes the changes, and remembers what it changed."""

    connection: Connection
    cipher: FieldCipher
    counts: dict[str, Count] = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)

    def changes(self) -> Changes:
        """Return what was changed so far."""
        sentences = self.sentences or ["Nothing has changed."]
        return Changes(**self.counts, sentences=tuple(sentences))

    def lines(self, entries: Sequence[LineEntry]) -> dict[str, str]:
        """Bring the lines up to date; return their ids by number."""
        wanted = {
            entry.number: {name: _plain(getattr(entry, name)) for name in _LINE_COLUMNS}
            for entry in entries
        }
        done = Sync(lines, itemgetter("number")).run(self.connection, self._rows(lines), wanted)
        self._tell("lines", done, {number: f"Line {number}" for number in wanted})
        further = sync_numbers(self.connection, entries, done.ids)
        self._add("numbers", further, "Further numbers of lines")
        return done.ids

    def services(self, names: Mapping[str, dict[str, str]]) -> dict[str, str]:
        """Bring the services up to date; return their ids by code."""
        wanted = {code: {"code": code, "names": of_code} for code, of_code in names.items()}
        found = self._rows(partner_services)
        done = Sync(partner_services, itemgetter("code")).run(self.connection, found, wanted)
        self._tell("services", done, {code: f"Service {code}" for code in wanted})
        return done.ids

    def responders(
        self, entries: Sequence[ResponderEntry], service_ids: Mapping[str, str]
    ) -> dict[Person, str]:
        """Bring the responders of these services up to date; return their ids."""
        wanted = {
            (service_ids[entry.service], entry.name): {
                "service_id": service_ids[entry.service],
                "name": entry.name,
                "phone": entry.phone,
                "languages": list(entry.languages),
                "active": True,
            }
            for entry in entries
        }
        codes = {row_id: code for code, row_id in service_ids.items()}
        rows = [self._open(row) for row in self._rows(responders) if concerns(row, service_ids)]
        by_hand, found = marked(rows, service_ids), [row for row in rows if not row["by_hand"]]
        kept = by_hand.ids(wanted)
        free = {key: values for key, values in wanted.items() if key not in kept}
        done = Sync(responders, _PERSON, seal=self._seal).run(self.connection, found, free)
        gone = [row for row in found if row["active"] and _PERSON(row) not in wanted]
        self.connection.execute(
            update(responders)
            .where(responders.c.id.in_([row["id"] for row in gone]))
            .values(active=False)
        )
        done.removed.extend(_PERSON(row) for row in gone)
        left = by_hand.left(wanted)
        keys = {*map(_PERSON, found), *wanted, *left}
        told = {key: f"Responder {key[1]} ({codes[key[0]]})" for key in keys}
        self._tell("responders", done, told, removed="set inactive")
        self.sentences += [f"{told[key]}: {LEFT_ALONE}" for key in left]
        ids = done.ids | kept
        return {entry.person: ids[service_ids[entry.service], entry.name] for entry in entries}

    def times(self, line: LineEntry, line_id: str, rows: Sequence[Standby]) -> None:
        """Make the line's hours, closures and shifts those of the file."""
        hours = {
            (hours.weekday, hours.opens): {"line_id": line_id, **vars(hours)}
            for hours in line.hours
        }
        shut = {
            closure.day: {"line_id": line_id, "day": closure.day, "names": dict(closure.names)}
            for closure in line.closures
        }
        shifts, assignments, left = sync_shifts(self.connection, line_id, rows)
        if left:
            self.sentences.append(
                f"Line {line.number}, shifts: {left} left as they are; changed in the console."
            )
        for kind, count in {
            "hours": self._hours(line, line_id, hours),
            "closures": self._exactly(closures, itemgetter("day"), line_id, shut),
            "shifts": shifts,
            "assignments": assignments,
        }.items():
            self._add(kind, count, f"Line {line.number}, {kind}")

    def backup(self, line: LineEntry, line_id: str, people: Mapping[Person, str]) -> None:
        """Make those who stand by behind the people on duty those of the file."""
        wanted = {
            people[person]: {
                "line_id": line_id,
                "responder_id": people[person],
                "position": position,
            }
            for position, person in enumerate(line.backup)
        }
        count = self._exactly(line_backups, itemgetter("responder_id"), line_id, wanted)
        self._add("backup", count, f"Line {line.number}, backup")

    def _add(self, kind: str, count: Count, told: str) -> None:
        self.counts[kind] = self.counts.get(kind, Count()) + count
        self.sentences += [f"{told}: {count}."] * bool(count)

    def _exactly(
        self, table: Table, key: "itemgetter[Any]", line_id: str, wanted: Mapping[Any, Values]
    ) -> Count:
        found = [
            row
            for row in self._rows(table)
            if row["line_id"] == line_id
            and (row.get("origin", "file") == "file" or key(row) in wanted)
        ]
        return Sync(table, key, exact=True).run(self.connection, found, wanted).count()

    def _hours(self, line: LineEntry, line_id: str, wanted: Mapping[Any, Values]) -> Count:
        """Make the hours those of the file, unless coordinators have given them dates."""
        own = [row for row in self._rows(opening_hours) if row["line_id"] == line_id]
        if any(row["since"] or row["until"] for row in own):
            self.sentences.append(
                f"Line {line.number}, hours: left as they are; they were changed in the console."
            )
            return Count()
        return self._exactly(opening_hours, itemgetter("weekday", "opens"), line_id, wanted)

    def _rows(self, table: Table) -> Sequence[Values]:
        rows = self.connection.execute(select(table).order_by(table.c.id)).mappings()
        return [dict(row) for row in rows]

    def _open(self, row: Values) -> Values:
        """Return a responder's row with the phone in clear, to be compared."""
        return {**row, "phone": self.cipher.open(row["phone"], phone_place(row["id"]))}

    def _seal(self, row_id: str, values: Values) -> Values:
        if "phone" not in values:
            return values
        sealed = self.cipher.seal(values["phone"], phone_place(row_id))
        return {**values, "phone": sealed, "verified_at": None}  # nobody has proved this one

    def _tell(
        self,
        kind: str,
        done: Difference[Any],
        names: Mapping[Any, str],
        removed: str = "removed",
    ) -> None:
        """Count what was done to one kind, and say it in sentences."""
        self.counts[kind] = done.count()
        self.sentences += [f"{names[key]} added." for key in done.added]
        for key, columns in done.changed.items():
            what = ", ".join(_IN_WORDS.get(column, column) for column in columns)
            self.sentences.append(f"{names[key]} changed: {what}.")
        self.sentences += [f"{names[key]} {removed}." for key in done.removed]


def _plain(value: Any) -> Any:
    """Return a value as the database gives it back: JSON knows lists, not tuples."""
    return list(value) if isinstance(value, tuple) else value
