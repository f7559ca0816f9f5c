"""Calls and callbacks for other programs: streams of rows, as JSON Lines or CSV.

Neither export ever holds a caller's number: the columns are named one by one here, and
``callback_requests.number`` is not among them. Times are ISO 8601 in UTC.
"""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, TextIO

from sqlalchemy import Connection, Row, Select, func, select

from logging_db.tables import (
    callback_requests,
    consents,
    lines,
    offers,
    partner_services,
    responders,
)
from logging_db.tables import calls as calls_table
from routing.states import IN_PROGRESS

Value = str | int | float | None
Record = dict[str, Value]

CALL_COLUMNS = (
    "id",
    "provider_sid",
    "line",
    "language",
    "outcome",
    "received_at",
    "answered_at",
    "ended_at",
    "wait_seconds",
    "talk_seconds",
    "responder",
    "service",
    "offers",
)
CALLBACK_COLUMNS = (
    "id",
    "call_id",
    "line",
    "state",
    "consented_at",
    "consent_channel",
    "consent_wording",
    "due_at",
    "attempts",
    "closed_at",
    "outcome",
)

ROWS_AT_ONCE = 500
"""How many rows are fetched at a time: an export of years stays small in memory."""

_NUMBER = re.compile(r"\+[0-9]+")


class Rows(Iterator[Record]):
    """A stream of records that knows its columns, so that an empty CSV has its header."""

    def __init__(self, columns: Sequence[str], records: Iterable[Record]) -> None:
        self.columns = tuple(columns)
        self._records = iter(records)

    def __next__(self) -> Record:
        return next(self._records)


def calls(
    connection: Connection,
    since: date | datetime | None = None,
    until: date | datetime | None = None,
) -> Rows:
    """Return the calls received from ``since`` until before ``until``, in that order.

    A date means its midnight in UTC; a time must be aware, else ``ValueError``. The rows
    are read while they are used: use them before the transaction ends.
    """
    query = _within(_CALLS, calls_table.c.received_at, since, until)
    return Rows(CALL_COLUMNS, _stream(connection, query, _call))


def callbacks(
    connection: Connection,
    since: date | datetime | None = None,
    until: date | datetime | None = None,
) -> Rows:
    """Return the callbacks asked for from ``since`` until before ``until``, in that order.

    Bounds are those of :func:`calls`. Consent is the newest that was given.
    """
    query = _within(_CALLBACKS, callback_requests.c.asked_at, since, until)
    return Rows(CALLBACK_COLUMNS, _stream(connection, query, _callback))


def write_jsonl(rows: Iterable[Record], file: TextIO) -> int:
    """Write a JSON object a line (open ``file`` as UTF-8); return how many."""
    written = 0
    for row in rows:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")
        written += 1
    return written


def write_csv(rows: Rows, file: TextIO) -> int:
    """Write a header and a line a row; return how many rows.

    Open ``file`` as UTF-8 with ``newline=""``. A text that a spreadsheet might run as a
    formula gets a leading apostrophe (OWASP, "CSV Injection"). Telephone numbers in E.164
    are left alone: a plus sign and digits can only ever become that number, and programs
    that read the file need it as it is.
    """
    # The line ends of RFC 4180: with others, Python leaves a lone carriage return unquoted,
    # and what follows it would begin a row of its own.
    writer = csv.DictWriter(file, rows.columns, lineterminator="\r\n")
    writer.writeheader()
    written = 0
    for row in rows:
        writer.writerow({key: _harmless(value) for key, value in row.items()})
        written += 1
    return written


def _harmless(value: Value) -> Value:
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r", "\n")):
        return value if _NUMBER.fullmatch(value) else "'" + value
    return value


_made = offers.alias("made")  # a colleague who is asked in later is offered nothing

_CALLS = (
    select(
        calls_table.c.id,
        calls_table.c.provider_sid,
        lines.c.number.label("line"),
        calls_table.c.language,
        calls_table.c.outcome,
        calls_table.c.received_at,
        calls_table.c.answered_at,
        calls_table.c.ended_at,
        responders.c.name.label("responder"),
        partner_services.c.code.label("service"),
        select(func.count())
        .where(_made.c.call_id == calls_table.c.id, _made.c.room_id.is_(None))
        .scalar_subquery()
        .label("offers"),
    )
    .join(lines, lines.c.id == calls_table.c.line_id)
    .outerjoin(offers, offers.c.id == calls_table.c.offer_id)
    .outerjoin(responders, responders.c.id == offers.c.responder_id)
    .outerjoin(partner_services, partner_services.c.id == responders.c.service_id)
    .order_by(calls_table.c.received_at, calls_table.c.id)
)

_NEWEST_CONSENT = (
    select(consents.c.id)
    .where(consents.c.callback_id == callback_requests.c.id)
    .order_by(consents.c.given_at.desc(), consents.c.id.desc())
    .limit(1)
    .correlate(callback_requests)
    .scalar_subquery()
)

_given = consents.alias("given")

_CALLBACKS = (
    select(
        callback_requests.c.id,
        callback_requests.c.call_id,
        lines.c.number.label("line"),
        callback_requests.c.state,
        _given.c.given_at.label("consented_at"),
        _given.c.channel.label("consent_channel"),
        _given.c.wording.label("consent_wording"),
        callback_requests.c.due_at,
        callback_requests.c.attempts,
        callback_requests.c.closed_at,
        callback_requests.c.outcome,
    )
    .join(lines, lines.c.id == callback_requests.c.line_id)
    .outerjoin(_given, _given.c.id == _NEWEST_CONSENT)
    .order_by(callback_requests.c.asked_at, callback_requests.c.id)
)


def _within(
    query: Select[Any], column: Any, since: date | datetime | None, until: date | datetime | None
) -> Select[Any]:
    if since is not None:
        query = query.where(column >= _instant(since))
    if until is not None:
        query = query.where(column < _instant(until))
    return query


def _instant(bound: date | datetime) -> datetime:
    if not isinstance(bound, datetime):
        return datetime.combine(bound, time(0), UTC)
    if bound.tzinfo is None:
        raise ValueError(f"{bound} is a time without a zone; give it one, or a date alone.")
    return bound


def _stream(
    connection: Connection, query: Select[Any], record: Callable[[Row[Any]], Record]
) -> Iterator[Record]:
    options = {"yield_per": ROWS_AT_ONCE}
    with connection.execute(query, execution_options=options) as result:
        for row in result:
            yield record(row)


def _call(row: Row[Any]) -> Record:
    stopped_waiting = row.answered_at or (row.ended_at if row.outcome != "closed" else None)
    values = {
        "outcome": row.outcome if row.ended_at else IN_PROGRESS,
        "wait_seconds": _seconds(row.received_at, stopped_waiting),
        "talk_seconds": _seconds(row.answered_at, row.ended_at),
    }
    known = row._mapping
    return {name: values[name] if name in values else _plain(known[name]) for name in CALL_COLUMNS}


def _callback(row: Row[Any]) -> Record:
    known = row._mapping
    return {name: _plain(known[name]) for name in CALLBACK_COLUMNS}


def _plain(value: Any) -> Value:
    """Return an instant as text (fractions only if it has them), all else as it is."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    plain: Value = value
    return plain


def _seconds(begin: datetime | None, end: datetime | None) -> int | float | None:
    """Return the seconds between, to the millisecond; whole ones as whole numbers."""
    if begin is None or end is None:
        return None
    seconds = round((end - begin).total_seconds(), 3)
    return int(seconds) if seconds.is_integer() else seconds
