"""What a webhook, a job and the sweep need to do their work, handed over as one value."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Engine

from callbacks.dialler import Dialler


class Bell(Protocol):
    """Wakes a worker. The row is the truth: a lost ring only costs time."""

    def ring(self, job: str, row_id: str) -> None:
        """Ask for ``job`` on the row ``row_id``, soon. Never raises, never blocks for long."""


@dataclass(frozen=True)
class Desk:
    """The working place of the provider's edge.

    ``clock`` gives the present as aware UTC. ``public_url`` is the address under which the
    provider reaches us, without a trailing slash; ``tokens`` are the auth tokens that a
    signature may be made with. ``calls_per_second`` paces outbound calls.
    """

    engine: Engine
    clock: Callable[[], datetime]
    dialler: Dialler
    bell: Bell
    public_url: str
    tokens: tuple[str, ...]
    calls_per_second: float = 1.0

    def url(self, path: str) -> str:
        """Return the public address of ``path`` (which begins with a slash)."""
        return self.public_url + path
