"""Whether somebody else listens where we want to."""

import errno
import socket

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
