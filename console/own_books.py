"""The rosters of many weeks at once, for pages about one person; kept until something changes.

Everybody's page asks for the same weeks, so a process keeps them. The counter ``roster``,
read with every use, says whether they still hold.
"""

from datetime import date, datetime, timedelta
from threading import Lock

from flask import current_app
from sqlalchemy import Connection

from logging_db.rosters import VERSION, Book, read_book

BACK, AHEAD = timedelta(weeks=4), timedelta(weeks=6)
MARGIN = timedelta(days=3)  # shifts over midnight, and zones
EXTENSION = "console.own_books"


class LongBook:
    """The book that was read last."""

    def __init__(self) -> None:
        self._kept: tuple[date, Book] | None = None
        self._lock = Lock()

    def load(self, connection: Connection, today: date) -> Book:
        """Return the rosters around a day, as this transaction sees them."""
        version = connection.execute(VERSION).scalar_one()
        with self._lock:
            kept = self._kept
        if kept is None or kept[0] != today or kept[1].version != version:
            book = read_book(connection, today - BACK - MARGIN, today + AHEAD + MARGIN)
            kept = today, book
            with self._lock:
                self._kept = kept
        return kept[1]


def long_book(connection: Connection, at: datetime) -> Book:
    """Return the rosters of the weeks before and after ``at``."""
    books: LongBook = current_app.extensions.setdefault(EXTENSION, LongBook())
    return books.load(connection, at.date())
