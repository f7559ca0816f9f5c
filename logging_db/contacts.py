"""Whom responders may bring into a room: interpreters, welfare offices, others.

Their numbers are sealed; what is found here never holds one. A number is opened in two places
only: by whoever dials it, and by :func:`number_of` for a coordinator who asks to see it.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from logging_db.cipher import FieldCipher, SealBrokenError, contact_place
from logging_db.columns import new_id
from logging_db.tables import contacts

INTERPRETER: Final = "interpreter"
SERVICE: Final = "service"  # a welfare office, a shelter, a hospital
OTHER: Final = "other"
KINDS = (INTERPRETER, SERVICE, OTHER)

LONGEST_NAME, LONGEST_NOTE = 200, 500

_id, _kind, _active = contacts.c.id, contacts.c.kind, contacts.c.active


@dataclass(frozen=True)
class Entry:
    """What is known of a contact beside the number; languages in order of preference."""

    name: str
    kind: str
    languages: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class Contact:
    """A contact without the number. Who is not ``active`` has been retired."""

    id: str
    entry: Entry
    active: bool
    changed_at: datetime


def add(
    connection: Connection, cipher: FieldCipher, entry: Entry, number: str, at: datetime
) -> str:
    """Add a contact at ``number`` (E.164, looked over by the caller); return the id."""
    contact_id = new_id()
    values = _values(entry) | {"id": contact_id, "active": True, "changed_at": at}
    sealed = cipher.seal(number, contact_place(contact_id))
    connection.execute(insert(contacts).values(**values, number=sealed))
    return contact_id


def change(
    connection: Connection, contact_id: str, entry: Entry, at: datetime, seen: datetime
) -> bool:
    """Store another entry; ``False`` where it is no longer as it was ``seen``."""
    same = (_id == contact_id) & (contacts.c.changed_at == seen)
    values = _values(entry) | {"changed_at": at}
    return connection.execute(update(contacts).where(same).values(**values)).rowcount == 1


def change_number(
    connection: Connection, cipher: FieldCipher, contact_id: str, number: str, at: datetime
) -> bool:
    """Store another number (E.164); tell whether the contact is there."""
    sealed = cipher.seal(number, contact_place(contact_id))
    return _set(connection, contact_id, number=sealed, changed_at=at)


def retire(connection: Connection, contact_id: str, at: datetime) -> bool:
    """Let nobody bring them in any more; the row stays. Tell whether the contact is there."""
    return _set(connection, contact_id, active=False, changed_at=at)


def restore(connection: Connection, contact_id: str, at: datetime) -> bool:
    """Let them be brought in again; tell whether the contact is there."""
    return _set(connection, contact_id, active=True, changed_at=at)


def get(connection: Connection, contact_id: str) -> Contact | None:
    """Return a contact, or ``None``."""
    row = connection.execute(_query().where(_id == contact_id)).one_or_none()
    return None if row is None else _contact(row)


def find(
    connection: Connection,
    text: str = "",
    *,
    language: str = "",
    kind: str = "",
    active: bool = True,
) -> list[Contact]:
    """Return the contacts that fit, by name.

    Every word of ``text`` stands in the name or the note, whatever its accents. With a
    ``language``, those who prefer it come first.
    """
    query = _query().where(_active == active)
    query = query.where(_kind == kind) if kind else query
    words = _folded(text).split()
    found = [
        each
        for each in map(_contact, connection.execute(query))
        if (not language or language in each.entry.languages) and _fits(each.entry, words)
    ]
    return sorted(found, key=lambda each: _order(each.entry, language))


def languages(connection: Connection) -> list[str]:
    """Return the languages that contacts speak, by code."""
    rows = connection.execute(select(contacts.c.languages).where(_active)).scalars()
    return sorted({code for spoken in rows for code in spoken})


def number_of(connection: Connection, cipher: FieldCipher, contact_id: str) -> str | None:
    """Return the number in E.164; ``None`` where there is none, or it does not open."""
    query = select(contacts.c.number).where(_id == contact_id)
    sealed = connection.execute(query).scalar_one_or_none()
    if sealed is None:
        return None
    try:
        return cipher.open(sealed, contact_place(contact_id))
    except SealBrokenError:
        return None


def _query() -> Any:
    """The columns of a contact that may be shown: the number is none of them."""
    return select(*(column for column in contacts.c if column.name != "number"))


def _set(connection: Connection, contact_id: str, **values: object) -> bool:
    done = connection.execute(update(contacts).where(_id == contact_id).values(**values))
    return done.rowcount == 1


def _values(entry: Entry) -> dict[str, object]:
    return {
        "name": entry.name,
        "kind": entry.kind,
        "languages": list(entry.languages),
        "note": entry.note,
    }


def _contact(row: Row[Any]) -> Contact:
    entry = Entry(row.name, row.kind, tuple(row.languages), row.note)
    return Contact(row.id, entry, row.active, row.changed_at)


def _fits(entry: Entry, words: Iterable[str]) -> bool:
    told = _folded(f"{entry.name} {entry.note}")
    return all(word in told for word in words)


def _order(entry: Entry, language: str) -> tuple[int, str]:
    place = entry.languages.index(language) if language in entry.languages else 0
    return place, _folded(entry.name)


def _folded(text: str) -> str:
    """Return text for looking things up in: small letters, no accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in decomposed if not unicodedata.combining(each))
