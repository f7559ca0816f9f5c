"""A change of the roster under way: every row that it touches is written down twice.

Once where it belongs, and once, before and after, in ``roster_changes``, with who made it
and when. That is what a change is taken back from. Numbers of people never go there.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    Date,
    Row,
    RowMapping,
    Table,
    Time,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from logging_db.columns import UtcDateTime, new_id
from logging_db.tables import (
    absence_reports,
    absences,
    assignments,
    closures,
    counters,
    line_words,
    opening_hours,
    responders,
    roster_changes,
    shifts,
    substitution_proposals,
    substitutions,
    templates,
)

KEPT = {
    table.name: table
    for table in (
        absence_reports,
        absences,
        assignments,
        closures,
        line_words,
        opening_hours,
        responders,
        shifts,
        substitution_proposals,
        substitutions,
        templates,
    )
}
"""The tables whose rows a change may touch."""

LEFT_OUT = frozenset({"phone"})

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Author:
    """Who makes a change: a user, or a program by its name."""

    name: str
    user_id: str | None = None


@dataclass(frozen=True)
class Image:
    """A row before and after; ``None`` where it did not exist."""

    table: str
    id: str
    before: Values | None
    after: Values | None


@dataclass
class Ledger:
    """One change: makes it row by row, and remembers what it did."""

    connection: Connection
    at: datetime
    author: Author
    images: list[Image] = field(default_factory=list)
    details: dict[str, str | int] = field(default_factory=dict)  # for the words
    moved: set[str] = field(default_factory=set)  # shifts whose times are new

    def insert(self, table: Table, **values: Any) -> str:
        """Insert a row; return its id."""
        return self.insert_many(table, [values])[0]

    def insert_many(self, table: Table, rows: Sequence[Values]) -> list[str]:
        """Insert rows in one go; return their ids."""
        full = [{"id": new_id(), **row} for row in rows]
        if full:
            self.connection.execute(insert(table), full)
            self.images += [
                Image(table.name, row["id"], None, row) for row in self._new(table, full)
            ]
        return [row["id"] for row in full]

    def _new(self, table: Table, rows: Sequence[Values]) -> list[Values]:
        """Return inserted rows as they are kept; read back only what the database filled in."""
        left = [column for column in table.c if column.name not in rows[0]]
        if any(column.server_default is not None for column in left):
            stored = self.seen_rows(table, [row["id"] for row in rows])
            return [stored[row["id"]] for row in rows]
        names = [name for name in table.c.keys() if name not in LEFT_OUT]  # noqa: SIM118 # columns
        return [{name: _plain(row.get(name)) for name in names} for row in rows]

    def update(self, table: Table, row_id: str, **values: Any) -> None:
        """Change a row that exists."""
        (before,) = self._rows(table, [row_id])
        self.connection.execute(update(table).where(table.c.id == row_id).values(**values))
        (after,) = self._rows(table, [row_id])
        self.images.append(Image(table.name, row_id, seen(before), seen(after)))

    def update_many(self, table: Table, changes: Mapping[str, Values]) -> None:
        """Change rows by id in one go; each gets its own values, all in the same columns."""
        if not changes:
            return
        columns = next(iter(changes.values())).keys()
        before = self.seen_rows(table, list(changes))
        new: Values = {name: bindparam(f"new_{name}") for name in columns}
        self.connection.execute(
            update(table).where(table.c.id == bindparam("this")).values(new),
            [
                {"this": i, **{f"new_{name}": values[name] for name in columns}}
                for i, values in changes.items()
            ],
        )
        for row_id, values in changes.items():
            after = {**before[row_id], **_all_plain(values)}
            self.images.append(Image(table.name, row_id, before[row_id], after))

    def delete(self, table: Table, row_ids: Iterable[str]) -> None:
        """Delete rows; nothing else may refer to them any more."""
        ids = list(row_ids)
        rows = self.seen_rows(table, ids)
        self.images += [Image(table.name, row_id, row, None) for row_id, row in rows.items()]
        for some in slices(ids):
            self.connection.execute(delete(table).where(table.c.id.in_(some)))

    def shift_rows(self, ids: Iterable[str]) -> list[Row[Any]]:
        """Return the shifts of these ids as they are now."""
        return self._rows(shifts, sorted(ids))

    def seen_rows(self, table: Table, ids: Sequence[str]) -> dict[str, Values]:
        """Return rows by id as they are now, as :func:`seen` has them; those that exist."""
        names = table.c.keys()
        return {
            row.id: _all_plain(dict(zip(names, row, strict=True))) for row in self._rows(table, ids)
        }

    def _rows(self, table: Table, ids: Sequence[str]) -> list[Row[Any]]:
        found: list[Row[Any]] = []
        for some in slices(ids):
            found += self.connection.execute(select(table).where(table.c.id.in_(some)))
        return found


def slices(ids: Sequence[str], most: int = 500) -> Iterator[Sequence[str]]:
    """Return ids in portions: a statement takes only so many parameters."""
    for start in range(0, len(ids), most):
        yield ids[start : start + most]


@contextmanager
def changing(
    connection: Connection,
    at: datetime,
    author: Author,
    kind: str,
    line_id: str | None = None,
    **details: str | int,
) -> Iterator[Ledger]:
    """Make one change of the roster, within the caller's transaction.

    Changes stand in a queue: each sees what the one before it decided. ``kind`` and
    ``details`` name the words by which people will find it again. Where nothing was touched,
    nothing is written.
    """
    own = counters.c.name == "roster"
    connection.execute(select(counters.c.value).where(own).with_for_update())
    ledger = Ledger(connection, at, author, details=dict(details))
    yield ledger
    if not ledger.images:
        return
    connection.execute(update(counters).where(own).values(value=counters.c.value + 1))
    connection.execute(
        insert(roster_changes).values(
            at=at,
            user_id=author.user_id,
            who=author.name,
            line_id=line_id,
            kind=kind,
            details=ledger.details,
            images=[vars(image) for image in ledger.images],
        )
    )


def seen(row: Row[Any]) -> Values:
    """Return a row as JSON can hold it."""
    return _all_plain(row._mapping)


def _all_plain(values: Values | RowMapping) -> Values:
    return {name: _plain(value) for name, value in values.items() if name not in LEFT_OUT}


def restored(table: Table, values: Values) -> dict[str, Any]:
    """Return the values that :func:`seen` made plain as the columns take them."""
    typed = _typed(table)
    return {
        name: typed[name](value) if value is not None and name in typed else value
        for name, value in values.items()
    }


@cache
def _typed(table: Table) -> dict[str, Callable[[str], Any]]:
    """Return how plain values become those of columns, where they are not the same."""
    kinds: tuple[tuple[type, Callable[[str], Any]], ...] = (
        (UtcDateTime, datetime.fromisoformat),
        (Date, date.fromisoformat),
        (Time, time.fromisoformat),
    )
    return {
        column.name: read
        for column in table.c
        for kind, read in kinds
        if isinstance(column.type, kind)
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        value = value.astimezone(UTC)
    return value.isoformat() if isinstance(value, date | time) else value
