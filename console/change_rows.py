"""Changes of the roster as rows: the newest, a page of them, those since another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, select

from logging_db.tables import roster_changes

PAGE = 50

_COLUMNS = tuple(column for column in roster_changes.c if column.name != "images")


@dataclass(frozen=True)
class Change:
    """A change without the rows that it touched. ``undone_by`` names the one that took it back."""

    id: int
    at: datetime
    user_id: str | None
    who: str
    line_id: str | None
    kind: str
    details: Mapping[str, Any]
    undoes: int | None
    undone_by: int | None


def newest_id(connection: Connection) -> int:
    """Return the id of the last change; 0 before the first."""
    return connection.execute(select(func.max(roster_changes.c.id))).scalar_one() or 0


def listed(
    connection: Connection, line_id: str | None = None, before: int | None = None
) -> list[Change]:
    """Return a page of changes, the newest first, and one more if there are more."""
    query = select(*_COLUMNS).order_by(roster_changes.c.id.desc()).limit(PAGE + 1)
    if line_id is not None:
        query = query.where(roster_changes.c.line_id == line_id)
    if before is not None:
        query = query.where(roster_changes.c.id < before)
    return [Change(**row._mapping) for row in connection.execute(query)]


def one(connection: Connection, change_id: int) -> tuple[Change, list[Mapping[str, Any]]] | None:
    """Return a change and the rows that it touched, before and after; ``None`` without it."""
    query = select(roster_changes).where(roster_changes.c.id == change_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    values = dict(row._mapping)
    images = values.pop("images")
    return Change(**values), images


def authors_since(
    connection: Connection, change_id: int, line_id: str, days: tuple[date, date]
) -> list[str]:
    """Return who has changed a line's days, from the first to before the last, after a change."""
    query = (
        select(roster_changes.c.who, roster_changes.c.images, roster_changes.c.line_id)
        .where(roster_changes.c.id > change_id)
        .order_by(roster_changes.c.id)
        .limit(100)
    )
    return list(
        dict.fromkeys(
            row.who
            for row in connection.execute(query)
            if row.line_id in (None, line_id) and _concerns(row.images, days)
        )
    )


def _concerns(images: list[Mapping[str, Any]], days: tuple[date, date]) -> bool:
    """Tell whether rows lie on these days; where they have no day, they may."""
    told = [
        date.fromisoformat(values["day"])
        for image in images
        for values in (image["before"], image["after"])
        if values and values.get("day")
    ]
    return not told or any(days[0] <= day < days[1] for day in told)
