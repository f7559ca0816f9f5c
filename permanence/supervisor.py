"""`serve`: everything the product needs on one machine, kept alive, and ended in order."""

import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import structlog

from permanence import embedded, forking, places
from permanence.children import Child, Command, Ours
from permanence.errors import NotNowError
from permanence.locking import DataDirLock
from permanence.settings import Settings

log = structlog.get_logger(__name__)

ROUND_SECONDS = 0.1
UP_SECONDS = 15.0
END_SECONDS = 8.0  # for everything but the store …
STORE_SECONDS = 1.5  # … which must hear of the end last
RUNNING = ("web", "worker", "sweep")


@dataclass(frozen=True)
class Once:
    """A command that must have succeeded before the next child starts.

    With ``may_wait`` the others start as well where it cannot be done now (it exits with the
    code of :class:`permanence.errors.NotNowError`); it is tried again beside them.
    """

    name: str
    command: Command
    may_wait: bool = False


Step = Child | Once


def plan(settings: Settings, lock: int) -> list[Step]:
    """Return what to start, in order. ``lock`` is inherited by every child."""
    steps: list[Step] = []
    if settings.embeds_redis:
        steps.append(store(settings.data_dir, lock))
    # Where this machine knows the line, callers are served without the database.
    known = places.snapshot_file(settings.data_dir).exists()
    steps.append(Once("migrate", Ours(("migrate",)), may_wait=known))
    names = ["web", *["worker"] * settings.worker.processes, "sweep"]
    steps += [Child(name, partial(Ours, (name,)), kept_open=(lock,)) for name in names]
    return steps


def store(data_dir: Path, lock: int) -> Child:
    """Return the embedded Valkey as a child."""
    return Child(
        "valkey",
        partial(embedded.prepare, data_dir),
        is_up=partial(embedded.is_up, data_dir),
        kept_open=(lock,),
    )


@dataclass
class Household:
    """The steps, started in order and ended in reverse.

    ``when_up`` is called every half second or so until it returns true: it may look whether
    all is ready, and say so.
    """

    steps: Sequence[Step]
    when_up: Callable[[], bool] = lambda: True
    end_seconds: float = END_SECONDS
    _stopping: bool = False
    _children: list[Child] = field(default_factory=list)

    def run(self) -> int:
        """Run until SIGTERM or SIGINT; return the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
                signal.signal(number, self._stop)
        try:
            if not all(self._take(step) for step in self.steps):
                return 0 if self._stopping else 1
            self._watch()
            return 0
        finally:
            self._end()

    def _stop(self, number: int, _frame: object) -> None:
        log.info("Stopping", signal=signal.Signals(number).name)
        self._stopping = True

    def _take(self, step: Step) -> bool:
        """Start one step; tell whether to go on."""
        if self._stopping:
            return False
        if isinstance(step, Once):
            return self._run_once(step)
        step.start(time.monotonic())
        self._children.append(step)
        if step.is_up is not None and not self._wait(step.is_up):
            log.warning("Is not up yet; going on without it", child=step.name)
        return True

    def _run_once(self, step: Once) -> bool:
        child = Child(step.name, lambda: step.command)
        child.start(time.monotonic())
        try:
            while not child.has_ended():
                self._round()
                if self._stopping:
                    child.ask_to_end()
            code = child.process.returncode if child.process else 1
        finally:
            child.kill()
        if step.may_wait and code == NotNowError.exit_code:
            self._try_again_later(step)
            return True
        if code:
            log.error("Failed; see the lines above", step=step.name, code=code)
        return code == 0

    def _try_again_later(self, step: Once) -> None:
        log.warning("It cannot be done yet; going on without it", step=step.name)
        again = Child(step.name, lambda: step.command, until_done=True)
        again.start(time.monotonic())
        self._children.append(again)

    def _wait(self, is_up: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + UP_SECONDS
        while not is_up() and not self._stopping:
            if time.monotonic() > deadline:
                return False
            self._round()
        return True

    def _round(self) -> None:
        time.sleep(ROUND_SECONDS)
        for child in self._children:
            child.tend(time.monotonic())

    def _watch(self) -> None:
        told, look_at = False, 0.0
        while not self._stopping:
            self._round()
            if not told and time.monotonic() >= look_at:
                told = self.when_up()
                look_at = time.monotonic() + 0.3

    def _end(self) -> None:
        """End the last first. What others lean on (it had to be up first) ends after them."""
        stores = [child for child in self._children if child.is_up is not None]
        others = [child for child in self._children if child.is_up is None]
        _end_all(others[::-1], self.end_seconds)
        _end_all(stores[::-1], STORE_SECONDS)
        log.info("Stopped")


def _end_all(children: Sequence[Child], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    for child in children:
        child.ask_to_end()
    while not all(child.has_ended() for child in children) and time.monotonic() < deadline:
        time.sleep(0.02)
    for child in children:
        child.kill()


def serve(settings: Settings, when_up: Callable[[], bool] = lambda: True) -> int:
    """Run the whole product until a signal; return the exit code.

    Raises :class:`permanence.errors.OperatorError` where it cannot start.
    """
    places.make_data_dir(settings.data_dir)
    lock = DataDirLock(places.lock_file(settings.data_dir))
    try:
        lock.take()
        forking.load(RUNNING)
        return Household(plan(settings, lock.fd), when_up).run()
    finally:
        lock.release()
