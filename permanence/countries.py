"""Which countries we ring: those of contacts, responders and fallback numbers, and Belgium.

Only the countries come out of here, never a number.
"""

from collections.abc import Iterator

import phonenumbers
from sqlalchemy import Connection, select

from logging_db.cipher import FieldCipher, SealBrokenError, contact_place, phone_place
from logging_db.tables import contacts, lines, responders
from permanence import places
from permanence.errors import OperatorError
from permanence.keys import field_key
from permanence.settings import Settings

HOME = "BE"


def countries(connection: Connection, settings: Settings) -> dict[str, str]:
    """Return the countries by ISO code, Belgium first, and whom we ring there."""
    found: dict[str, dict[str, None]] = {HOME: {"responders and callbacks": None}}
    for number, whose in _numbers(connection, _cipher(settings)):
        iso = _country(number)
        if iso:
            found.setdefault(iso, {})[whose] = None
    return {iso: ", ".join(whose) for iso, whose in found.items()}


def _numbers(connection: Connection, cipher: FieldCipher | None) -> Iterator[tuple[str, str]]:
    for row in connection.execute(select(lines.c.fallback_number)):
        if row.fallback_number:
            yield row.fallback_number, "a fallback number"
    if cipher is None:
        return
    phones = select(responders.c.id, responders.c.phone).where(responders.c.active)
    for row in connection.execute(phones):
        yield _opened(cipher, row.phone, phone_place(row.id)), "responders"
    others = select(contacts.c.id, contacts.c.number).where(contacts.c.active)
    for row in connection.execute(others):
        yield _opened(cipher, row.number, contact_place(row.id)), "contacts"


def _cipher(settings: Settings) -> FieldCipher | None:
    """Return what opens numbers, but make no key: a check leaves nothing behind."""
    given = settings.privacy.encryption_key.get_secret_value()
    if not given and not places.field_key_file(settings.data_dir).exists():
        return None
    try:
        return FieldCipher(field_key(settings))
    except OperatorError:  # every process that starts says so
        return None


def _opened(cipher: FieldCipher, sealed: bytes, place: str) -> str:
    try:
        return cipher.open(sealed, place)
    except SealBrokenError:
        return ""


def _country(number: str) -> str | None:
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return None
