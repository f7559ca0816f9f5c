"""The phone wall: the simulator's page, on which people see and use the telephones."""

import http.client
import json
import threading
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Response,
    current_app,
    jsonify,
    make_response,
    render_template,
    request,
    url_for,
)

from simulator.phone_api import show

if TYPE_CHECKING:
    from simulator.exchange import Exchange
    from simulator.phones import Phone

LANGUAGES = {"fr": "Français", "nl": "Nederlands", "en": "English"}
COOKIE = "wall_language"
YEAR = 365 * 24 * 3600  # seconds a visitor's choice of language is kept
HEARD = 80  # lines of each phone that the page gets: more than it shows
WORDS = Path(__file__).parent / "wall_words"

# Everything comes from the simulator itself: no inline script or style, no other host.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def make_blueprint(watch_url: str | None) -> Blueprint:
    """Return the wall; ``watch_url`` is where the product shows its lines."""
    wall = Blueprint("wall", __name__, template_folder="templates", static_folder="static",
                     static_url_path="/wall")  # fmt: skip
    watch = Watch(watch_url)

    @wall.get("/")
    def page() -> Response:
        return _page(_language())

    @wall.get("/wall.json")
    def snapshot() -> Response:
        exchange: Exchange = current_app.config["EXCHANGE"]
        seen = watch.look()
        return jsonify(
            phones=_phones(exchange), lines=_lines(exchange), watch=seen, watch_state=watch.state
        )

    wall.after_request(_guard)
    return wall


def _page(language: str) -> Response:
    text = render_template(
        "wall.html",
        lang=language,
        languages=LANGUAGES,
        words=words_of(language),
        asset=_asset,
        scripts=_scripts(),
    )
    response = make_response(text)
    response.headers["Vary"] = "Accept-Language, Cookie"
    if request.args.get("lang") == language:
        response.set_cookie(COOKIE, language, max_age=YEAR, samesite="Lax", httponly=True)
    return response


def _asset(name: str) -> str:
    return url_for("wall.static", filename=name)


@cache
def _scripts() -> list[str]:
    return sorted(path.name for path in (Path(__file__).parent / "static").glob("*.js"))


def _language() -> str:
    """Return the language asked for in the address, else remembered, else the browser's."""
    for asked in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if asked in LANGUAGES:
            return asked
    return request.accept_languages.best_match(list(LANGUAGES)) or "fr"


@cache
def words_of(language: str) -> dict[str, dict[str, str]]:
    """Return the page's words in ``language``, by table and name."""
    return tomllib.loads((WORDS / f"{language}.toml").read_text(encoding="utf-8"))


def _guard(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-cache"  # asked again each time; mostly a 304
    return response


def _phones(exchange: "Exchange") -> list[dict[str, Any]]:
    with exchange.engine.lock:  # a phone may be hearing something at this very moment
        return [_phone(exchange, phone) for phone in exchange.phones.values()]


def _phone(exchange: "Exchange", phone: "Phone") -> dict[str, Any]:
    """Return a telephone as ``GET /phones`` does, and since when its present or last call is."""
    call = exchange.calls.get(phone.call_sid or "")
    since = (call.started_at or call.created_at) if call is not None else None
    shown = show(phone)
    return shown | {
        "heard": shown["heard"][-HEARD:],
        "call_started_at": since.isoformat() if since else None,
    }


def _lines(exchange: "Exchange") -> list[dict[str, Any]]:
    """Return the incoming numbers: what can be dialled when nobody shows us the lines."""
    with exchange.engine.lock:
        numbers = [n for n in exchange.numbers.all() if n.voice_url]
    return [
        {"number": n.number, "name": "" if n.friendly_name == n.number else n.friendly_name}
        for n in numbers
    ]


@dataclass
class Watch:
    """What the product shows of its lines, fetched from ``url`` at most twice a second.

    ``state`` is ``none`` (no address), ``seen`` or ``unreachable``. One request asks at a
    time; the others get what was last seen, so that a slow product slows no wall.
    """

    url: str | None
    clock: Callable[[], float] = time.monotonic
    state: str = "none"
    _seen: dict[str, Any] | None = None
    _stale_at: float = 0.0
    _asking: threading.Lock = field(default_factory=threading.Lock)

    FRESH, FRESH_FAILURE = 0.5, 2.0  # seconds an answer, and a failure, is kept

    def look(self) -> dict[str, Any] | None:
        """Return the product's view, ``None`` when there is none or it does not answer."""
        if self.url and self.clock() >= self._stale_at and self._asking.acquire(blocking=False):
            try:
                self._ask(self.url)
            finally:
                self._asking.release()
        return self._seen

    def _ask(self, url: str) -> None:
        try:
            self._seen, self.state = _fetch(url), "seen"
        except (OSError, http.client.HTTPException, ValueError):
            self._seen, self.state = None, "unreachable"
        kept = self.FRESH if self.state == "seen" else self.FRESH_FAILURE
        self._stale_at = self.clock() + kept


WATCH_SECONDS = 1.5  # patience with the product
WATCH_BYTES = 1_000_000


def _fetch(url: str) -> dict[str, Any]:
    """Get the watch document; ``http.client`` because it heeds no proxy of the environment."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("the watch address is neither http nor https")
    secure = parts.scheme == "https"
    connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = connect(parts.hostname, parts.port, timeout=WATCH_SECONDS)
    try:
        target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        connection.request("GET", target, headers={"Accept": "application/json"})
        answer = connection.getresponse()
        if answer.status != HTTPStatus.OK:
            raise ValueError(f"the watch answers {answer.status}")
        return _checked(json.loads(answer.read(WATCH_BYTES)))
    finally:
        connection.close()


def _checked(view: object) -> dict[str, Any]:
    """Return ``view`` when it has the lists the page shows, else raise ValueError."""
    names = ("lines", "calls", "callbacks")
    if not isinstance(view, dict) or not all(isinstance(view.get(name), list) for name in names):
        raise ValueError("the watch answers something else than lines, calls and callbacks")
    return {"at": view.get("at"), **{name: view[name][:20] for name in names}}
