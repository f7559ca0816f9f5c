"""The engine: one lock, the agenda, the scripts that can go on, the webhooks in flight.

The lock guards all state and is never held while a webhook is on the wire. With a virtual
clock nothing but :meth:`Engine.settle` and :meth:`Engine.advance_to` runs timers, and time
does not move while a webhook is in flight. With the real clock a thread runs them.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from simulator.agenda import Agenda, Timer
from simulator.clock import Clock, VirtualClock
from simulator.courier import Courier, Webhook
from simulator.script import Script, Task
from simulator.transport import Answer, Request

log = logging.getLogger(__name__)


class Engine:
    """Runs scripts and timers; every change of state happens inside :meth:`entered`."""

    def __init__(self, clock: Clock, token: str, workers: int | None = None) -> None:
        self.clock = clock
        self.agenda = Agenda()
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.crashes: list[BaseException] = []
        self._ready: deque[Task] = deque()
        self._depth = 0
        # One worker makes the order of webhooks, and so a whole story, reproducible.
        count = workers or (1 if clock.virtual else 16)
        self.courier = Courier(self, token, count)
        self._closed = False
        if not clock.virtual:
            threading.Thread(target=self._keep_time, daemon=True, name="agenda").start()

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Hold the lock for the block, then run every script that can go on."""
        with self.lock:
            self._depth += 1
            try:
                yield
            finally:
                if self._depth == 1:  # the outermost entry: all state is whole again
                    self._drain()
                    self.changed.notify_all()
                self._depth -= 1

    def _drain(self) -> None:
        while self._ready:
            self._run(self._ready.popleft().check)

    def poke(self, task: Task | None) -> None:
        """Have ``task`` looked at again: something it may wait for has changed."""
        if task is not None and not task.done:
            self._ready.append(task)

    def spawn(self, lane: str, jar: dict[str, str]) -> Task:
        """Return a task that is not started yet; its webhooks go out in ``lane``."""
        return Task(self, lane, jar)

    def later(self, seconds: float, do: Callable[[], None]) -> Timer:
        """Have ``do`` called in ``seconds`` (0 or more)."""
        return self.agenda.add(self.clock.now() + timedelta(seconds=max(0.0, seconds)), do)

    def send(
        self,
        lane: str,
        request: Request,
        jar: dict[str, str] | None = None,
        then: Callable[[Answer], None] | None = None,
    ) -> Webhook:
        """Send ``request`` after all others of its ``lane``; ``then`` gets the answer."""
        return self.courier.post(lane, request, jar, then)

    def next_event_at(self) -> datetime | None:
        """Return the instant of the next timer, ``None`` when nothing is to come."""
        with self.lock:
            return self.agenda.next_at()

    def settle(self, timeout: float = 10.0) -> None:
        """Do all that is due now and wait for the webhooks in flight.

        ``timeout`` is in seconds of wall time; ``TimeoutError`` when it runs out. An error
        inside a script is raised here.
        """
        deadline = time.monotonic() + timeout
        while True:
            self.courier.wait_idle(deadline)
            with self.entered():
                timer = self.agenda.pop_due(self.clock.now())
                if timer is not None:
                    self._run(timer.do)
            self._raise_crash()
            if timer is None and self.courier.idle():
                return
            if time.monotonic() > deadline:
                raise TimeoutError("the exchange does not come to rest")

    def advance_to(self, to: datetime, timeout: float = 10.0) -> None:
        """Move the virtual clock to ``to``, each event on the way at its own instant."""
        clock = self.clock
        if not isinstance(clock, VirtualClock):
            raise TypeError("only a virtual clock can be moved")
        self.settle(timeout)
        while (due := self.next_event_at()) is not None and due <= to:
            clock.move(max(due, clock.now()))
            self.settle(timeout)
        if to > clock.now():
            clock.move(to)
            self.settle(timeout)

    def close(self) -> None:
        """Stop the threads; webhooks not yet on the wire are dropped."""
        with self.lock:
            self._closed = True
            self.changed.notify_all()
        self.courier.close()

    def spawn_script(self, lane: str, steps: Script[None]) -> None:
        """Run ``steps`` as a task of its own, apart from any call."""
        self.spawn(lane, {}).start(steps)

    def _run(self, do: Callable[[], None]) -> None:
        try:
            do()
        except Exception as error:
            log.exception("a script of the simulator broke off")
            self.crashes.append(error)

    def _raise_crash(self) -> None:
        if self.crashes:
            raise self.crashes.pop(0)

    def _keep_time(self) -> None:
        while True:
            with self.lock:
                if self._closed:
                    return
                timer = self.agenda.pop_due(self.clock.now())
                if timer is None:
                    self.changed.wait(self._pause())
                    continue
            with self.entered():
                self._run(timer.do)

    def _pause(self) -> float | None:
        due = self.agenda.next_at()
        if due is None:
            return None
        return max(0.0, (due - self.clock.now()).total_seconds())
