"""Webhooks on their way: lanes that keep their order, and a few threads that send.

A lane is a name (``voice:CA...``, ``status:CA...``); what goes into one lane arrives one
after the other, different lanes go side by side. With a single worker there is one lane.
"""

import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.transport import Answer, Request, deliver

if TYPE_CHECKING:
    from simulator.engine import Engine


@dataclass
class Webhook:
    """The record of one webhook: what was sent, when, and what came back.

    ``status`` is the HTTP status, ``None`` while in flight or when there was no answer;
    ``error`` the provider's error code of a failed delivery.
    """

    at: datetime
    url: str
    method: str
    params: dict[str, str]
    lane: str
    status: int | None = None
    error: int | None = None
    body: bytes = b""
    done: bool = False


@dataclass
class _Parcel:
    webhook: Webhook
    request: Request
    jar: dict[str, str]
    then: Callable[[Answer], None] | None
    lane: str = field(default="")


class Courier:
    """Sends requests from ``workers`` threads, those of one lane in order."""

    def __init__(self, engine: "Engine", token: str, workers: int) -> None:
        self.webhooks: deque[Webhook] = deque(maxlen=20_000)
        self._engine = engine
        self._token = token
        self._workers = workers
        self._lanes: dict[str, deque[_Parcel]] = {}
        self._open: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._threads = 0
        self._in_flight = 0
        self.deliver = deliver  # what sends one request; a test may stand in between

    def post(
        self,
        lane: str,
        request: Request,
        jar: dict[str, str] | None,
        then: Callable[[Answer], None] | None,
    ) -> Webhook:
        """Queue ``request`` in ``lane``; called with the engine's lock held."""
        webhook = Webhook(
            self._engine.clock.now(), request.url, request.method, dict(request.params), lane
        )
        self.webhooks.append(webhook)
        name = "" if self._workers == 1 else lane
        parcel = _Parcel(webhook, request, {} if jar is None else jar, then, name)
        self._in_flight += 1
        waiting = self._lanes.get(name)
        if waiting is not None:
            waiting.append(parcel)
        else:
            self._lanes[name] = deque([parcel])
            self._offer(name)
        return webhook

    def idle(self) -> bool:
        """Tell whether no webhook is waiting or on the wire."""
        with self._engine.lock:
            return self._in_flight == 0

    def wait_idle(self, deadline: float) -> None:
        """Wait until no webhook is in flight; ``TimeoutError`` after ``deadline``."""
        with self._engine.changed:
            while self._in_flight:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError(f"{self._in_flight} webhooks are still in flight")
                self._engine.changed.wait(left)

    def close(self) -> None:
        """Let the threads end after what they are sending now."""
        for _ in range(self._threads):
            self._open.put(None)

    def _offer(self, lane: str) -> None:
        if self._threads < self._workers:
            self._threads += 1
            name = f"webhook-{self._threads}"
            threading.Thread(target=self._work, daemon=True, name=name).start()
        self._open.put(lane)

    def _work(self) -> None:
        while (lane := self._open.get()) is not None:
            with self._engine.lock:
                parcel = self._lanes[lane][0]
            answer = self.deliver(parcel.request, self._token, parcel.jar)
            with self._engine.entered():
                self._arrived(parcel, answer)

    def _arrived(self, parcel: _Parcel, answer: Answer) -> None:
        hook = parcel.webhook
        hook.status, hook.error, hook.body, hook.done = (
            answer.status,
            answer.error,
            answer.body,
            True,
        )
        lane = self._lanes[parcel.lane]
        lane.popleft()
        if lane:
            self._open.put(parcel.lane)
        else:
            del self._lanes[parcel.lane]
        try:
            if parcel.then is not None:
                parcel.then(answer)
        finally:
            self._in_flight -= 1
