"""The roster in and out of files: what the command line and the console both do."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, select

from logging_db.exports import Record, Rows
from logging_db.rosters import Book, read_book
from logging_db.tables import lines, responders
from planning.file_cells import Wrong
from planning.file_cells import line as read_number
from planning.file_rows import COLUMNS, Kind, read_rows, write_rows
from planning.file_shift import ShiftRow
from planning.ledger import Author, changing
from planning.objections import refuse
from planning.roster_import import Imported, import_rows
from planning.roster_rows import rows_of
from routing.duty import zone_of

WINDOW = timedelta(weeks=8)


def bring_in(
    connection: Connection,
    at: datetime,
    author: Author,
    name: str,
    content: bytes,
    *,
    line: str | None = None,
    remove_others: bool = False,
) -> Imported:
    """Import a file called ``name``; raise :class:`~planning.objections.Refused` with all faults.

    ``line`` is the number of the line, in any usual spelling, for rows that name none. Of a
    calendar, events that repeat are taken for eight weeks from today.
    """
    rows = rows_in(connection, at, name, content, line=line)
    return bring_in_rows(connection, at, author, name, rows, remove_others=remove_others)


def rows_in(
    connection: Connection, at: datetime, name: str, content: bytes, *, line: str | None = None
) -> list[ShiftRow]:
    """Return the rows of a file, as :func:`bring_in` understands them, having changed nothing.

    Reading a file can take seconds: whoever has time does it before the transaction that
    writes, for which all others wait.
    """
    number = _number(connection, line)
    zone = zone_of(_zone(connection, number))
    today = at.astimezone(zone).date()
    return read_rows(
        name, content, zone=zone, default_line=number, since=today, until=today + WINDOW
    )


def bring_in_rows(
    connection: Connection,
    at: datetime,
    author: Author,
    name: str,
    rows: Sequence[ShiftRow],
    *,
    remove_others: bool = False,
) -> Imported:
    """Import the rows of a file called ``name``; refuse and raise as :func:`bring_in` does."""
    with changing(connection, at, author, "import", file=name) as ledger:
        done = import_rows(ledger, rows, remove_others=remove_others)
        ledger.details |= {
            "added": done.added,
            "changed": done.changed,
            "removed": done.removed,
        }
    return done


def _number(connection: Connection, line: str | None) -> str | None:
    """Return the number that rows without one mean: the one given, or that of the only line."""
    known = list(connection.execute(select(lines.c.number).order_by(lines.c.number)).scalars())
    if line is None:
        return known[0] if len(known) == 1 else None
    try:
        number = read_number(line)
    except Wrong:
        number = None
    if number not in known:
        raise refuse("import_line_unknown", line=line, known=", ".join(known))
    return number


def _zone(connection: Connection, number: str | None) -> str:
    query = select(lines.c.timezone).order_by(lines.c.number)
    if number is not None:
        query = query.where(lines.c.number == number)
    zone = connection.execute(query.limit(1)).scalar_one_or_none()
    if zone is None:
        raise refuse("import_no_line")
    return str(zone)


def written(connection: Connection, since: date, until: date) -> Rows:
    """Return the roster of all lines for days in [since, until), as records for other programs."""
    rows = _rows(connection, _read(connection, since, until), since, until)
    return Rows(COLUMNS, map(_record, rows))


def file_of(
    connection: Connection,
    kind: Kind,
    since: date,
    until: date,
    stamp: datetime,
    line_id: str | None = None,
    *,
    for_excel: bool = False,
) -> bytes:
    """Return the roster of a line, or of all, for days in [since, until), as a file."""
    book = _read(connection, since, until, line_id)
    zones = [roster.line.timezone for roster in book.by_id.values()]
    return write_rows(
        kind,
        _rows(connection, book, since, until),
        zone=zone_of(zones[0] if zones else "UTC"),
        stamp=stamp,
        for_excel=for_excel,
    )


def _read(connection: Connection, since: date, until: date, line_id: str | None = None) -> Book:
    return read_book(connection, since, until, line_id)


def _rows(connection: Connection, book: Book, since: date, until: date) -> Iterator[ShiftRow]:
    query = select(responders.c.id, responders.c.name)
    names = {row.id: row.name for row in connection.execute(query)}
    for roster in book.by_id.values():
        yield from rows_of(roster, names, since, until)


def _record(row: ShiftRow) -> Record:
    return {
        "line": row.line,
        "service": row.service,
        "date": row.day.isoformat(),
        "from": f"{row.starts:%H:%M}",
        "to": f"{row.ends:%H:%M}",
        "responder": row.responder,
        "order": row.order,
        "needed": row.needed,
        "languages": " ".join(row.languages),
    }
