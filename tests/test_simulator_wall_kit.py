"""What the browser tests of the phone wall stand on: a tiny helpline, a simulator, a page."""

import base64
import http.client
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, request
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from simulator.app import create_app
from simulator.clock import RealClock
from simulator.exchange import Exchange
from simulator.serve import QuietHandler

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LINE, GEOGRAPHIC = "+3280035243", "+3225550100"
MARIE, YUSUF, ALICE, BRAM = "+32470000101", "+32470000102", "+32470000001", "+32470000002"
ACCOUNT, TOKEN = "AC" + "0" * 32, "not-a-secret"
SERVICE = "Centre de Service Social de Bruxelles Sud-Est"
# Where the window waits between two tests; another process would show it about:blank.
BLANK, EMPTY = "/blank-page-of-the-tests", Response("<!doctype html>", content_type="text/html")
CAST = [
    {"number": MARIE, "name": "Marie", "role": "caller", "language": "fr"},
    {"number": YUSUF, "name": "Yusuf", "role": "caller", "language": "fr"},
    {"number": ALICE, "name": "Alice Martin", "role": "responder", "language": "fr"},
    {"number": BRAM, "name": "Bram Peeters", "role": "responder", "language": "nl"},
]


class Helpline:
    """The smallest helpline there is: a menu, one wait, everybody rung, 1 takes the call."""

    def __init__(self) -> None:
        self.url = self.provider = ""
        self.calls: list[dict[str, Any]] = []
        self.ring = [ALICE]
        self.open, self.broken = True, False
        self.app = Flask("helpline", static_folder=None)
        for path in ("incoming", "language", "offer", "take", "over", "lost"):
            self.app.post(f"/{path}")(getattr(self, path))
        self.app.get("/watch")(self.watch)

    def incoming(self) -> Response:
        now = _now()
        self.calls.insert(0, {
            "id": f"c{len(self.calls)}", "line": LINE, "language": None, "outcome": "in_progress",
            "state": "received", "received_at": now, "answered_at": None, "ended_at": None,
            "wait_seconds": None, "talk_seconds": None, "responder": None, "service": None,
            "offers": 0, "events": [{"at": now, "kind": "received"}, {"at": now, "kind": "menu"}],
        })  # fmt: skip
        return _twiml(
            '<Gather numDigits="1" action="/language" timeout="60">'
            '<Say language="fr-FR">Bonjour, vous êtes à Allo, aide sociale. '
            "Pour le français, tapez 1.</Say>"
            '<Say language="nl-BE">Voor Nederlands, druk op 2.</Say></Gather>'
        )

    def language(self) -> Response:
        call = self._move("waiting", "waiting")
        call["language"] = "nl" if request.form.get("Digits") == "2" else "fr"
        for number in self.ring:
            call["offers"] += 1
            self._note("offered")
            self.place(number)
        return _twiml(
            '<Say language="fr-FR">Restez en ligne : nous cherchons quelqu’un pour vous.</Say>'
            '<Dial action="/over"><Conference waitUrl="" startConferenceOnEnter="false">'
            "room</Conference></Dial>"
        )

    def offer(self) -> Response:
        self._note("ringing")
        return _twiml(
            '<Gather numDigits="1" action="/take" timeout="60"><Say language="fr-FR">'
            "Un appel pour Allo, aide sociale, en français. Tapez 1 pour le prendre, 2 pour "
            "refuser.</Say></Gather><Hangup/>"
        )

    def take(self) -> Response:
        if request.form.get("Digits") != "1":
            self._note("declined")
            return _twiml('<Say language="fr-FR">Merci. À bientôt.</Say>')
        call = self._move("talking", "claimed", "talking")
        call.update(answered_at=_now(), responder="Alice Martin", service=SERVICE)
        call["wait_seconds"] = _seconds(call["received_at"], call["answered_at"])
        return _twiml(
            '<Dial action="/over"><Conference endConferenceOnExit="true">room</Conference></Dial>'
        )

    def over(self) -> Response:
        return _twiml("<Hangup/>")

    def lost(self) -> Response:
        """End the record: the caller's leg is over."""
        call = self._move("ended", "ended")
        call["ended_at"] = _now()
        call["outcome"] = "answered" if call["answered_at"] else "abandoned"
        if call["answered_at"]:
            call["talk_seconds"] = _seconds(call["answered_at"], call["ended_at"])
        return _twiml("")

    def watch(self) -> dict[str, Any] | Response:
        if self.broken:
            return Response(status=503)
        state = self.calls[0]["state"] if self.calls else "ended"
        alice = {"waiting": "ringing", "talking": "talking"}.get(state, "free")
        people = [
            {"name": "Alice Martin", "service": SERVICE, "languages": ["fr", "nl"], "state": alice},
            {
                "name": "Bram Peeters",
                "service": "CAW Brussel",
                "languages": ["nl"],
                "state": "free",
            },
        ]
        line = {
            "number": LINE, "name": "Allo ? Aide sociale", "languages": ["fr", "nl"],
            "open": self.open, "reason": None if self.open else "closed",
            "waiting": int(state == "waiting"), "on_duty": people if self.open else [],
        }  # fmt: skip
        callback = {
            "id": "b1", "call_id": "c0", "line": LINE, "state": "due", "due_at": _now(),
            "attempts": 0, "outcome": None,
        }  # fmt: skip
        return {"at": _now(), "lines": [line], "calls": self.calls, "callbacks": [callback]}

    def _move(self, state: str, *kinds: str) -> dict[str, Any]:
        self.calls[0]["state"] = state
        self._note(*kinds)
        return self.calls[0]

    def _note(self, *kinds: str) -> None:
        self.calls[0]["events"] += [{"at": _now(), "kind": kind} for kind in kinds]

    def place(self, number: str) -> None:
        """Have the provider ring ``number``."""
        parts = urlsplit(self.provider)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
        key = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        headers = {
            "Authorization": f"Basic {key}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = urlencode({"To": number, "From": GEOGRAPHIC, "Url": f"{self.url}/offer"})
        connection.request("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json", body, headers)
        assert connection.getresponse().status == 201
        connection.close()


def _twiml(verbs: str) -> Response:
    text = f'<?xml version="1.0" encoding="UTF-8"?><Response>{verbs}</Response>'
    return Response(text, content_type="text/xml; charset=utf-8")


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _seconds(start: str, end: str) -> int:
    return round((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds())


class Stage:
    """Two addresses and one browser window for all tests; each test plays its own world."""

    def __init__(self, stack: ExitStack, browser: Browser) -> None:
        self.helpline, self.simulator = Flask("none"), Flask("none")
        self.helpline_url = stack.enter_context(_served(self._to_helpline))
        self.url = stack.enter_context(_served(self._to_simulator))
        # One window that stays warm: a new one for every test costs a second each.
        self.page = browser.new_page(reduced_motion="reduce")
        self.page.set_default_timeout(20_000)
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda m: self.faults.append(m.text) if m.type == "error" else None)
        self.page.on("request", lambda r: self._only_from_here(r.url))

    def _only_from_here(self, url: str) -> None:
        if not url.startswith((self.url, "about:")):
            self.faults.append(f"the page asks another host: {url}")

    def _to_helpline(self, environ: "WSGIEnvironment", start: "StartResponse") -> "Iterable[bytes]":
        return self.helpline(environ, start)

    def _to_simulator(
        self, environ: "WSGIEnvironment", start: "StartResponse"
    ) -> "Iterable[bytes]":
        return (
            EMPTY(environ, start)
            if environ["PATH_INFO"] == BLANK
            else (self.simulator(environ, start))
        )


class World:
    """A helpline and a simulator, both listening, and the wall opened in a browser."""

    def __init__(self, stage: Stage) -> None:
        self.url = stage.url
        self.helpline = Helpline()
        self.helpline.url, self.helpline.provider = stage.helpline_url, stage.url
        # The voice speaks ten times as fast as people do: a test waits for no sentence.
        self.exchange = Exchange(
            clock=RealClock(), account_sid=ACCOUNT, auth_token=TOKEN, speech_rate=150.0
        )
        self.exchange.set_number(GEOGRAPHIC)
        self.exchange.set_number(
            LINE,
            voice_url=f"{self.helpline.url}/incoming",
            status_callback=f"{self.helpline.url}/lost",
        )
        stage.helpline = self.helpline.app
        stage.simulator = create_app(self.exchange, f"{self.helpline.url}/watch", CAST)
        self._page, self.faults = stage.page, stage.faults
        self.faults.clear()

    def open(self, width: int = 1280, height: int = 900, language: str = "en") -> Page:
        """Open the wall; whatever the browser complains about is kept in ``faults``."""
        self._page.set_viewport_size({"width": width, "height": height})
        self._page.emulate_media(color_scheme="light")
        self._page.goto(f"{self.url}/?lang={language}")
        self._page.locator(".phone").first.wait_for()
        return self._page

    def close(self) -> None:
        """Leave the wall, then stop the exchange."""
        self._page.goto(f"{self.url}{BLANK}")
        self.exchange.close()


@contextmanager
def _served(app: "WSGIApplication") -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()
