"""What the tests of the console stand on. No tests here; other files import from it.

Without a browser, over SQLite and PostgreSQL::

    from test_console_kit import Console, house

    def test_something(house: Console):
        client = house.client("coordinator")         # logged in; "responder", "administrator"
        assert client.get("/week").status_code == 200
        answer = client.send("/week/add", day="…")    # a POST with its CSRF token

With the system’s Chromium, on SQLite::

    from test_console_kit import NEEDS_BROWSER, Screen, screen, stage

    pytestmark = NEEDS_BROWSER

    def test_something(screen: Screen):
        page = screen.open("/week", role="coordinator", language="fr", width=360, dark=True)
        page.get_by_role("link", name="Semaine").click()
        screen.axe()                                  # no violation of WCAG 2.2 AA
        screen.fits()                                 # nothing sticks out of the window
        screen.shot("week-360")                       # a PNG, where CONSOLE_SHOTS names a folder

    def test_on_every_screen(screen: Screen):
        screen.everywhere("/week", role="coordinator")  # languages, widths, light, dark

``screen.house`` is the same :class:`Console`, with ``engine``, ``clock`` and ``cast``. Scripts
that fail, and requests to another host, fail the test. One browser serves a whole run.
"""

import os
import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from copy import copy
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

import pytest
from axe_playwright_python.base import AXE_FILE_PATH, AxeResults
from flask import Flask, Response
from flask.testing import FlaskClient
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request
from sqlalchemy import Engine
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import TestResponse

from console import calendars_feed, log_ins, passwords
from console.app import create_console
from console.config import ConsoleSettings
from console.office import EXTENSION, Bell, Office
from logging_db import log_in, users
from logging_db.cipher import FieldCipher
from logging_db.engine import read, write
from logging_db.log_in import Credentials
from tests.browser import BROWSERS, CHROMIUM, Windows
from tests.doubles import CountingBell, StillClock
from tests.extent import EVERY_CASE, half
from tests.kept_engines import copied

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

NEEDS_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None,
        reason=f"NO BROWSER: the console is NOT tested here; none of {BROWSERS} is installed",
    ),
]
EVERY_SCREEN = bool(os.environ.get("EVERY_SCREEN"))
AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
}
# What axe has nothing to say against is most of its answer, and takes half of its time.
VIOLATIONS = "options => axe.run(options).then(found => found.violations)"
CAST = {
    "administrator": ("Ada Okafor", "ada@example.org"),
    "coordinator": ("Chloé Dubois", "chloe@example.org"),
    "responder": ("Bram Peeters", "bram@example.org"),
}
IDS = re.compile(r"[0-9a-f]*\d[0-9a-f]*")  # others in each run
LANGUAGES = ("fr", "nl", "en") if EVERY_SCREEN else ("fr", "nl")  # English words are shorter
SETTINGS = ConsoleSettings(
    session_key=b"s" * 32,
    totp_key=b"t" * 32,
    public_url="http://localhost",
    second_factor="nobody",
    password_memory=8,  # a password of the tests is worth no second of computing
    password_rounds=1,
)


@cache
def _application(settings: ConsoleSettings) -> tuple[Flask, dict[str, Any]]:
    """Return the one application with these settings, and its extensions before any request.

    Its routes and templates are compiled once a run: with a new one for each test, they would
    take most of the time.
    """
    nothing: Any = None
    made = create_console(nothing, settings, nothing, nothing, nothing)
    made.test_client_class = Client
    return made, dict(made.extensions)


def console_over(
    engine: Engine, settings: ConsoleSettings, clock: StillClock, cipher: FieldCipher, bell: Bell
) -> Flask:
    """Return the application with these settings over this database; it remembers nothing."""
    made, extensions = _application(settings)
    made.extensions.clear()
    made.extensions.update(extensions)
    made.extensions[calendars_feed.EXTENSION] = calendars_feed.Desk()
    made.extensions[EXTENSION] = Office(engine, settings, clock, cipher, bell)
    return made


class Client(FlaskClient):
    """A browser without a screen. ``send`` posts a form with its token."""

    _session: str | None = None
    _token = ""

    def send(self, path: str, **values: Any) -> TestResponse:
        return self.post(path, data={"csrf_token": self.token(), **values})

    def token(self) -> str:
        """Return the token of a form, which is good as long as the session that it is bound to."""
        session = self.get_cookie(self.application.config["SESSION_COOKIE_NAME"])
        if session is None or session.value != self._session:
            page = self.get("/login/forgotten")  # every page has the language switch, a form
            found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
            assert found is not None
            session = self.get_cookie(self.application.config["SESSION_COOKIE_NAME"])
            self._session, self._token = session.value if session else None, found[1]
        return self._token


