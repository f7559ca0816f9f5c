"""The world around the product, in real time: callers who hold on, telephones that are answered.

It stands on the provider's stub (:mod:`benchmarks.provider`) and plays the provider's part in
webhooks: a telephone that is rung is picked up at once and presses 1; a caller who is sent into
a room goes there; whoever waits asks for the next wait document every 25 seconds.
"""

import queue
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from benchmarks import crowd, posts
from benchmarks.connections import Connection
from benchmarks.provider import Provider

WAIT_DOCUMENT = 25.0  # seconds
HANDS = 8
IDLE = 3.0  # seconds after which the server may have closed a connection
MENU = re.compile(rb'action="[^"]*(/voice/calls/[^"]+)"')
WAITS = re.compile(rb'waitUrl="([^"]+)"')


@dataclass
class Caller:
    """Somebody on a line."""

    sid: str
    line: int
    wait_page: str = ""
    talks_to: str = ""  # the number of a telephone
    over: bool = False


@dataclass
class Leg:
    """A telephone that we were asked to ring."""

    sid: str
    number: str
    answer: str
    rung_at: float


@dataclass
class World:
    """Callers and telephones; a few hands do what is to be done."""

    port: int
    provider: Provider
    callers: dict[str, Caller] = field(default_factory=dict)
    legs: dict[str, Leg] = field(default_factory=dict)  # by number
    errors: list[str] = field(default_factory=list)
    rung: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    talking: int = 0

    def __post_init__(self) -> None:
        """Set the hands to work."""
        self._todo: queue.SimpleQueue[Callable[[Connection], None] | None] = queue.SimpleQueue()
        self._timers: list[tuple[float, Caller]] = []
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self.provider.heard = self._asked
        hands = [threading.Thread(target=self._work, daemon=True) for _ in range(HANDS)]
        self._threads = [*hands, threading.Thread(target=self._waiting, daemon=True)]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Let everything fall."""
        self._ended.set()
        for _ in range(HANDS):
            self._todo.put(None)
        for thread in self._threads:
            thread.join()

    def dial(self, line: int) -> None:
        """Somebody rings a line and presses the key for French."""
        caller = Caller(posts.new_sid(), line)
        self.callers[caller.sid] = caller
        self._todo.put(lambda connection: self._enter(connection, caller))

    def hang_up(self, caller: Caller) -> float:
        """A caller who talks hangs up; return when that was told (``time.monotonic``)."""
        caller.over = True
        leg = self.legs[caller.talks_to]
        form = posts.parameters(caller.sid, crowd.number(caller.line), CallStatus="completed")
        ended = posts.parameters(leg.sid, leg.number, CallStatus="completed")
        ended["Direction"] = "outbound-api"
        with Connection(self.port) as connection:
            connection.ask(posts.post("/voice/status", form))
            at = time.monotonic()
            status = leg.answer.replace("/answer", "/status")
            connection.ask(posts.post(status, ended))
        del self.callers[caller.sid]
        self.talking -= 1
        return at

    def _enter(self, connection: Connection, caller: Caller) -> None:
        form = posts.parameters(caller.sid, crowd.number(caller.line))
        menu = connection.ask(posts.post("/voice/incoming", form), b"<Gather")
        found = MENU.search(menu)
        page = found[1].decode() if found else ""
        form |= {"Digits": "1", "CallStatus": "in-progress"}
        queued = connection.ask(posts.post(page, form), b"<Enqueue")
        waits = WAITS.search(queued)
        caller.wait_page = _path(waits[1].decode()) if waits else ""
        with self._lock:
            self._timers.append((time.monotonic() + WAIT_DOCUMENT, caller))

    def _waiting(self) -> None:
        """Ask for the next wait document of everybody whose time it is."""
        while not self._ended.wait(0.05):
            now = time.monotonic()
            with self._lock:
                due = [one for one in self._timers if one[0] <= now]
                self._timers = [one for one in self._timers if one[0] > now]
                live = [caller for _, caller in due if not caller.over and not caller.talks_to]
                self._timers += [(now + WAIT_DOCUMENT, caller) for caller in live]
            for caller in live:
                self._todo.put(lambda connection, caller=caller: self._listen(connection, caller))

    def _listen(self, connection: Connection, caller: Caller) -> None:
        form = posts.parameters(caller.sid, crowd.number(caller.line), CallStatus="in-progress")
        connection.ask(posts.post(caller.wait_page, form), b"<Response")

    def _asked(self, path: str, form: dict[str, str], sid: str) -> None:
        """The product has asked the provider for something."""
        now = time.monotonic()
        if path.endswith("/Calls.json"):
            leg = Leg(sid, form["To"], _path(form["Url"]), now)
            self.legs[leg.number] = leg
            self.rung[leg.number].append(now)
            self._todo.put(lambda connection: self._pick_up(connection, leg))
        elif "Url" in form and "/room" in form["Url"]:
            moved = path.rsplit("/", 1)[-1].removesuffix(".json")
            self._todo.put(lambda connection: self._move(connection, moved, _path(form["Url"])))

    def _pick_up(self, connection: Connection, leg: Leg) -> None:
        form = posts.parameters(leg.sid, leg.number, CallStatus="in-progress")
        form["Direction"] = "outbound-api"
        connection.ask(posts.post(leg.answer, form), b"<Response")
        key = leg.answer.replace("/answer", "/key") + "?attempt=1"
        answer = connection.ask(posts.post(key, form | {"Digits": "1"}), b"<Response")
        if b"<Conference" not in answer:
            self.errors.append("a responder was not let into a room")
            return
        events = re.search(rb'statusCallback="([^"]+)"', answer)
        if events:
            self._room_tells(connection, _path(events[1].decode()), leg.sid, "responder")

    def _room_tells(self, connection: Connection, page: str, sid: str, label: str) -> None:
        form = posts.parameters(sid, ParticipantLabel=label, ConferenceSid="CF" + sid[2:])
        form["StatusCallbackEvent"] = "participant-join"
        connection.ask(posts.post(page, form))

    def _move(self, connection: Connection, sid: str, page: str) -> None:
        caller = self.callers.get(sid)
        if caller is None or caller.over:
            return
        form = posts.parameters(sid, crowd.number(caller.line), CallStatus="in-progress")
        answer = connection.ask(posts.post(page, form), b"<Response")
        room = re.search(rb'statusCallback="([^"]+/rooms/([0-9a-f]+)/[^"]*)"', answer)
        if b"<Conference" not in answer or room is None:
            self.errors.append("a caller was not let into a room")
            return
        self._room_tells(connection, _path(room[1].decode()), sid, "caller")
        if not caller.talks_to:
            caller.talks_to = room[2].decode()  # the offer's id, until somebody looks it up
            self.talking += 1

    def _work(self) -> None:
        connection: Connection | None = None
        used = 0.0
        while (do := self._todo.get()) is not None:
            try:
                if connection is None or time.monotonic() - used > IDLE:
                    connection = Connection(self.port)
                do(connection)
                used = time.monotonic()
            except Exception as error:  # noqa: BLE001 # counted, and the next thing done
                self.errors.append(f"{type(error).__name__}: {error}"[:200])
                if connection is not None:
                    with suppress(OSError):
                        connection.__exit__()
                connection = None


def _path(url: str) -> str:
    parts = urlsplit(url.replace("&amp;", "&"))
    return parts.path + (f"?{parts.query}" if parts.query else "")
