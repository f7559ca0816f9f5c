"""Links that are as good as a password, while they wait in the outbox."""

import base64

from logging_db.cipher import FieldCipher


def seal(cipher: FieldCipher, link: str, place: str) -> str:
    """Return the link sealed for its ``place``, as text."""
    return base64.b64encode(cipher.seal(link, place)).decode("ascii")


def opened(cipher: FieldCipher, sealed: str, place: str) -> str:
    """Return the link; raise :class:`logging_db.cipher.SealBrokenError`."""
    return cipher.open(base64.b64decode(sealed), place)
