"""What the book knows of the calls in the provider's list, and which it expects there."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, select

from logging_db.tables import calls, legs, line_numbers, lines, number_checks, offers
from telephony import comparing
from telephony.comparing import Difference, Ours, Told


class Expected(NamedTuple):
    """A call that the list should hold; by what id the book knows it."""

    sid: str
    call_id: str | None = None
    leg_id: str | None = None
    open: bool = False


def ours(connection: Connection) -> Ours:
    """Return by which numbers a call concerns us."""
    rows = connection.execute(select(lines.c.id, lines.c.number, lines.c.caller_id)).all()
    more = connection.execute(select(line_numbers)).all()
    numbers: dict[str, tuple[str, str | None]] = {row.number: (row.id, None) for row in rows}
    numbers |= {row.number: (row.line_id, row.language) for row in more}
    first = select(calls.c.line_id, func.min(calls.c.received_at)).group_by(calls.c.line_id)
    since = {row.line_id: row[1] for row in connection.execute(first)}
    return Ours(numbers, frozenset(row.caller_id for row in rows), since)


def differences(connection: Connection, mine: Ours, page: Sequence[Told]) -> list[Difference]:
    """Hold some calls of the provider's list against the book."""
    sids = [told.sid for told in page]
    taken = _by_sid(connection, select(calls).where(calls.c.provider_sid.in_(sids)))
    placed = _by_sid(connection, _legs().where(legs.c.provider_sid.in_(sids)))
    proofs = _by_sid(
        connection,
        select(number_checks.c.provider_sid).where(number_checks.c.provider_sid.in_(sids)),
    )
    found: list[Difference | None] = []
    for told in page:
        if told.sid in taken:
            found.append(comparing.of_call(taken[told.sid], told))
        elif told.sid in placed:
            found.append(comparing.of_leg(placed[told.sid], told))
        elif told.sid not in proofs:
            found.append(comparing.unknown(mine, told))
    return [one for one in found if one is not None]


def _by_sid(connection: Connection, query: Any) -> dict[str, Row[Any]]:
    return {row.provider_sid: row for row in connection.execute(query)}


def _legs() -> Any:
    return select(legs, offers.c.call_id).join(offers, offers.c.id == legs.c.offer_id)


def expected(connection: Connection, since: datetime, until: datetime) -> Iterator[Expected]:
    """Give the calls of a period, and older ones that are open.

    A call that proved a number is neither, and never open by then.
    """
    sid, begun = calls.c.provider_sid, calls.c.received_at
    open_or_within = (begun >= since) | calls.c.ended_at.is_(None)
    taken = select(sid, calls.c.id, calls.c.ended_at).where(begun < until, open_or_within)
    for row in connection.execute(taken):
        yield Expected(row.provider_sid, row.id, open=row.ended_at is None)
    sid, asked = legs.c.provider_sid, legs.c.placing_at
    open_or_within = (asked >= since) | legs.c.ended_at.is_(None)
    placed = _legs().where(sid.is_not(None), asked < until, open_or_within)
    for row in connection.execute(placed):
        yield Expected(row.provider_sid, row.call_id, row.id, row.ended_at is None)
    sid, asked = number_checks.c.provider_sid, number_checks.c.placing_at
    within = (asked >= since) & (asked < until)
    for row in connection.execute(select(sid).where(sid.is_not(None), within)):
        yield Expected(row.provider_sid)
