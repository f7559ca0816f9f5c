"""What is to be known of a call with which something went wrong: the book's rows and the wire's.

A fault run that finds something tells it at once: threads and deaths fall otherwise next time.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from logging_db.tables import call_events, callback_requests, calls, legs, offers
from tests.faults_kit import Witness
from tests.total_queue import Verdict

TOLD = ("CallStatus", "StatusCallbackEvent", "ParticipantLabel", "Digits", "QueueResult")
LONGEST = 400
IDS = re.compile(r"\b(?:CA)?[0-9a-f]{32}\b")


def traces(connection: Connection, witness: Witness, verdict: Verdict) -> list[str]:
    """Return everything about each name that the verdict counts as a fault."""
    lines: list[str] = []
    for kind, tally in verdict.items():
        for fault in ("lost", "doubled", "unexpected"):
            for name in getattr(tally, fault):
                lines.append(f"=== {kind}: {fault}: {name}")
                for one in IDS.findall(str(name)) or [str(name)]:
                    lines += _trace(connection, witness, one)
                    lines += _turns_of(connection, one)
    return lines


def _turns_of(connection: Connection, person: str) -> Iterator[str]:
    """Yield when somebody was rung, in order; nothing where the name is no person's."""
    theirs = select(offers, legs.c.placing_at, legs.c.ended_at, legs.c.ending).join_from(
        offers, legs, legs.c.offer_id == offers.c.id, isouter=True
    )
    query = theirs.where(offers.c.responder_id == person).order_by(offers.c.offered_at)
    for row in connection.execute(query):
        yield "turn: " + ", ".join(_filled(row))


def _trace(connection: Connection, witness: Witness, name: str) -> Iterator[str]:
    found = list(connection.execute(_offers_of(name)))
    ids = {name, *(offer.call_id for offer in found), *(offer.callback_id for offer in found)}
    ids -= {None}
    for table, where in (
        (calls, or_(calls.c.id.in_(ids), calls.c.provider_sid == name)),
        (
            callback_requests,
            or_(callback_requests.c.id.in_(ids), callback_requests.c.call_id == name),
        ),
    ):
        ids |= {row.id for row in connection.execute(select(table.c.id).where(where))}
    about = or_(offers.c.call_id.in_(ids), offers.c.callback_id.in_(ids))
    ids |= set(connection.execute(select(offers.c.id).where(about)).scalars())
    for table, column in (
        (calls, calls.c.id),
        (callback_requests, callback_requests.c.id),
        (offers, offers.c.id),
        (legs, legs.c.offer_id),
        (call_events, call_events.c.call_id),
    ):
        for row in connection.execute(select(table).where(column.in_(ids))):
            ids |= {getattr(row, "provider_sid", name)}
            yield f"{table.name}: " + ", ".join(_filled(row))
    yield from _wire(witness, ids - {None})


def _offers_of(name: str) -> Any:
    of_legs = select(legs.c.offer_id).where(or_(legs.c.id == name, legs.c.provider_sid == name))
    of_calls = select(calls.c.id).where(calls.c.provider_sid == name)
    return select(offers).where(
        or_(
            offers.c.id == name,
            offers.c.id.in_(of_legs),
            offers.c.call_id.in_(of_calls),
            offers.c.call_id == name,
            offers.c.callback_id == name,
        )
    )


def _filled(row: Any) -> Iterator[str]:
    for name, value in row._mapping.items():
        if value not in (None, False, b""):
            yield (
                f"{name}={value:%H:%M:%S.%f}" if isinstance(value, datetime) else f"{name}={value}"
            )


def _wire(witness: Witness, ids: set[str]) -> Iterator[str]:
    """Yield what the provider asked and was answered; what it lost it never sent."""
    for hook in witness.exchange.engine.courier.webhooks:
        if hook.params.get("CallSid") in ids or any(one in hook.url for one in ids):
            told = ", ".join(f"{key}={hook.params[key]}" for key in TOLD if key in hook.params)
            path = hook.url.partition("/voice")[2]
            answer = f"{hook.status or hook.error} {hook.body.decode()[:LONGEST]}"
            yield f"{hook.at:%H:%M:%S.%f} {path} {told} -> {answer}"
