"""Private calendar addresses: who has one, and whose an address is.

An address is a secret: whoever knows it reads a calendar, without logging in. The secret is
shown once; the table has its digest, by which it is found again.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from logging_db.columns import new_id
from logging_db.tables import calendar_feeds

BITS = 192

_OWNERS = {"responder": calendar_feeds.c.responder_id, "service": calendar_feeds.c.service_id}


@dataclass(frozen=True)
class Owner:
    """Whose calendar it is: a responder's, or a partner service's."""

    kind: Literal["responder", "service"]
    id: str


@dataclass(frozen=True)
class Address:
    """An address that works. ``id`` names it; the secret is not known here."""

    id: str
    owner: Owner
    language: str
    created_at: datetime


def make(connection: Connection, at: datetime, owner: Owner, language: str) -> str:
    """Make an address for an owner and return its secret; the one before stops working."""
    revoke(connection, at, owner)
    token = secrets.token_urlsafe(BITS // 8)
    values = {
        "id": new_id(),
        "token_sha256": _digest(token),
        _OWNERS[owner.kind].name: owner.id,
        "language": language,
        "created_at": at,
    }
    connection.execute(insert(calendar_feeds).values(**values))
    return token


def revoke(connection: Connection, at: datetime, owner: Owner) -> bool:
    """Have the owner's address stop working, now; tell whether there was one."""
    done = connection.execute(update(calendar_feeds).where(*_live(owner)).values(revoked_at=at))
    return done.rowcount > 0


def address_of(connection: Connection, owner: Owner) -> Address | None:
    """Return the address that an owner has, or ``None``."""
    query = select(calendar_feeds).where(*_live(owner))
    row = connection.execute(query.order_by(calendar_feeds.c.created_at.desc())).first()
    return None if row is None else _address(row)


def of_services(connection: Connection) -> dict[str, Address]:
    """Return the addresses of partner services, by the id of the service."""
    live = calendar_feeds.c.revoked_at.is_(None) & calendar_feeds.c.service_id.is_not(None)
    query = select(calendar_feeds).where(live).order_by(calendar_feeds.c.created_at)
    return {row.service_id: _address(row) for row in connection.execute(query)}


def find(connection: Connection, token: str) -> Address | None:
    """Return the address with this secret, or ``None`` where it never was or was revoked.

    The index is searched for a digest, so that how long it takes tells nothing of secrets.
    """
    digest = _digest(token)
    query = select(calendar_feeds).where(calendar_feeds.c.token_sha256 == digest)
    row = connection.execute(query).one_or_none()
    if row is None or not compare_digest(row.token_sha256, digest) or row.revoked_at:
        return None
    return _address(row)


def _live(owner: Owner) -> tuple[ColumnElement[bool], ...]:
    return _OWNERS[owner.kind] == owner.id, calendar_feeds.c.revoked_at.is_(None)


def _address(row: Row[Any]) -> Address:
    kind: Literal["responder", "service"] = "responder" if row.responder_id else "service"
    owner = Owner(kind, row.responder_id or row.service_id)
    return Address(row.id, owner, row.language, row.created_at)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
