"""Where things lie under ``data_dir``."""

import hashlib
import os
import tempfile
from pathlib import Path

from permanence.errors import OperatorError

# The kernel's limit on a Unix socket's path is 108 bytes with its closing zero on Linux
# and 104 on macOS.
SOCKET_PATH_BYTES = 103


def make_data_dir(data_dir: Path) -> None:
    """Make the folder, closed to everybody else, unless it exists."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OperatorError(
            f"data_dir: {data_dir} cannot be made ({error.strerror}). Choose another."
        ) from None


def database_file(data_dir: Path) -> Path:
    """Return the SQLite file."""
    return data_dir / "permanence.db"


def field_key_file(data_dir: Path) -> Path:
    """Return the file of the key that seals single fields."""
    return data_dir / "keys" / "field.key"


def session_key_file(data_dir: Path) -> Path:
    """Return the file of the key that signs the console's cookies."""
    return data_dir / "keys" / "session.key"


def totp_key_file(data_dir: Path) -> Path:
    """Return the file of the key that seals the secrets of authenticator apps."""
    return data_dir / "keys" / "totp.key"


def lock_file(data_dir: Path) -> Path:
    """Return the file that `serve` holds a lock on."""
    return data_dir / "serve.lock"


def sweep_beat(data_dir: Path) -> Path:
    """Return the file whose time of change says when the sweep last went round."""
    return data_dir / "sweep.beat"


def snapshot_file(data_dir: Path) -> Path:
    """Return the file that says who is on duty when the database cannot be asked."""
    return data_dir / "snapshot.json"


def spool_folder(data_dir: Path) -> Path:
    """Return the folder of what happened while the database was away."""
    return data_dir / "spool"


def mail_folder(data_dir: Path) -> Path:
    """Return the folder that mails are written into where no server takes them."""
    return data_dir / "mail"


def uploads_folder(data_dir: Path) -> Path:
    """Return the folder in which uploaded files wait to be imported."""
    return data_dir / "uploads"


def valkey_folder(data_dir: Path) -> Path:
    """Return the embedded Valkey's folder."""
    return data_dir / "valkey"


def valkey_socket(data_dir: Path) -> Path:
    """Return the embedded Valkey's socket.

    It lies in a short folder of the system's temporary directory where the one in
    ``data_dir`` would be too long for the kernel; the name follows from ``data_dir``, so
    every process finds the same one.
    """
    socket = valkey_folder(data_dir) / "valkey.sock"
    if len(os.fsencode(socket)) <= SOCKET_PATH_BYTES:
        return socket
    name = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"permanence-{os.getuid()}-{name}" / "valkey.sock"