class Console:
    """The console over an empty database, and its cast: a user of each role."""

    def __init__(self, engine: Engine, settings: ConsoleSettings = SETTINGS) -> None:
        self.engine, self.clock, self.bell = engine, StillClock(), CountingBell()
        self.cipher, self.settings = FieldCipher(b"k" * 32), settings
        self.app = console_over(engine, settings, self.clock, self.cipher, self.bell)
        with write(engine) as connection:
            self.cast = {
                role: users.add(
                    connection, email=email, name=name, role=role, language="en", at=self.clock.at
                )
                for role, (name, email) in CAST.items()
            }

    def beside(self, **settings: Any) -> "Console":
        """Return another console over the same database, with other settings."""
        made = copy(self)
        made.settings = replace(self.settings, **settings)
        made.app = console_over(self.engine, made.settings, self.clock, self.cipher, self.bell)
        return made

    def alone(self) -> Flask:
        """Return an application that no other test uses: routes may be added to it."""
        self.app = create_console(self.engine, self.settings, self.clock, self.cipher, self.bell)
        self.app.test_client_class = Client
        return self.app

    def change(self, role: str, /, **values: Any) -> None:
        """Set columns of a user’s row: ``responder_id=…``, ``language="nl"``."""
        with write(self.engine) as connection:
            users.change(connection, self.cast[role], **values)

    def give_password(self, role: str, password: str) -> None:
        """Let somebody log in by the form."""
        with self.app.test_request_context():
            self.change(role, password_hash=passwords.hashed(password))

    def credentials(self, role: str) -> Credentials:
        """Return what somebody proves themselves with."""
        with read(self.engine) as connection:
            found = log_in.credentials(connection, user_id=self.cast[role])
        assert found is not None
        return found

    def cookie(self, role: str) -> tuple[str, str]:
        """Log somebody in at the server and return the cookie that says so."""
        with self.app.test_request_context():
            with write(self.engine) as connection:
                token = log_ins.begin(
                    connection, self.cast[role], self.clock.at, "password", "Tests"
                )
            signer = self.app.session_interface.get_signing_serializer(self.app)
            value = signer.dumps(log_ins.kept(token, self.cast[role]))
        return self.app.config["SESSION_COOKIE_NAME"], value

    def client(self, role: str | None = None) -> Client:
        """Return a client, logged in unless ``role`` is ``None``."""
        made = self.app.test_client()
        assert isinstance(made, Client)
        made.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        if role is not None:
            made.set_cookie(*self.cookie(role))
        return made


@pytest.fixture
def house(engine: Engine) -> Console:
    """The console over each database."""
    return Console(engine)


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_words: object) -> None:
        pass


BLANK, AXE_PATH = "/blank-page-of-the-tests", "/axe-of-the-tests.js"
OURS = {
    BLANK: Response("<!doctype html>", mimetype="text/html"),
    AXE_PATH: Response(
        AXE_FILE_PATH.read_bytes(),
        mimetype="text/javascript",
        headers={"Cache-Control": "max-age=3600"},
    ),
}


class Stage:
    """One address and one browser for all tests; each test brings its own console."""

    def __init__(self, stack: ExitStack, windows: Windows) -> None:
        self.app = Flask("none")
        self.folder = Path(stack.enter_context(TemporaryDirectory()))
        self.url = stack.enter_context(_served(self._answer))
        self.windows, self.browser = windows, windows.browser

    def _answer(self, environ: "WSGIEnvironment", start: "StartResponse") -> "Iterable[bytes]":
        return OURS.get(environ["PATH_INFO"], self.app)(environ, start)


