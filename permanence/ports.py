"""Ports of this machine: is one taken, and does our server answer there."""

import errno
import socket
from http.client import HTTPConnection, HTTPException

from permanence.errors import OperatorError


class PortTakenError(OperatorError):
    """Nobody can listen there."""


def refuse_taken(host: str, port: int, remedy: str) -> None:
    """Raise :class:`PortTakenError` if the port is taken; ``remedy`` says what to change."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            reason = "is in use" if taken else f"cannot be listened on: {error.strerror}"
            raise PortTakenError(f"Port {port} on {host} {reason}. {remedy}") from None


def answers(host: str, port: int, path: str = "/healthz") -> bool:
    """Tell whether a web server of this machine answers 200."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 # not bound
    connection = HTTPConnection(reachable, port, timeout=0.5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (HTTPException, OSError):
        return False
    finally:
        connection.close()
