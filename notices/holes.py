"""Holes in the roster: coordinators are told when one opens, and again when it is near."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from sqlalchemy import Connection

from logging_db.rosters import Book
from notices.outbox import Draft
from notices.people import Reader, coordinators
from routing.duty import zone_of
from routing.gaps import Gap, gaps
from routing.roster import Line, Roster

AHEAD = timedelta(days=3)
NEAR = timedelta(days=1)
SETTLES = timedelta(minutes=5)
"""How long a hole must last before anybody is told: the roster is often amid a change."""


def holes(connection: Connection, book: Book, at: datetime) -> Iterator[Draft]:
    """Yield a notice for each coordinator and each hole of the next days."""
    told = coordinators(connection)
    if not told:
        return
    for roster in book.by_id.values():
        for gap in _ahead(roster, at):
            for reader in told:
                yield _draft(roster.line, gap, reader, at)


def _ahead(roster: Roster, at: datetime) -> list[Gap]:
    """Return the holes of the next days, and those that have begun.

    We look from a midnight on, and not from ``at``, so that a hole keeps its beginning.
    """
    zone = zone_of(roster.line.timezone)
    yesterday = at.astimezone(zone).date() - timedelta(days=1)
    since = datetime.combine(yesterday, time(0), zone)
    return [gap for gap in gaps(roster, since, at + AHEAD) if gap.ends > at]


def _draft(line: Line, gap: Gap, reader: Reader, at: datetime) -> Draft:
    stage = "near" if gap.begins <= at + NEAR else "far"
    about = f"{line.id}:{gap.begins:%Y%m%dT%H%M}:{gap.language or '-'}"
    return Draft(
        key=f"hole:{stage}:{about}:{reader.user_id}",
        kind="hole",
        user_id=reader.user_id,
        language=reader.language,
        params={
            "line_id": line.id,
            "line": line.name,
            "begins": gap.begins.isoformat(),
            "ends": gap.ends.isoformat(),
            "zone": line.timezone,
            "missing": gap.language,
            "needed": gap.needed,
            "covered": gap.covered,
        },
        due_at=at + SETTLES,
        expires_at=max(gap.ends, at + 2 * SETTLES),
    )


def is_open(roster: Roster, begins: datetime, language: str | None) -> bool:
    """Tell whether there is still a hole where one was found."""
    found = gaps(roster, begins, begins + timedelta(minutes=1))
    return any(gap.language == language for gap in found)
