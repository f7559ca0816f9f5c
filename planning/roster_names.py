"""From the names in a file to the lines, services and people that they mean."""

from collections import defaultdict
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Self

from sqlalchemy import Connection, select

from logging_db.tables import lines, partner_services, responders
from planning.file_shift import Notes, ShiftRow


@dataclass(frozen=True)
class Names:
    """What names mean. What a name does not mean is noted, with what was probably meant."""

    lines: dict[str, str]
    zones: dict[str, str]
    services: dict[str, str]
    people: dict[str, list[tuple[str, str]]]  # by folded name: service code and id
    spelled: dict[str, str]  # the names as they are written, by folded name
    notes: Notes

    @classmethod
    def read(cls, connection: Connection, notes: Notes) -> Self:
        """Read everything that a row can name."""
        codes = {row.id: row.code for row in connection.execute(select(partner_services))}
        found = connection.execute(select(lines)).all()
        people: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        spelled: dict[str, str] = {}
        query = select(responders.c.id, responders.c.name, responders.c.service_id)
        for row in connection.execute(query.where(responders.c.active)):
            people[row.name.casefold()].append((codes[row.service_id], row.id))
            spelled[row.name.casefold()] = row.name
        return cls(
            lines={row.number: row.id for row in found},
            zones={row.id: row.timezone for row in found},
            services={code: row_id for row_id, code in codes.items()},
            people=dict(people),
            spelled=spelled,
            notes=notes,
        )

    def line(self, row: ShiftRow) -> str | None:
        """Return the id of the row's line."""
        if row.line not in self.lines:
            known = ", ".join(sorted(self.lines))
            self.notes.note("import_line_unknown", row.row, "line", line=row.line, known=known)
        return self.lines.get(row.line)

    def service(self, row: ShiftRow) -> str | None:
        """Return the id of the row's service."""
        found = self.services.get(row.service)
        if found is None:
            near = get_close_matches(row.service, self.services, n=1) or sorted(self.services)
            meant = ", ".join(near[:5])
            details = {"service": row.service, "meant": meant}
            self.notes.note("import_service_unknown", row.row, "service", **details)
        return found

    def responder(self, row: ShiftRow) -> str | None:
        """Return the id of the row's responder: of its service first, else of any other."""
        if row.responder is None:
            return None
        name = row.responder
        found = self.people.get(name.casefold(), [])
        own = [person for service, person in found if service == row.service]
        if len(own or found) == 1:
            return own[0] if own else found[0][1]
        if found:
            where = ", ".join(service for service, _ in found)
            details = {"name": name, "services": where}
            self.notes.note("import_person_ambiguous", row.row, "responder", **details)
            return None
        near = get_close_matches(name.casefold(), self.spelled, n=1)
        if near:
            details = {"name": name, "meant": self.spelled[near[0]]}
            self.notes.note("import_person_nearly", row.row, "responder", **details)
        else:
            self.notes.note("import_person_unknown", row.row, "responder", name=name)
        return None
