"""Child processes that end with us: started, watched, started again, ended."""

import contextlib
import ctypes
import math
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog

from permanence.forking import CAN_FORK, Fork

log = structlog.get_logger(__name__)

FIRST_DELAY = 0.2
LONGEST_DELAY = 10.0
HEALTHY_AFTER = 30.0
PR_SET_PDEATHSIG = 1

# Loaded before any fork: the child may only call what is ready.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _end_with(parent: int) -> None:
    """Ask the kernel to end this process when its parent dies, even by SIGKILL.

    Runs in the child between fork and exec; the wish survives the exec. Linux only:
    elsewhere a killed supervisor leaves its children to be ended by hand.
    """
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)  # it died before we could ask


@dataclass
class Backoff:
    """How long to wait before the next start: doubling, and short again after a good run."""

    delay: float = FIRST_DELAY

    def after_run(self, seconds: float) -> float:
        """Return the seconds to wait after a run that lasted ``seconds``."""
        if seconds >= HEALTHY_AFTER:
            self.delay = FIRST_DELAY
        wait, self.delay = self.delay, min(self.delay * 2, LONGEST_DELAY)
        return wait


@dataclass(frozen=True)
class Ours:
    """One of our own commands: it need not load anew what this process has loaded."""

    arguments: tuple[str, ...]

    def line(self) -> list[str]:
        """Return its command line, in this same Python."""
        return [sys.executable, "-m", "permanence", *self.arguments]


Command = Ours | Sequence[str]


def _begin(command: Command, kept_open: tuple[int, ...]) -> "subprocess.Popen[bytes] | Fork":
    prepare = partial(_end_with, os.getpid())
    if isinstance(command, Ours) and CAN_FORK:
        return Fork(command.arguments, prepare)
    return subprocess.Popen(  # noqa: S603 # the commands are our own
        command.line() if isinstance(command, Ours) else list(command),
        stdin=subprocess.DEVNULL,
        # A session of its own: Ctrl-C reaches only us, and we end it in good order;
        # whatever it forks can be ended with it.
        start_new_session=True,
        preexec_fn=prepare,  # noqa: PLW1509 # we have one thread
        pass_fds=kept_open,
    )


@dataclass
class Child:
    """One process to keep alive.

    ``command`` is called before every start, so that it can clear what the last run left.
    With ``until_done`` it is not started again once it has succeeded.
    ``is_up`` tells whether the process does its work; ``kept_open`` are file descriptors
    that it inherits (a fork inherits all). Times are seconds of a monotonic clock.
    """

    name: str
    command: Callable[[], Command]
    is_up: Callable[[], bool] | None = None
    until_done: bool = False
    kept_open: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | Fork | None = None
    _backoff: Backoff = field(default_factory=Backoff)
    _started_at: float = 0.0
    _due_at: float = 0.0

    def start(self, now: float) -> None:
        """Start the process. Raises what ``command`` raises, or :class:`OSError`."""
        self.process = _begin(self.command(), self.kept_open)
        self._started_at = now
        log.info("Started", child=self.name, pid=self.process.pid)

    def tend(self, now: float) -> None:
        """Notice the process's death, and start it again when its time has come."""
        if self.process is not None and (code := self.process.poll()) is not None:
            self._signal(signal.SIGKILL)  # what it forked must not outlive it
            if self.until_done and code == 0:
                self._due_at = math.inf
                self.process = None
                return
            wait = self._backoff.after_run(now - self._started_at)
            log.warning("Died", child=self.name, code=code, again_in_seconds=wait)
            self.process, self._due_at = None, now + wait
        elif self.process is None and now >= self._due_at:
            self._start_again(now)

    def _start_again(self, now: float) -> None:
        try:
            self.start(now)
        except Exception:
            wait = self._backoff.after_run(0)
            log.exception("Could not be started", child=self.name, again_in_seconds=wait)
            self._due_at = now + wait

    def ask_to_end(self) -> None:
        """Send SIGTERM, if it runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def has_ended(self) -> bool:
        """Tell whether it does not run (any more)."""
        return self.process is None or self.process.poll() is not None

    def kill(self) -> None:
        """End it and everything it forked, now."""
        if self.process is None:
            return
        if self.process.poll() is None:
            log.warning("Did not end in time: killed", child=self.name)
        self._signal(signal.SIGKILL)
        self.process.wait()

    def _signal(self, number: signal.Signals) -> None:
        if self.process is not None:
            # Nobody may be left; macOS says so by refusing.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)
