"""The links of the header, and those of the account’s menu.

Each module of pages adds its own::

    navigation.add("week.page", _l("Week"), order=20, needs="coordinator")

Pages that belong together share one link there and stand side by side as tabs below it::

    navigation.add_tab("standing.start", _l("Standing week"), order=10)

The words must be lazy (``lazy_gettext``). A link whose page does not exist is left out. The
link is the current one on all pages of its blueprint.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app, request, url_for
from flask_babel import LazyString

from console.person import Person, Role


@dataclass(frozen=True)
class Link:
    """A link of the header. ``when`` narrows who sees it, for instance to responders."""

    endpoint: str
    words: LazyString
    order: int
    needs: Role
    when: Callable[[Person], bool]
    also: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """Where it leads."""
        return url_for(self.endpoint)

    @property
    def current(self) -> bool:
        """Whether the page belongs to the same module as the link, or to one named with it."""
        here = (request.blueprint or "").split(".", 1)[0]
        return here in (self.endpoint.split(".", 1)[0], *self.also)


_links: dict[str, Link] = {}
_tabs: dict[str, Link] = {}
_account: dict[str, Link] = {}


def add(
    endpoint: str,
    words: LazyString,
    *,
    order: int,
    needs: Role,
    when: Callable[[Person], bool] = lambda _person: True,
    also: tuple[str, ...] = (),
) -> None:
    """Add a link; links stand by their ``order``. ``also`` are modules that belong to it."""
    _links[endpoint] = Link(endpoint, words, order, needs, when, also)


def add_tab(endpoint: str, words: LazyString, *, order: int, also: tuple[str, ...] = ()) -> None:
    """Add a page to those of planning, which coordinators see."""
    _tabs[endpoint] = Link(endpoint, words, order, "coordinator", lambda _person: True, also)


def add_to_account(endpoint: str, words: LazyString, *, order: int, needs: Role) -> None:
    """Add a link to the menu of the account."""
    _account[endpoint] = Link(endpoint, words, order, needs, lambda _person: True)


def links(person: Person | None) -> list[Link]:
    """Return the links of the header for this person; none for a visitor."""
    return _for(person, _links)


def tabs(person: Person | None) -> list[Link]:
    """Return the tabs of planning, if the page is one of them."""
    found = _for(person, _tabs)
    return found if any(link.current for link in found) else []


def account_links(person: Person | None) -> list[Link]:
    """Return the links of the account's menu for this person; none for a visitor."""
    return _for(person, _account)


def _for(person: Person | None, among: dict[str, Link]) -> list[Link]:
    if person is None:
        return []
    there = current_app.view_functions
    seen = [
        link
        for link in among.values()
        if link.endpoint in there and person.may(link.needs) and link.when(person)
    ]
    return sorted(seen, key=lambda link: link.order)
