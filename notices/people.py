"""Who is told, and where: looked up when it is needed, kept nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from logging_db.cipher import FieldCipher, SealBrokenError, phone_place
from logging_db.tables import responders, users

LANGUAGES = ("fr", "nl", "en")


@dataclass(frozen=True)
class Reader:
    """A user who may be told something. ``responder_id``: whose shifts are theirs."""

    user_id: str
    name: str
    email: str
    language: str
    responder_id: str | None


_READERS = select(
    users.c.id, users.c.name, users.c.email, users.c.language, users.c.responder_id
).where(users.c.active)


def coordinators(connection: Connection, but: str | None = None) -> list[Reader]:
    """Return the coordinators and administrators, without whoever answers as ``but``."""
    query = _READERS.where(users.c.role.in_(("coordinator", "administrator")))
    found = [Reader(*row) for row in connection.execute(query.order_by(users.c.id))]
    return [reader for reader in found if but is None or reader.responder_id != but]


def user(connection: Connection, user_id: str) -> Reader | None:
    """Return the active user with this id, or ``None``."""
    row = connection.execute(_READERS.where(users.c.id == user_id)).one_or_none()
    return None if row is None else Reader(*row)


def user_of(connection: Connection, responder_id: str) -> Reader | None:
    """Return the active user that an active responder logs in as; of several, the first."""
    query = (
        _READERS.join(responders, responders.c.id == users.c.responder_id)
        .where(responders.c.id == responder_id, responders.c.active)
        .order_by(users.c.created_at, users.c.id)
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else Reader(*row)


def name_of(connection: Connection, responder_id: str) -> str:
    """Return a responder's name."""
    query = select(responders.c.name).where(responders.c.id == responder_id)
    return str(connection.execute(query).scalar_one())


def phone_of(connection: Connection, cipher: FieldCipher, responder_id: str) -> str | None:
    """Return an active responder's number; it goes to the provider and nowhere else."""
    query = select(responders.c.phone).where(responders.c.id == responder_id, responders.c.active)
    sealed = connection.execute(query).scalar_one_or_none()
    if sealed is None:
        return None
    try:
        return cipher.open(sealed, phone_place(responder_id))
    except SealBrokenError:
        return None


def spoken(languages: Sequence[str]) -> str:
    """Return the first of ``languages`` that we have words in, else French."""
    return next((known for known in languages if known in LANGUAGES), LANGUAGES[0])
