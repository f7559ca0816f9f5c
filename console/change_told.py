"""The rows that a change touched, before and after, as people can read them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import flask_babel
from sqlalchemy import Column, Connection, select

from console import languages
from console.week_words import language_name
from console.words_titles import title
from logging_db.tables import partner_services, recordings, responders
from planning.ledger import KEPT

_: Callable[..., str] = flask_babel.gettext  # the library declares no types

Image = Mapping[str, Any]

LEFT_OUT = frozenset({"id", "line_id", "shift_id", "version", "position", "zone", "origin"}) | {
    "weekly_id",
    "template_id",
    "created_at",
    "by_hand",
    "changed_at",
    "changed_by",
    "file_name",
    "file_service",
}
"""Columns that say nothing to a coordinator."""

MOST = 40  # rows shown; an import touches thousands


@dataclass(frozen=True)
class Value:
    """One column: what it was and what it became; ``None`` where the row did not exist."""

    name: str
    before: str | None
    after: str | None

    @property
    def changed(self) -> bool:
        """Whether it is otherwise now."""
        return self.before != self.after


@dataclass(frozen=True)
class RowTold:
    """A row of the change: of what kind it is, whether it came or went, and its columns."""

    kind: str
    done: str  # added, changed, removed
    values: tuple[Value, ...]


def rows_told(connection: Connection, images: list[Image]) -> list[RowTold]:
    """Return the rows of a change; of each the columns that matter."""
    some = images[:MOST]
    names = _names(connection, some)
    return [told for image in some if (told := _row(image, names)).values]


def _row(image: Image, names: Mapping[str, str]) -> RowTold:
    before, after = image["before"], image["after"]
    done = "added" if before is None else "removed" if after is None else "changed"
    columns = [name for name in KEPT[image["table"]].c.keys() if name not in LEFT_OUT]  # noqa: SIM118 # the collection iterates over columns
    values = [
        Value(
            column_name(name),
            None if before is None else _plain(name, before.get(name), names),
            None if after is None else _plain(name, after.get(name), names),
        )
        for name in columns
    ]
    telling = [
        value
        for value in values
        if (value.changed if done == "changed" else (value.before or value.after))
    ]
    return RowTold(table_name(image["table"]), done, tuple(telling))


def _plain(name: str, value: Any, names: Mapping[str, str]) -> str:
    if value is None or value in ("", []):
        return ""
    write = WRITTEN.get(name) or (_moment if name.endswith("_at") else None)
    if write:
        return write(value)
    if isinstance(value, Mapping):
        return ", ".join(dict.fromkeys(str(each) for each in value.values()))
    return names.get(value, value) if isinstance(value, str) else str(value)


def _moment(value: str) -> str:
    return languages.moment(datetime.fromisoformat(value))


def _yes(value: bool) -> str:  # noqa: FBT001 # it is the value of a column
    return _("yes") if value else ""


def _day(value: str) -> str:
    return languages.short_day(date.fromisoformat(value))


def _time(value: str) -> str:
    return value[:5]


def _languages(value: list[str]) -> str:
    return ", ".join(language_name(each) for each in value)


def _weekday(number: int) -> str:
    names = flask_babel.get_locale().days["format"]["wide"]
    return str(names[number])


WRITTEN: Mapping[str, Callable[[Any], str]] = {
    "active": _yes,
    "key": title,
    "language": language_name,
    "cancelled": _yes,
    "weekday": _weekday,
    "languages": _languages,
    **dict.fromkeys(("day", "since", "until", "weekly_day"), _day),
    **dict.fromkeys(("starts", "ends", "opens", "closes"), _time),
}
"""How the values of a column are written."""


def _names(connection: Connection, images: Iterable[Image]) -> dict[str, str]:
    """Return the names of the people and services that rows refer to."""
    found: dict[str, str] = {}
    rows = [values for image in images for values in (image["before"], image["after"]) if values]
    for column, label, fields in (
        (responders.c.id, responders.c.name, ("responder_id", "instead_of")),
        (partner_services.c.id, partner_services.c.code, ("service_id",)),
        (recordings.c.id, recordings.c.name, ("recording_id",)),
    ):
        ids = {row[name] for row in rows for name in fields if row.get(name)}
        found |= _labels(connection, column, label, ids)
    return found


def _labels(
    connection: Connection, column: Column[Any], label: Column[Any], ids: set[str]
) -> dict[str, str]:
    if not ids:
        return {}
    query = select(column, label).where(column.in_(ids))
    return {row[0]: row[1] for row in connection.execute(query)}


def table_name(table: str) -> str:
    """Return what a row of a table is called."""
    names: dict[str, Callable[[], str]] = {
        "absence_reports": lambda: _("Report of an absence"),
        "absences": lambda: _("Absence"),
        "assignments": lambda: _("Person in a shift"),
        "closures": lambda: _("Closure"),
        "line_words": lambda: _("Words of the line"),
        "opening_hours": lambda: _("Opening hours"),
        "responders": lambda: _("Responder"),
        "shifts": lambda: _("Shift"),
        "substitution_proposals": lambda: _("Proposal to stand in"),
        "substitutions": lambda: _("Substitution"),
        "templates": lambda: _("Template"),
    }
    return names[table]() if table in names else table


def column_name(column: str) -> str:
    """Return what a column is called."""
    names: dict[str, Callable[[], str]] = {
        "active": lambda: _("Answers"),
        "cancelled": lambda: _("Called off"),
        "closes": lambda: _("To"),
        "day": lambda: _("Day"),
        "ends": lambda: _("To"),
        "ends_at": lambda: _("To"),
        "instead_of": lambda: _("Instead of"),
        "key": lambda: _("Sentence"),
        "language": lambda: _("Language"),
        "languages": lambda: _("Languages"),
        "name": lambda: _("Name"),
        "names": lambda: _("Name"),
        "needed": lambda: _("People needed"),
        "opens": lambda: _("From"),
        "recording_id": lambda: _("Recording"),
        "responder_id": lambda: _("Person"),
        "said_at": lambda: _("Said"),
        "service_id": lambda: _("Service"),
        "settled_at": lambda: _("Settled"),
        "since": lambda: _("From (day)"),
        "starts": lambda: _("From"),
        "starts_at": lambda: _("From"),
        "state": lambda: _("State"),
        "text": lambda: _("Text"),
        "until": lambda: _("Until (day)"),
        "weekday": lambda: _("Weekday"),
        "weekly_day": lambda: _("Instead of the one of"),
    }
    return names[column]() if column in names else column.replace("_", " ")
