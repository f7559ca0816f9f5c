"""Federations that were imported once: each further test has the same rows put in as they are.

To import one takes thirty statements and as many comparisons, and thousands of tests begin
with it. The first test of a run that wants a federation imports it; what that added is kept.
"""

from typing import Any

from sqlalchemy import Connection, Engine, Table, insert, select, text, update

from logging_db.cipher import FieldCipher
from logging_db.engine import read, write
from logging_db.federation import import_federation
from logging_db.tables import counters, lines, metadata

Rows = dict[str, list[dict[str, Any]]]

_SEQUENCES = text("SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL")
_SET = text("SELECT setval(quote_ident(:sequencename)::regclass, :last_value)")
_ROSTER = counters.c.name == "roster"
_kept: dict[tuple[str, bytes, str], tuple[list[tuple[Table, Any]], list[dict[str, Any]]]] = {}


def imported(engine: Engine, cipher: FieldCipher, federation: str) -> None:
    """Bring a federation into a book that has no lines."""
    head = cipher.seal("", "")[:5]  # names the key
    key = engine.dialect.name, head, federation
    with read(engine) as connection:
        assert connection.execute(select(lines.c.id)).first() is None
        before = {} if key in _kept else _rows(connection)
    if key not in _kept:
        import_federation(engine, cipher, federation)
        with read(engine) as connection:
            _kept[key] = _added(before, _rows(connection)), _sequences(connection)
        return
    added, sequences = _kept[key]
    with write(engine) as connection:
        for table, rows in added:
            connection.execute(insert(table), rows)
        connection.execute(update(counters).where(_ROSTER).values(value=counters.c.value + 1))
        if sequences:
            connection.execute(_SET, sequences)


def _rows(connection: Connection) -> Rows:
    return {
        table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
        for table in metadata.sorted_tables
        if table is not counters
    }


def _added(before: Rows, after: Rows) -> list[tuple[Table, Any]]:
    """What is there now and was not; nothing else must have changed."""
    assert all(row in after[name] for name, rows in before.items() for row in rows)
    new = {name: [row for row in rows if row not in before[name]] for name, rows in after.items()}
    return [(table, new[table.name]) for table in metadata.sorted_tables if new.get(table.name)]


def _sequences(connection: Connection) -> list[dict[str, Any]]:
    """How far PostgreSQL has counted; SQLite goes by the rows that there are."""
    if connection.dialect.name != "postgresql":
        return []
    return [dict(row) for row in connection.execute(_SEQUENCES).mappings()]
