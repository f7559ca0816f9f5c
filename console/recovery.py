"""Recovery codes: for the day when the telephone with the authenticator is lost.

A code has 120 random bits, so its plain digest can be stored: there is nothing to guess.
"""

import base64
import hashlib
import secrets

COUNT = 8
BYTES = 15


def new() -> list[str]:
    """Return fresh codes, written in six groups of four letters and digits."""
    return [_grouped(base64.b32encode(secrets.token_bytes(BYTES)).decode().lower())
            for _ in range(COUNT)]  # fmt: skip


def digest(code: str) -> str:
    """Return what is stored of a code, however it is written."""
    bare = "".join(mark for mark in code.lower() if mark.isalnum())
    return hashlib.sha256(bare.encode()).hexdigest()


def _grouped(text: str) -> str:
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))
