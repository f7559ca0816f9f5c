"""Calls as scripts: generators that say what they wait for and are resumed by the engine.

A script yields :class:`Wait` or :class:`Fetch`. Whatever can break into it (the caller
hangs up, the REST API sends the call elsewhere, a conference starts) is *watched*: while a
watch's condition holds, its exception is thrown at the point where the script waits.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from simulator.transport import Answer, Request

if TYPE_CHECKING:
    from simulator.agenda import Timer
    from simulator.engine import Engine

Condition: TypeAlias = Callable[[], bool]


@dataclass(frozen=True)
class Wait:
    """Wait until ``until`` holds, ``seconds`` at most; resumed with whether it held."""

    seconds: float | None = None
    until: Condition | None = None


@dataclass(frozen=True)
class Fetch:
    """Send ``request`` in the lane of this script; resumed with the :class:`Answer`."""

    request: Request


T = TypeVar("T")
Script: TypeAlias = Generator[Wait | Fetch, bool | Answer, T]


def wait(seconds: float | None = None, until: Condition | None = None) -> Script[bool]:
    """Wait in a script; return whether ``until`` came true before ``seconds`` passed."""
    return bool((yield Wait(seconds, until)))


def fetch(request: Request) -> Script[Answer]:
    """Send ``request`` from a script and return what came back."""
    answer = yield Fetch(request)
    if not isinstance(answer, Answer):
        raise TypeError("a fetch is resumed with an answer")
    return answer


@contextmanager
def afterwards(do: Callable[[], None]) -> Iterator[None]:
    """Call ``do`` after the block, however it ends, as ``finally`` would.

    Unlike there, not when a script that nobody will resume is thrown away with its exchange.
    """
    try:
        yield
    except GeneratorExit:
        raise
    except BaseException:
        do()
        raise
    do()


@dataclass(frozen=True)
class Watch:
    """While ``when`` holds, ``throw()`` is raised where the script waits."""

    when: Condition
    throw: Callable[[], BaseException]


class Task:
    """A script under way, and what it is waiting for."""

    def __init__(self, engine: "Engine", lane: str, jar: dict[str, str]) -> None:
        self.engine = engine
        self.lane = lane
        self.jar = jar
        self.done = False
        self._watches: list[Watch] = []
        self._steps: Script[None] | None = None
        self._pending: Wait | Fetch | None = None
        self._timer: Timer | None = None
        self._expired = False
        self._answer: Answer | None = None

    def start(self, steps: Script[None]) -> None:
        """Run ``steps`` up to its first wait."""
        self._steps = steps
        self._go(lambda: next(steps))

    @contextmanager
    def watch(self, when: Condition, throw: Callable[[], BaseException]) -> Iterator[None]:
        """Within the block, raise ``throw()`` as soon as ``when`` holds."""
        watch = Watch(when, throw)
        self._watches.append(watch)
        try:
            yield
        finally:
            self._watches.remove(watch)

    def check(self) -> None:
        """Resume the script when something it waits for has come; the engine calls this."""
        if self.done or self._pending is None or self._steps is None:
            return
        steps = self._steps
        for watch in self._watches:  # the outermost first: a hang-up beats a dequeue
            if watch.when():
                self._throw(steps, watch.throw())
                return
        value = self._value()
        if value is not None:
            self._go(lambda: steps.send(value))

    def _throw(self, steps: Script[None], turn: BaseException) -> None:
        self._go(lambda: steps.throw(turn))

    def _value(self) -> bool | Answer | None:
        if isinstance(self._pending, Fetch):
            return self._answer
        if self._pending is not None and self._pending.until is not None and self._pending.until():
            return True
        return False if self._expired else None

    def _go(self, resume: Callable[[], Wait | Fetch]) -> None:
        self._forget()
        try:
            pending = resume()
        except StopIteration:
            self.done = True
            return
        except BaseException:
            self.done = True
            raise
        self._begin(pending)
        self.engine.poke(self)  # what it now waits for may already be so

    def _forget(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._pending, self._timer, self._expired, self._answer = None, None, False, None

    def _begin(self, pending: Wait | Fetch) -> None:
        self._pending = pending
        if isinstance(pending, Wait):
            if pending.seconds is not None:
                self._timer = self.engine.later(pending.seconds, lambda: self._expire(pending))
        else:
            self.engine.send(self.lane, pending.request, self.jar, self._arrival(pending))

    def _arrival(self, pending: Fetch) -> Callable[[Answer], None]:
        def arrive(answer: Answer) -> None:
            if self._pending is pending:  # else the call has gone elsewhere meanwhile
                self._answer = answer
                self.engine.poke(self)

        return arrive

    def _expire(self, pending: Wait) -> None:
        if self._pending is pending:
            self._expired = True
            self.engine.poke(self)
