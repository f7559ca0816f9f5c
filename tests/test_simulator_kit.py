"""What the simulator's tests share: an application in a few lines, an exchange, a client."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from types import TracebackType
from typing import Any, Self

from flask import Flask, Response, request
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from simulator.calls import Call
from simulator.clock import VirtualClock
from simulator.exchange import Exchange
from simulator.phones import Phone
from simulator.serve import make
from tests.kept_simulators import simulator

ACCOUNT, TOKEN = "AC" + "1" * 32, "a token of the tests"
LINE, SHOWN = "+3280035243", "+3225550100"
CALLER, ALICE, BOB, CAROL = "+32470000001", "+32470000002", "+32470000003", "+32470000004"
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
Page = str | bytes | Response | Callable[[dict[str, str]], str | Response]


@dataclass(frozen=True)
class Seen:
    """One request as the application saw it; ``raw`` is the undecoded path and query."""

    path: str
    method: str
    params: dict[str, str]
    headers: Mapping[str, str]
    raw: str
    fields: dict[str, str] = field(default_factory=dict)


class _Silent(WSGIRequestHandler):
    def log(self, *_args: Any) -> None:
        pass


def twiml(inside: str) -> Response:
    return Response(f"<Response>{inside}</Response>", mimetype="text/xml")


class Kit:
    """A tiny application on a real port, and an exchange in front of it."""

    def __init__(self, **settings: Any) -> None:
        self.pages: dict[str, Page] = {}
        self.seen: list[Seen] = []
        self._servers: list[BaseWSGIServer] = []
        app = Flask("application")
        methods = ["GET", "POST"]
        app.add_url_rule("/<path:name>", "page", self._serve, methods=methods)
        server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
        self.url = self._start(server)
        settings.setdefault("clock", VirtualClock(START))
        self.ex = Exchange(account_sid=ACCOUNT, auth_token=TOKEN, **settings)
        self.ex.set_number(LINE, voice_url=self.at("voice"), status_callback=self.at("status"))
        self.ex.set_number(SHOWN, voice_url=self.at("voice"))
        self.page("status", "")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.ex.close()
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def at(self, path: str) -> str:
        return f"{self.url}/{path}"

    def page(self, path: str, content: Page) -> None:
        """Serve ``content`` at ``path``: verbs, a whole response, or a function of the fields."""
        self.pages[path] = content

    def requests(self, path: str) -> list[dict[str, str]]:
        return [seen.params for seen in self.seen if seen.path == path]

    def last(self, path: str) -> dict[str, str]:
        return self.requests(path)[-1]

    def phone(self, number: str, behaviour: str = "manual") -> Phone:
        phone = self.ex.phone(number)
        phone.behaviour = behaviour
        return phone

    def dial(self, number: str = CALLER, *, to: str = LINE, withheld: bool = False) -> Phone:
        phone = self.ex.phone(number)
        phone.dial(to, withheld=withheld)
        self.ex.settle()
        return phone

    def call_of(self, phone: Phone) -> Call:
        assert phone.call_sid is not None
        return self.ex.calls[phone.call_sid]

    def say(self, phone: Phone) -> list[str]:
        """Return what the telephone has heard said."""
        return [entry.text for entry in phone.heard if entry.verb == "Say"]

    @cached_property
    def base(self) -> str:
        """The address of the simulator itself."""
        return self._start(make(simulator(self.ex), 0))

    @cached_property
    def client(self) -> Client:
        client = Client(ACCOUNT, TOKEN, http_client=TwilioHttpClient(timeout=5))
        client.api.base_url = self.base
        return client

    def _start(self, server: BaseWSGIServer) -> str:
        self._servers.append(server)
        run = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        run.start()
        return f"http://127.0.0.1:{server.port}"

    def _serve(self, name: str) -> Response:
        params = {**request.args.to_dict(), **request.form.to_dict()}
        raw = request.environ.get("REQUEST_URI", "")
        fields = request.form.to_dict()
        self.seen.append(Seen(name, request.method, params, dict(request.headers), raw, fields))
        content = self.pages.get(name)
        if content is None:
            return Response(status=404)
        if callable(content) and not isinstance(content, Response):
            content = content(params)
        if isinstance(content, Response):
            return content.__class__(
                content.get_data(), status=content.status_code, headers=content.headers
            )
        return twiml(content if isinstance(content, str) else content.decode())


def test_the_kit_serves_its_pages_to_the_exchange():
    with Kit() as kit:
        kit.page("voice", "<Say>Bonjour</Say>")
        phone = kit.dial()
        kit.ex.advance(5)
        assert kit.say(phone) == ["Bonjour"]
        assert phone.state == "idle"
