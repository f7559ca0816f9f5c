"""Calendars by their private address, for calendar programs: no log-in, no cookie.

The address is the key. It is in no log (there is no access log, and what goes wrong is
written down by the name of the view), and no page leads away from it with it as referrer.
"""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from threading import Lock

import structlog
from flask import Blueprint, Response, current_app, request
from flask.sansio.blueprints import BlueprintSetupState
from flask_babel import gettext as _
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from console.calendars_pace import Pace
from console.office import office
from console.person import open_to_all
from logging_db.rosters import VERSION
from planning import feed_content, feeds
from planning.feeds import Address

log = structlog.get_logger(__name__)
pages = Blueprint("calendars_feed", __name__)

EXTENSION = "calendars_feed"
MAX_AGE = 15 * 60  # seconds in which a program need not ask again
RETRY_AFTER = "600"  # seconds


@dataclass
class Kept:
    """Calendars as they were last written: most programs ask far more often than it changes."""

    most: int = 64
    _kept: OrderedDict[str, tuple[tuple[int, date, str], bytes]] = field(
        default_factory=OrderedDict
    )
    _lock: Lock = field(default_factory=Lock)

    def get(self, address: Address, edition: tuple[int, date, str]) -> bytes | None:
        """Return what was kept of this edition."""
        with self._lock:
            found = self._kept.get(address.id)
            return found[1] if found and found[0] == edition else None

    def put(self, address: Address, edition: tuple[int, date, str], body: bytes) -> None:
        """Keep a calendar, and forget the one that was kept longest."""
        with self._lock:
            self._kept[address.id] = (edition, body)
            self._kept.move_to_end(address.id)
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)


@dataclass
class Desk:
    """What one application remembers between requests."""

    kept: Kept = field(default_factory=Kept)
    pace: Pace = field(default_factory=Pace)


@pages.record_once
def _set_up(state: BlueprintSetupState) -> None:
    state.app.extensions[EXTENSION] = Desk()


def _desk() -> Desk:
    found: Desk = current_app.extensions[EXTENSION]
    return found


@pages.get("/calendar/<token>.ics")
@open_to_all("calendar programs cannot log in: the address itself is the secret")
def feed(token: str) -> Response:
    """Return the calendar of an address; 304 where the program has it already."""
    at = office().clock()
    if not _desk().pace.lets_through(hashlib.sha256(token.encode()).hexdigest(), at):
        return _told(_("This calendar is asked for too often."), HTTPStatus.TOO_MANY_REQUESTS)
    with office().read() as connection:
        address = feeds.find(connection, token)
        version = connection.execute(VERSION).scalar_one()
    if address is None:
        return _unknown()
    link = office().settings.public_url + "/"
    edition = (version, at.date(), link)
    body = _desk().kept.get(address, edition)
    if body is None:
        with office().read() as connection:
            read = feed_content.edition(connection, address, at, link)
        body = feed_content.written(read)
        _desk().kept.put(address, (read.book.version, at.date(), link), body)
    return _answer(body)


def _answer(body: bytes) -> Response:
    response = Response(body, mimetype="text/calendar")
    response.headers["Content-Disposition"] = 'inline; filename="permanence.ics"'
    response.headers["Cache-Control"] = f"private, max-age={MAX_AGE}"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    return response.make_conditional(request)  # type: ignore[return-value] # itself


def _unknown() -> Response:
    where = f"address:{request.remote_addr}"
    if not _desk().pace.lets_through(where, office().clock()):
        return _told(_("Too many attempts."), HTTPStatus.TOO_MANY_REQUESTS)
    words = _(
        "This calendar address does not work, or no longer. Log in to the console and make a new "
        "one there."
    )
    return _told(words, HTTPStatus.NOT_FOUND)


@pages.errorhandler(DBAPIError)
@pages.errorhandler(PoolTimeoutError)
@pages.errorhandler(TimeoutError)
def _away(error: Exception) -> Response:
    """The database cannot be used: the program shall keep what it has, and ask again."""
    log.error("A calendar cannot be read", reason=type(error).__name__)
    words = _("The calendar cannot be read just now. It will be there again soon.")
    return _told(words, HTTPStatus.SERVICE_UNAVAILABLE)


def _told(words: str, status: HTTPStatus) -> Response:
    """Answer in plain words: a page would bring a form, and with it a cookie."""
    response = Response(words + "\n", status=status, mimetype="text/plain")
    response.headers["Referrer-Policy"] = "no-referrer"
    if status != HTTPStatus.NOT_FOUND:
        response.headers["Retry-After"] = RETRY_AFTER
    return response
