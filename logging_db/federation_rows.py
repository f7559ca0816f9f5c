"""Making the rows of a table equal to what is wanted, touching only what differs."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Table, delete, insert, update

from logging_db.columns import new_id
from logging_db.federation_plan import Count

K = TypeVar("K", bound=Hashable)
Values = Mapping[str, Any]


@dataclass
class Difference(Generic[K]):
    """What was done, by key: the ids of all wanted rows, and which were touched."""

    ids: dict[K, str] = field(default_factory=dict)
    added: list[K] = field(default_factory=list)
    changed: dict[K, list[str]] = field(default_factory=dict)  # … and in which columns
    removed: list[K] = field(default_factory=list)

    def count(self) -> Count:
        """Return how many rows were touched."""
        return Count(len(self.added), len(self.changed), len(self.removed))


def unchanged(_row_id: str, values: Values) -> Values:
    """Return ``values`` as they are: what is compared is what is written."""
    return values


@dataclass(frozen=True)
class Sync(Generic[K]):
    """How rows of ``table`` are known (``key``) and written (``seal``, given the row's id).

    With ``exact``, rows that are not wanted are deleted; without, they stay as they are.
    """

    table: Table
    key: Callable[[Values], K]
    exact: bool = False
    seal: Callable[[str, Values], Values] = unchanged

    def run(
        self, connection: Connection, found: Iterable[Values], wanted: Mapping[K, Values]
    ) -> Difference[K]:
        """Insert what is missing, update what differs; the ids of what is there stay.

        ``found`` are the rows that are there, with their ids; among equals the first counts.
        """
        done: Difference[K] = Difference()
        kept: dict[K, Values] = {}
        for row in found:
            key = self.key(row)
            if key in wanted and key not in kept:
                kept[key] = row
            elif self.exact:
                connection.execute(delete(self.table).where(self.table.c.id == row["id"]))
                done.removed.append(key)
        for key in [key for key in wanted if key in kept]:
            self._update(connection, kept[key], key, wanted[key], done)
        self._insert(connection, {key: row for key, row in wanted.items() if key not in kept}, done)
        return done

    def _insert(
        self, connection: Connection, missing: Mapping[K, Values], done: Difference[K]
    ) -> None:
        rows = []
        for key, values in missing.items():
            row_id = done.ids[key] = new_id()
            rows.append({"id": row_id, **self.seal(row_id, values)})
            done.added.append(key)
        if rows:
            connection.execute(insert(self.table), rows)

    def _update(
        self, connection: Connection, row: Values, key: K, values: Values, done: Difference[K]
    ) -> None:
        row_id = done.ids[key] = row["id"]
        differs = {column: value for column, value in values.items() if row[column] != value}
        if differs:
            this = self.table.c.id == row_id
            sealed = self.seal(row_id, differs)
            connection.execute(update(self.table).where(this).values(**sealed))
            done.changed[key] = list(differs)
