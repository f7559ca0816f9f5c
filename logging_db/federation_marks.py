"""Who was decided about outside the file: a file leaves them as they are.

Whoever is added, changed or stopped in the console, and whoever proves a number, is marked
by hand (``responders.by_hand``), with the service and the name under which the file knows
them, which outlast a new name. A mark stays, even where the change is taken back.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from logging_db.federation_rows import Values
from logging_db.tables import partner_services, responders

LEFT_ALONE = "left as they are; changed in the console."

Key = tuple[str, str]  # the service's id, and the name


def decided_here(connection: Connection, responder_id: str) -> None:
    """Have imports leave this person as they are from now on."""
    code = select(partner_services.c.code).where(partner_services.c.id == responders.c.service_id)
    connection.execute(
        update(responders)
        .where(responders.c.id == responder_id, responders.c.by_hand.is_(False))
        .values(by_hand=True, file_name=responders.c.name, file_service=code.scalar_subquery())
    )


@dataclass(frozen=True)
class Marked:
    """Rows of responders that an import must not touch, by how the file may call them."""

    by_key: Mapping[Key, Values]
    in_file: Mapping[Key, Values]  # only those that a file has named once

    def ids(self, wanted: Collection[Key]) -> dict[Key, str]:
        """Return whom the entries of a file mean, of these rows."""
        return {key: self.by_key[key]["id"] for key in wanted if key in self.by_key}

    def left(self, wanted: Mapping[Key, Values]) -> list[Key]:
        """Return whom a file would have changed or stopped."""
        return [*self._differing(wanted), *self._unnamed(wanted)]

    def _differing(self, wanted: Mapping[Key, Values]) -> list[Key]:
        """Return the entries that say something else than the row that they mean."""
        pairs = ((key, self.by_key.get(key), values) for key, values in wanted.items())
        return [
            key
            for key, row, values in pairs
            if row is not None and any(row[name] != value for name, value in values.items())
        ]

    def _unnamed(self, wanted: Collection[Key]) -> list[Key]:
        """Return whom a file has named once and names no more, though they still answer."""
        named = set(self.ids(wanted).values())
        return [k for k, row in self.in_file.items() if row["active"] and row["id"] not in named]


def concerns(row: Values, service_ids: Mapping[str, str]) -> bool:
    """Tell whether a responder is, or was for a file, in one of these services."""
    return row["service_id"] in service_ids.values() or row["file_service"] in service_ids


def marked(rows: Sequence[Values], service_ids: Mapping[str, str]) -> Marked:
    """Pick the marked ones of these rows; ``service_ids`` are those of the file, by code."""
    own = [row for row in rows if row["by_hand"]]
    now = {(row["service_id"], row["name"]): row for row in own}
    in_file = {
        (service_ids[row["file_service"]], row["file_name"]): row
        for row in own
        if row["file_service"] in service_ids
    }
    return Marked({**now, **in_file}, in_file)
