"""What a webhook, a job and the sweep need to do their work, handed over as one value."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection, Engine

from callbacks.dialler import Dialler
from logging_db.cipher import FieldCipher
from logging_db.engine import write
from logging_db.rosters import Book, Rosters
from telephony.snapshot import Snapshots
from telephony.sounds import Sounds
from telephony.spool import Spool


class Bell(Protocol):
    """Wakes a worker. The row is the truth: a lost ring only costs time."""

    def ring(self, job: str, row_id: str) -> None:
        """Ask for ``job`` on the row ``row_id``, soon. Never raises, never blocks for long."""


@dataclass(frozen=True)
class Desk:
    """The working place of the provider's edge.

    ``clock`` gives the present as aware UTC. ``public_url`` is the address under which the
    provider reaches us, without a trailing slash; ``tokens`` are the auth tokens that a
    signature may be made with. ``calls_per_second`` paces outbound calls. ``snapshots`` and
    ``spool`` are what there is while the database is away.
    """

    engine: Engine
    clock: Callable[[], datetime]
    dialler: Dialler
    bell: Bell
    cipher: FieldCipher
    public_url: str
    tokens: tuple[str, ...]
    calls_per_second: float = 1.0
    rosters: Rosters = field(default_factory=Rosters)
    snapshots: Snapshots = field(default_factory=Snapshots)
    spool: Spool = field(default_factory=Spool)
    sounds: Sounds = field(default_factory=Sounds)

    def url(self, path: str) -> str:
        """Return the public address of ``path`` (which begins with a slash)."""
        return self.public_url + path

    @contextmanager
    def step(self) -> Iterator["Step"]:
        """Open one transaction; after its commit, ring the bells that it asked for."""
        with write(self.engine) as connection:
            step = Step(self, connection)
            yield step
        for job, row_id in dict.fromkeys(step.bells):
            self.bell.ring(job, row_id)


class Step:
    """One transaction at one instant: decide, record, and note which bells to ring."""

    def __init__(self, desk: Desk, connection: Connection) -> None:
        self.desk = desk
        self.connection = connection
        # Read when SQLite has let us in, for whom we may have waited. PostgreSQL lets two write
        # at a time: whoever writes an end there looks at what it is the end of.
        self.at = desk.clock()
        self.bells: list[tuple[str, str]] = []

    def later(self, job: str, row_id: str) -> None:
        """Have ``job`` done on ``row_id`` after the commit."""
        self.bells.append((job, row_id))

    @property
    def book(self) -> Book:
        """The rosters, as this transaction sees them."""
        return self.desk.rosters.load(self.connection, self.at)
