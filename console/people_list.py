"""The people who answer, as a list: looked for, narrowed, in pages; never with a number."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Literal

from flask import current_app
from sqlalchemy import Connection, func, select

from console.week_grid import folded
from logging_db.cipher import FieldCipher
from logging_db.number_faults import NumberFault, number_faults
from logging_db.rosters import VERSION
from logging_db.tables import partner_services, responders, users

PAGE = 50
KEPT_FOR = timedelta(minutes=1)
EXTENSION = "console.people_faults"

Wish = Literal["", "fault", "unverified", "malformed", "shared", "failing", "no_log_in", "stopped"]
WISHES: tuple[Wish, ...] = (
    "",
    "fault",
    "unverified",
    "malformed",
    "shared",
    "failing",
    "no_log_in",
    "stopped",
)


@dataclass(frozen=True)
class PersonRow:
    """Somebody, as the list shows them. ``faults`` are those of their number."""

    id: str
    name: str
    service: str
    languages: tuple[str, ...]
    active: bool
    logs_in: bool
    verified_at: datetime | None
    faults: tuple[NumberFault, ...] = ()


@dataclass(frozen=True)
class Page:
    """One page of the list; ``names`` are those whom faults speak of."""

    rows: tuple[PersonRow, ...]
    number: int
    pages: int
    total: int
    names: dict[str, str]


class Faults:
    """The faults that were found last: ten thousand numbers take a second to look at."""

    def __init__(self) -> None:
        self._kept: tuple[tuple[object, ...], datetime, dict[str, list[NumberFault]]] | None = None
        self._lock = Lock()

    def load(
        self, connection: Connection, cipher: FieldCipher, at: datetime
    ) -> dict[str, list[NumberFault]]:
        """Return the faults by person; those of calls may be a minute old, the others not."""
        proofs = select(func.max(responders.c.verified_at), func.count())
        seal = (
            connection.execute(VERSION).scalar_one(),
            *connection.execute(proofs.select_from(responders)).one(),
        )
        with self._lock:
            kept = self._kept
        if kept is None or kept[0] != seal or not timedelta(0) <= at - kept[1] < KEPT_FOR:
            found: defaultdict[str, list[NumberFault]] = defaultdict(list)
            for fault in number_faults(connection, cipher, at):
                found[fault.responder_id].append(fault)
            kept = seal, at, dict(found)
            with self._lock:
                self._kept = kept
        return kept[2]


def faults(
    connection: Connection, cipher: FieldCipher, at: datetime
) -> dict[str, list[NumberFault]]:
    """Return what is wrong with numbers, by person."""
    kept: Faults = current_app.extensions.setdefault(EXTENSION, Faults())
    return kept.load(connection, cipher, at)


def page_of(
    everybody: Sequence[PersonRow], text: str, service: str, wish: Wish, number: int
) -> Page:
    """Return one page of those who fit, pages counted from 1."""
    words = folded(text).split()
    fitting = [
        row
        for row in everybody
        if (not service or row.service == service)
        and _wished(row, wish)
        and all(word in folded(row.name) for word in words)
    ]
    pages = max(1, -(-len(fitting) // PAGE))
    number = min(max(1, number), pages)
    shown = tuple(fitting[(number - 1) * PAGE : number * PAGE])
    others = {fault.other_responder_id for row in shown for fault in row.faults}
    names = {row.id: row.name for row in everybody if row.id in others}
    return Page(shown, number, pages, len(fitting), names)


def _wished(row: PersonRow, wish: Wish) -> bool:
    if wish == "stopped" or not row.active:
        return wish == "stopped" and not row.active
    if wish == "no_log_in":
        return not row.logs_in
    if wish == "fault":
        return any(fault.kind != "unverified" for fault in row.faults)
    return not wish or any(fault.kind == wish for fault in row.faults)


def everybody(connection: Connection, found: dict[str, list[NumberFault]]) -> list[PersonRow]:
    """Return everybody, by service and name."""
    linked = users.c.responder_id.is_not(None) & users.c.active
    can_log_in = set(connection.execute(select(users.c.responder_id).where(linked)).scalars())
    query = (
        select(
            responders.c.id,
            responders.c.name,
            partner_services.c.code,
            responders.c.languages,
            responders.c.active,
            responders.c.verified_at,
        )
        .join(partner_services, partner_services.c.id == responders.c.service_id)
        .order_by(partner_services.c.code, responders.c.name, responders.c.id)
    )
    return [
        PersonRow(
            id=row.id,
            name=row.name,
            service=row.code,
            languages=tuple(row.languages),
            active=row.active,
            logs_in=row.id in can_log_in,
            verified_at=row.verified_at,
            faults=tuple(found.get(row.id, ())),
        )
        for row in connection.execute(query)
    ]
