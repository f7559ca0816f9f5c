"""The phone wall in a real browser: a whole call by mouse and by keyboard, on every width."""

import base64
import http.client
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, Response, request
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from werkzeug.serving import make_server

from simulator.app import create_app
from simulator.clock import RealClock
from simulator.exchange import Exchange

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None,
        reason="NO BROWSER: the phone wall is untested here; install chromium to test it",
    ),
]

LINE, SHOWN, GEOGRAPHIC = "+3280035243", "0800/35.243", "+3225550100"
MARIE, ALICE, BRAM = "+32470000101", "+32470000001", "+32470000002"
ACCOUNT, TOKEN = "AC" + "0" * 32, "not-a-secret"
SERVICE = "Centre de Service Social de Bruxelles Sud-Est"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


class Helpline:
    """The smallest helpline there is: a menu, one wait, everybody rung, 1 takes the call."""

    def __init__(self) -> None:
        self.url = self.provider = ""
        self.calls: list[dict[str, Any]] = []
        self.ring = [ALICE]
        self.open = True
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
            self._place(number)
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

    def watch(self) -> dict[str, Any]:
        state = self.calls[0]["state"] if self.calls else "ended"
        alice = {"waiting": "ringing", "talking": "talking"}.get(state, "free")
        people = [
            {"name": "Alice Martin", "service": SERVICE, "languages": ["fr", "nl"], "state": alice},
            {"name": "Bram Peeters", "service": "CAW Brussel", "languages": ["nl"], "state": "free"},
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

    def _place(self, number: str) -> None:
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
