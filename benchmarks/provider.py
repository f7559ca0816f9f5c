"""The provider's REST side, as little of it as can be: it notes when it was asked to call.

The simulator would do more (telephones, spoken words, webhooks of its own), on the same
two processors as what is measured, and each of its calls would take the time that speech
takes. Here nothing but the instant of the request counts.
"""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from benchmarks.connections import HOST
from benchmarks.posts import new_sid


class Provider:
    """When each telephone was asked to be rung (``time.monotonic``).

    ``heard`` is told of every request after its answer: path, form, and the id it was given.
    """

    def __init__(self) -> None:
        self.address = ""
        self._rung: defaultdict[str, list[float]] = defaultdict(list)
        self._news = threading.Condition()
        self.heard: Callable[[str, dict[str, str], str], None] = lambda _path, _form, _sid: None

    def note(self, number: str, at: float) -> None:
        """Somebody is to be rung."""
        with self._news:
            self._rung[number].append(at)
            self._news.notify_all()

    def first_ring(self, prefix: str, since: float, seconds: float) -> float | None:
        """Wait for the first ring, since then, of a number that begins so."""
        with self._news:
            self._news.wait_for(lambda: self._first(prefix, since) is not None, seconds)
            return self._first(prefix, since)

    def _first(self, prefix: str, since: float) -> float | None:
        found = [
            at
            for number, times in self._rung.items()
            if number.startswith(prefix)
            for at in times
            if at >= since
        ]
        return min(found, default=None)


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65536  # the answer leaves in one piece

        def do_POST(self) -> None:
            """Take any wish, and time the one for a call."""
            at = time.monotonic()
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            sid = new_sid()
            if self.path.endswith("/Calls.json"):
                provider.note(form["To"][0], at)
            self._answer(201, {"sid": sid, "status": "queued"})
            provider.heard(self.path, {name: values[0] for name, values in form.items()}, sid)

        def do_GET(self) -> None:
            """Know no calls."""
            self._answer(200, {"calls": [], "page": 0, "page_size": 50, "next_page_uri": None})

        def _answer(self, status: int, value: object) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Write nothing."""

    return Handler


@contextmanager
def provider() -> Iterator[Provider]:
    """Serve the REST side on a free port."""
    made = Provider()
    server = ThreadingHTTPServer((HOST, 0), _handler(made))
    made.address = f"http://{HOST}:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
