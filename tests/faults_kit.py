"""What the fault stories share: points to die at, and a witness of what the world outside sees.

A *point* is a moment right before or right after a commit or a request to the provider. A
*fate* decides what happens there: nothing, an exception, or SIGKILL.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Engine

from simulator import conferences
from simulator.conferences import Conference
from simulator.exchange import Exchange
from simulator.transport import Answer, Request
from telephony import words
from tests.total_queue import Talk

Fate = Callable[[str], None]
Send = Callable[[Request, str, dict[str, str]], Answer]
NEVER = float("inf")


class MortalDialler:
    """The dialler it is given, with a point before and after every request."""

    def __init__(self, dialler: Any, fate: Fate) -> None:
        self.inner = dialler
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.inner, name)

        def with_points(*given: Any, **named: Any) -> Any:
            self._fate(f"before {name}")
            try:
                return method(*given, **named)
            finally:
                self._fate(f"after {name}")

        return with_points


def make_mortal(engine: Engine, fate: Fate) -> None:
    """Put a point before and after every commit of ``engine``."""
    dialect: Any = engine.dialect
    commit = dialect.do_commit

    def with_points(connection: Any) -> None:
        fate("before commit")
        commit(connection)
        fate("after commit")

    dialect.do_commit = with_points


class Witness:
    """Sees what the world outside sees: what was answered to whom, who talked to whom."""

    def __init__(self, exchange: Exchange, send: Send) -> None:
        self.exchange = exchange
        self._send = send
        self.heard_of: set[str] = set()  # calls of which we have acknowledged something
        self.led: set[str] = set()  # calls to which we have named a room
        self.pressed: dict[str, bool] = {}  # leg → whether its 1 led into a room
        self.asked: dict[str, bool] = {}  # call → whether "it is noted" was said
        self.talks: list[Talk] = []
        self._open: defaultdict[str, dict[tuple[str, str], float]] = defaultdict(dict)
        exchange.engine.courier.deliver = self.deliver

    def deliver(self, request: Request, token: str, jar: dict[str, str]) -> Answer:
        """Send one webhook and remember what came back."""
        answer = self._send(request, token, jar)
        path = urlsplit(request.url).path.split("/")
        done = answer.error is None and answer.status is not None and answer.status < 300
        sid = request.params.get("CallSid", "")
        if done:
            self.heard_of.add(sid)
        if done and b"<Conference" in answer.body:
            self.led.add(sid)
        if path[2:3] == ["legs"] and path[-1] == "key" and request.params.get("Digits") == "1":
            taken = done and b"<Conference" in answer.body
            self.pressed[path[3]] = self.pressed.get(path[3], False) or taken
        elif path[2:3] == ["calls"] and path[-1] in ("callback", "number", "check"):
            noted = done and says(answer.body, "callback_noted")
            self.asked[sid] = self.asked.get(sid, False) or noted
        return answer

    def look(self, conference: Conference) -> None:
        """Note who talks to whom in a room from now on, and who no longer does."""
        now = self.exchange.clock.now().timestamp()
        here = {
            (one.call.phone.number, other.call.phone.number)
            for one in conference.participants.values()
            for other in conference.participants.values()
            if conference.status == "in-progress"
            and one.call.sid < other.call.sid
            and one.call.phone
            and other.call.phone
        }
        open_here = self._open[conference.sid]
        for pair in set(open_here) - here:
            self.talks.append(Talk(*pair, open_here.pop(pair), now))
        for pair in here - set(open_here):
            open_here[pair] = now

    def all_talks(self) -> list[Talk]:
        """Return every talk, those that still go on too."""
        going_on = [
            Talk(*pair, since, NEVER)
            for pairs in self._open.values()
            for pair, since in pairs.items()
        ]
        return self.talks + going_on


def says(body: bytes, key: str) -> bool:
    """Tell whether a document speaks the sentence ``key`` in any language."""
    text = unescape(body.decode())
    return any(words.sentence(key, language) in text for language in words.LANGUAGES)


@contextmanager
def witnessed(exchange: Exchange, send: Send) -> Iterator[Witness]:
    """Have a witness look on; every change in a conference passes by ``conferences.tell``."""
    witness = Witness(exchange, send)
    tell = conferences.tell

    def told(ex: Exchange, conference: Conference, *more: Any, **named: Any) -> None:
        tell(ex, conference, *more, **named)
        if ex is exchange:
            witness.look(conference)

    conferences.tell = told
    try:
        yield witness
    finally:
        conferences.tell = tell
