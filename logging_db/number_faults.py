"""What is wrong with responders' numbers, for people to put right. No number leaves here."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from logging_db import number_checks, phone_numbers
from logging_db.cipher import FieldCipher, phone_place
from logging_db.tables import legs, offers, responders

LOOK_BACK = timedelta(days=14)
IN_A_ROW = 3


@dataclass(frozen=True)
class NumberFault:
    """One thing that is wrong with an active responder's number.

    ``kind``: ``malformed`` (it cannot be rung at all), ``shared`` (``other_responder_id``
    answers there too), ``failing`` (the provider could not reach it, :data:`IN_A_ROW` times
    in a row), ``unverified`` (nobody has proved it by a code).
    """

    responder_id: str
    kind: str
    other_responder_id: str | None = None


def number_faults(connection: Connection, cipher: FieldCipher, at: datetime) -> list[NumberFault]:
    """Return all faults, by the responders' names, the worst of each person first."""
    ours = phone_numbers.of_our_lines(connection)
    failing = _failing(connection, at)
    query = select(responders).where(responders.c.active).order_by(responders.c.name)
    people = connection.execute(query).all()
    phones = {row.id: _phone(cipher, row.id, row.phone, ours) for row in people}
    holders: defaultdict[str, list[str]] = defaultdict(list)
    for person, phone in phones.items():
        if phone is not None:
            holders[phone].append(person)
    found: list[NumberFault] = []
    for row in people:
        phone = phones[row.id]
        if phone is None:
            found.append(NumberFault(row.id, "malformed"))
            continue
        found += [NumberFault(row.id, "shared", o) for o in holders[phone] if o != row.id]
        if row.id in failing:
            found.append(NumberFault(row.id, "failing"))
        if row.verified_at is None:
            found.append(NumberFault(row.id, "unverified"))
    return found


def _phone(
    cipher: FieldCipher, responder_id: str, sealed: bytes, ours: frozenset[str]
) -> str | None:
    """Return a number that can be rung, or ``None``; what does not open cannot be rung."""
    phone = number_checks.opened(cipher, sealed, phone_place(responder_id))
    if phone is None or phone_numbers.why_not(phone, ours) is not None:
        return None
    return phone_numbers.allowed(phone)


def _failing(connection: Connection, at: datetime) -> set[str]:
    """Return whose last calls all failed, since they last proved their number."""
    endings: defaultdict[str, list[str]] = defaultdict(list)
    for person, ending in _endings(connection, at):
        if len(endings[person]) < IN_A_ROW:
            endings[person].append(ending)
    return {person for person, last in endings.items() if last == ["failed"] * IN_A_ROW}


def _endings(connection: Connection, at: datetime) -> Iterator[tuple[str, str]]:
    """Yield how the calls to each person ended, the last first; only what was dialled counts."""
    query = (
        select(offers.c.responder_id, legs.c.ending)
        .join(offers, offers.c.id == legs.c.offer_id)
        .join(responders, responders.c.id == offers.c.responder_id)
        .where(
            legs.c.party == "responder",
            legs.c.placing_at.is_not(None),
            legs.c.ended_at > at - LOOK_BACK,
            responders.c.verified_at.is_(None) | (legs.c.ended_at > responders.c.verified_at),
        )
        .order_by(legs.c.ended_at.desc(), legs.c.id)
    )
    for row in connection.execute(query):
        yield row.responder_id, row.ending
