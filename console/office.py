"""What every page works with, handed over as one value: ``office()`` gives it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from flask import current_app
from sqlalchemy import Connection, Engine

from console.config import ConsoleSettings
from logging_db import engine as book_engine
from logging_db.cipher import FieldCipher
from logging_db.rosters import Book, Rosters

EXTENSION = "console"


class Bell(Protocol):
    """Wakes a worker. The row is the truth: a lost ring only costs time."""

    def ring(self, job: str, row_id: str) -> None:
        """Ask for ``job`` on the row ``row_id``, soon. Never raises, never blocks for long."""


@dataclass(frozen=True)
class Office:
    """The working place of the console's pages. ``clock`` gives the present as aware UTC."""

    engine: Engine
    settings: ConsoleSettings
    clock: Callable[[], datetime]
    cipher: FieldCipher
    bell: Bell
    rosters: Rosters = field(default_factory=Rosters)

    def read(self) -> AbstractContextManager[Connection]:
        """Open a transaction that only reads."""
        return book_engine.read(self.engine)

    @contextmanager
    def step(self) -> Iterator["Step"]:
        """Open one transaction; after its commit, ring the bells that it asked for."""
        with book_engine.write(self.engine) as connection:
            step = Step(connection, self.clock(), self.rosters)
            yield step
        for job, row_id in dict.fromkeys(step.bells):
            self.bell.ring(job, row_id)

    def book(self) -> Book:
        """Return the rosters as they are now, in a transaction of their own."""
        with self.read() as connection:
            return self.rosters.load(connection, self.clock())


@dataclass(frozen=True)
class Step:
    """One transaction at one instant, and the bells to ring after it."""

    connection: Connection
    at: datetime
    rosters: Rosters
    bells: list[tuple[str, str]] = field(default_factory=list)

    def later(self, job: str, row_id: str) -> None:
        """Have ``job`` done on ``row_id`` after the commit."""
        self.bells.append((job, row_id))

    @property
    def book(self) -> Book:
        """The rosters, as this transaction sees them."""
        return self.rosters.load(self.connection, self.at)


def office() -> Office:
    """Return the office of the application that answers this request."""
    found: Office = current_app.extensions[EXTENSION]
    return found
