"""Whose shifts a page is about: one's own, or those of somebody a coordinator acts for."""

from dataclasses import dataclass
from typing import Any

from flask import abort, url_for
from sqlalchemy import Connection, select

from console.office import office
from console.person import current_person
from logging_db.columns import is_id
from logging_db.tables import responders


@dataclass(frozen=True)
class Whose:
    """A responder, and whether it is the one who looks (``mine``)."""

    id: str
    name: str
    active: bool
    mine: bool

    @property
    def home(self) -> str:
        """The page that lists their shifts."""
        return url_for("own.page") if self.mine else url_for("people.one", responder_id=self.id)

    def url(self, act: str, **values: str) -> str:
        """Return the address of an act on this person, such as ``cannot``, ``ask``, ``accept``."""
        named: dict[str, Any] = dict(values)
        if self.mine:
            return url_for(f"own.{act}", **named)
        return url_for(f"people.acts.{act}", responder_id=self.id, **named)


def mine() -> Whose:
    """Return whoever is logged in; 404 where they are no responder."""
    responder_id = current_person().responder_id
    return _whose(responder_id, mine=True) if responder_id else abort(404)


def somebody(responder_id: str) -> Whose:
    """Return the responder whom a coordinator acts for; 404 where there is none."""
    return _whose(responder_id, mine=False)


def _whose(responder_id: str, *, mine: bool) -> Whose:
    with office().read() as connection:
        found = is_id(responder_id) and named(connection, responder_id)
    if not found:
        abort(404)
    name, active = found
    return Whose(responder_id, name, active, mine)


def named(connection: Connection, responder_id: str) -> tuple[str, bool] | None:
    """Return somebody's name and whether they still answer, or ``None``."""
    own = responders.c.id == responder_id
    query = select(responders.c.name, responders.c.active).where(own)
    row = connection.execute(query).one_or_none()
    return None if row is None else (row.name, row.active)
