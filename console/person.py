"""Who is asking, and what they may do.

A view says who may see it, right under its route::

    @pages.get("/week")
    @needs("coordinator")
    def week() -> str: ...

The guard (:mod:`console.guard`) asks before every request. A view that says nothing is for
administrators only; one that everybody may see, logged in or not, says :func:`open_to_all`
and why.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from flask import abort, g

from logging_db.users import ROLES, Session

Role = Literal["responder", "coordinator", "administrator"]
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Person:
    """Whoever is logged in. ``responder_id``: whose shifts are theirs, if they have any.

    ``has_second_factor``: an authenticator app or a passkey is set up.
    """

    id: str
    name: str
    email: str
    role: Role
    language: str
    responder_id: str | None
    has_second_factor: bool
    session: Session

    def may(self, role: Role) -> bool:
        """Tell whether this person may do what ``role`` may."""
        return ROLES.index(self.role) >= ROLES.index(role)


def person_or_none() -> Person | None:
    """Return whoever is logged in; ``None`` for a visitor."""
    found: Person | None = g.get("person")
    return found


def current_person() -> Person:
    """Return whoever is logged in; abort with 401 for a visitor, whom the guard keeps out."""
    return person_or_none() or abort(401)


def needs(role: Role) -> Callable[[View], View]:
    """Say that a view is for people with this role or a stronger one."""

    def mark(view: View) -> View:
        view.needs = role  # type: ignore[attr-defined] # functions take attributes
        return view

    return mark


def open_to_all(reason: str) -> Callable[[View], View]:
    """Say that a view is for everybody, logged in or not, and why."""

    def mark(view: View) -> View:
        view.open_because = reason  # type: ignore[attr-defined] # functions take attributes
        return view

    return mark


def before_second_factor(view: View) -> View:
    """Say that a view opens to those, too, who must still set up a second factor."""
    view.before_second_factor = True  # type: ignore[attr-defined] # functions take attributes
    return view


def fresh(view: View) -> View:
    """Say that a view asks for a new proof where the last one is a quarter of an hour old."""
    view.fresh = True  # type: ignore[attr-defined] # functions take attributes
    return view