@dataclass
class Screen:
    """A console that listens, and a window."""

    stage: Stage
    house: Console
    context: BrowserContext
    page: Page
    faults: list[str]

    @property
    def url(self) -> str:
        return self.stage.url

    def open(
        self,
        path: str = "/",
        *,
        role: str | None = None,
        language: str = "en",
        width: int = 1280,
        dark: bool = False,
    ) -> Page:
        """Open a page, logged in as one of the cast (``None``: as whoever is so already)."""
        if role is not None:
            name, value = self.house.cookie(role)
            self.house.change(role, language=language)
            self.context.add_cookies([{"name": name, "value": value, "url": self.url}])
        self.context.add_cookies(
            [{"name": "permanence_language", "value": language, "url": self.url}]
        )
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme="dark" if dark else "light")
        self.page.goto(f"{self.url}{path}")
        return self.page

    def axe(self) -> None:
        """Fail where the page breaks a rule of WCAG 2.2 A or AA that a machine can find."""
        # By an address of our own: so the page’s policy allows it, and it is compiled but once.
        if not self.page.evaluate("'axe' in window"):
            self.page.add_script_tag(url=f"{self.url}{AXE_PATH}")
        found = AxeResults({"violations": self.page.evaluate(VIOLATIONS, AXE)})
        assert found.violations_count == 0, f"{self.page.url}: {found.generate_report()}"

    def fits(self) -> None:
        """Fail where the page is wider than its window."""
        wider = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wider <= 0, f"{self.page.url}: {wider} px too wide"

    def wide_too(self, name: str) -> None:
        """Look at the open page as it is, then on a desk in the other light; axe there."""
        dark = self.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        self.fits()
        self.shot(f"{name}-360")
        self.page.set_viewport_size({"width": 1280, "height": 900})
        self.page.emulate_media(color_scheme="light" if dark else "dark")
        self.fits()
        self.shot(f"{name}-1280")
        self.axe()

    def shot(self, name: str) -> None:
        """Keep a picture, where the environment’s CONSOLE_SHOTS names a folder."""
        folder = os.environ.get("CONSOLE_SHOTS")
        if folder:
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    def everywhere(
        self, path: str, role: str | None = None, languages: tuple[str, ...] = LANGUAGES
    ) -> None:
        """Look at a page in French and Dutch, light and dark, on a phone and on a desk.

        It has to fit everywhere. Axe looks at each width, scheme and language somewhere, with
        EVERY_CASE=1 here, but not at all of their combinations: what it can object to hardly
        depends on more than one of them. EVERY_SCREEN=1 has it look at all, and in English too.
        """
        looks = [(languages[0], 1280, "light"), (languages[:2][-1], 360, "dark")]
        looks = looks if EVERY_CASE else [looks[half(IDS.sub("", path))]]
        for language in languages:
            self.open(path, role=role, language=language)
            for width in (360, 1280):
                self.page.set_viewport_size({"width": width, "height": 900})
                self.fits()
                for scheme in ("light", "dark"):
                    if EVERY_SCREEN or (language, width, scheme) in looks:
                        self._look(path, language, width, scheme)

    def _look(self, path: str, language: str, width: int, scheme: Literal["light", "dark"]) -> None:
        self.page.emulate_media(color_scheme=scheme)
        self.axe()
        name = path.strip("/").replace("/", "-").split("?")[0] or "today"
        self.shot(f"{name}-{language}-{width}-{scheme}")
        self.page.emulate_media(color_scheme="light")


@pytest.fixture(scope="module")
def stage(windows: Windows) -> Iterator[Stage]:
    with ExitStack() as stack:
        yield Stage(stack, windows)


@pytest.fixture
def screen(stage: Stage, sqlite_template: Path) -> Iterator[Screen]:
    with opened(stage, sqlite_template) as made:
        yield made


@contextmanager
def opened(
    stage: Stage,
    template: Path,
    *,
    scripts: bool = True,
    touch: bool = False,
    alone: bool = False,
    **settings: Any,
) -> Iterator[Screen]:
    """Open a window on a console of its own; ``settings`` differ from those of the tests.

    The window is lent (see :class:`Windows`), unless it has to be ``alone``.
    """
    engine = copied(template, stage.folder / "console.db")
    house = Console(engine, replace(SETTINGS, **({"public_url": stage.url} | settings)))
    stage.app = house.app
    kind = {"java_script_enabled": scripts, "has_touch": touch, "reduced_motion": "reduce"}
    with stage.windows.lent(alone=alone, **kind) as page:
        page.set_default_timeout(20_000)
        made = Screen(stage, house, page.context, page, [])
        try:
            with _watched(made):
                yield made
        finally:
            page.goto(f"{stage.url}{BLANK}")  # else it would go on asking of a console that is gone
            engine.dispose()
    assert made.faults == []


@contextmanager
def _watched(screen: Screen) -> Iterator[None]:
    """Note what goes wrong in the window, and what it asks for elsewhere."""

    def fails(error: Exception) -> None:
        screen.faults.append(str(error))

    def says(said: ConsoleMessage) -> None:
        _note(screen, said.type, said.text)

    def asks(request: Request) -> None:
        _only_from_here(screen, request.url)

    heard: dict[Any, Any] = {"pageerror": fails, "console": says, "request": asks}
    for event, hear in heard.items():
        screen.page.on(event, hear)
    yield
    for event, hear in heard.items():
        screen.page.remove_listener(event, hear)


def _note(screen: Screen, kind: str, text: str) -> None:
    # A page of a fault has the status of a fault, which the browser notes as well.
    if kind == "error" and "Failed to load resource" not in text:
        screen.faults.append(text)


def _only_from_here(screen: Screen, url: str) -> None:
    if not url.startswith((screen.url, "about:", "data:", "blob:")):
        screen.faults.append(f"the page asks another host: {url}")


@contextmanager
def _served(app: Any) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://localhost:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


__all__ = ["CAST", "EXTENSION", "NEEDS_BROWSER", "Console", "Screen", "house", "screen", "stage"]
