"""Keys: what seals single fields of the record book, and what the console signs with."""

import base64
import binascii
import os
import secrets
import tempfile
from pathlib import Path

from pydantic import SecretStr

from permanence import places
from permanence.errors import OperatorError
from permanence.settings import Settings

KEY_BYTES = 32


class KeyFileError(OperatorError):
    """The key cannot be used."""


def field_key(settings: Settings) -> bytes:
    """Return the 32 bytes that seal fields.

    They come from ``privacy.encryption_key``; where that is empty, from a file under
    ``data_dir`` that is made once. Whoever loses it loses the sealed fields.
    """
    path = places.field_key_file(settings.data_dir)
    return _key(settings.data_dir, settings.privacy.encryption_key, "privacy.encryption_key", path)


def session_key(settings: Settings) -> bytes:
    """Return the 32 bytes that sign the console's cookies. A new one logs everybody out."""
    path = places.session_key_file(settings.data_dir)
    return _key(settings.data_dir, settings.console.session_key, "console.session_key", path)


def totp_key(settings: Settings) -> bytes:
    """Return the 32 bytes that seal authenticators' secrets; without it they are set up anew."""
    path = places.totp_key_file(settings.data_dir)
    return _key(settings.data_dir, settings.console.totp_key, "console.totp_key", path)


def _key(data_dir: Path, given: SecretStr, place: str, path: Path) -> bytes:
    if given.get_secret_value():
        return _decode(given.get_secret_value(), place)
    places.make_data_dir(data_dir)
    if not path.exists():
        _make(path)
    _refuse_if_open_to_others(path)
    return _decode(path.read_text("ascii"), str(path))


def _make(path: Path) -> None:
    """Write a new key, unless another process has just done so.

    The link appears with its whole content or not at all and never replaces a key, so
    processes that start together agree on the first one.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent)  # mode 0600
    try:
        with os.fdopen(handle, "w") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode() + "\n")
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()


def _refuse_if_open_to_others(path: Path) -> None:
    if path.stat().st_mode & 0o077:
        raise KeyFileError(f"{path} can be read by others. Close it: chmod 600 {path}")


def _decode(text: str, place: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyFileError(f"{place} is not {KEY_BYTES} bytes in base64.")
    return key
