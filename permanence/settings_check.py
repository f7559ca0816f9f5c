"""Checks of single settings. A reason never repeats the value: it may hold a password."""

import base64
import binascii
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr
from urllib.parse import urlsplit

from pydantic import SecretStr

KEY_BYTES = 32


def address(value: str) -> str:
    """Return an absolute http(s) address without its last slash; empty stays empty."""
    if not value:
        return value
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("it must be an absolute address that begins with http:// or https://")
    if parts.username is not None or parts.password is not None:
        raise ValueError("it must not hold a user name or a password")
    if parts.query or parts.fragment or value.endswith(("?", "#")):
        raise ValueError("it must not hold a query or a fragment")
    if parts.port == 0 or any(mark.isspace() for mark in value):
        raise ValueError("it is no usable address")
    return value.rstrip("/")


def mailbox(value: str) -> str:
    """Return the address that mails come from: ``name@host``, or ``Words <name@host>``."""
    words, spec = parseaddr(value)
    try:
        Address(words, addr_spec=spec)
    except (ValueError, MessageError, IndexError):
        spec = ""
    if "@" not in spec.strip("@") or not spec.isascii() or "\n" in value or "\r" in value:
        raise ValueError("it must be an e-mail address, alone or as Words <name@host>")
    return value


def database_address(value: SecretStr) -> SecretStr:
    """Return the address of a database that we can use."""
    return _of_scheme(value, "postgresql+psycopg", "sqlite")


def redis_address(value: SecretStr) -> SecretStr:
    """Return the address of a Redis or Valkey."""
    return _of_scheme(value, "redis", "rediss", "unix")


def _of_scheme(value: SecretStr, *schemes: str) -> SecretStr:
    text = value.get_secret_value()
    if text and not text.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        starts = " or ".join(f"{scheme}://" for scheme in schemes)
        raise ValueError(f"it must be an address that begins with {starts}")
    return value


def key(value: SecretStr) -> SecretStr:
    """Return a key of 32 bytes in base64; empty stays empty."""
    text = value.get_secret_value()
    try:
        size = len(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        size = -1
    if text and size != KEY_BYTES:
        raise ValueError(f"it must be {KEY_BYTES} bytes in base64")
    return value


def holds_password(value: object) -> bool:
    """Tell whether the text is an address with a password in it."""
    if not isinstance(value, str):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return True  # unreadable: rather refuse it than let a password stand in a file
    return bool(parts.password) or "password=" in parts.query.lower()
