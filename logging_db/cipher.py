"""Encryption of single fields: AES-256-GCM, bound to the row they stand in.

The associated data names table, column and row, so a value that is moved to another row
does not open. The first byte is the version of the format, the next four name the key:
a value says which key it needs. Keys live outside the database.
"""

import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = 1
NONCE_BYTES = 12
KEY_BYTES = 32


class SealBrokenError(Exception):
    """A value could not be opened: another key, another row, or damaged."""


class FieldCipher:
    """Seals and opens short texts with one key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"The encryption key must have {KEY_BYTES} bytes, not {len(key)}.")
        self._aes = AESGCM(key)
        self._key_id = hashlib.sha256(b"permanence key id" + key).digest()[:4]

    def seal(self, text: str, place: str) -> bytes:
        """Encrypt ``text`` for ``place`` (``table.column:row id``)."""
        nonce = os.urandom(NONCE_BYTES)
        head = bytes([VERSION]) + self._key_id
        return head + nonce + self._aes.encrypt(nonce, text.encode(), head + place.encode())

    def open(self, sealed: bytes, place: str) -> str:
        """Decrypt what :meth:`seal` made for the same ``place``; else :class:`SealBrokenError`."""
        head, nonce, body = sealed[:5], sealed[5:17], sealed[17:]
        if head != bytes([VERSION]) + self._key_id:
            raise SealBrokenError(f"{place} was sealed with another key; give the key it needs.")
        try:
            return self._aes.decrypt(nonce, body, head + place.encode()).decode()
        except InvalidTag as error:
            raise SealBrokenError(f"{place} does not open: moved or damaged.") from error


def phone_place(responder_id: str) -> str:
    """Return where a responder's number stands."""
    return f"responders.phone:{responder_id}"


def callback_place(callback_id: str) -> str:
    """Return where a caller's number stands."""
    return f"callback_requests.number:{callback_id}"


def check_place(check_id: str) -> str:
    """Return where a number stands that a responder has yet to prove."""
    return f"number_checks.number:{check_id}"


def contact_place(contact_id: str) -> str:
    """Return where the number of somebody stands whom responders bring into a room."""
    return f"contacts.number:{contact_id}"


def guest_place(leg_id: str) -> str:
    """Return where a number stands that a responder keyed in, until that call is over."""
    return f"guests.number:{leg_id}"


def notice_place(notice_id: str) -> str:
    """Return where a link stands that lets whoever opens it choose a password."""
    return f"notices.params:{notice_id}"
