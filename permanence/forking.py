"""Our own commands as forks of this process, which has loaded their modules already.

Every process of ours needs much the same fifty megabytes of modules. Loaded once and then
forked, they are shared, and a child is up within milliseconds. Linux only: on macOS system
libraries do not survive a fork; there each command is a process of its own from the start.
"""

import ctypes
import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress

import click

from permanence import cli

CAN_FORK = sys.platform == "linux"
PR_SET_NAME = 15
LONGEST_NAME = 15  # characters that Linux keeps of a process's name

# What a supervisor handles, and its children by other means.
HANDLED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

_libc = ctypes.CDLL(None) if CAN_FORK else None


def load(names: Iterable[str]) -> None:
    """Import what these commands need, to be shared by all that is forked from here.

    The collector would write to every page as it looks through it; what is there now is put
    out of its sight.
    """
    if not CAN_FORK:
        return
    for name in names:
        cli.commands.get_command(click.Context(cli.commands), name)
    gc.collect()
    gc.freeze()


class Fork:
    """One of our commands in a fork of this process, to be handled as a ``Popen`` is.

    ``prepare`` runs in the child before anything else. The process leads a session of its own.
    """

    def __init__(self, arguments: tuple[str, ...], prepare: Callable[[], None]) -> None:
        # A signal that came between the fork and the child's first line would reach our
        # handlers in the child, and be lost.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, HANDLED)
        try:
            self._process = multiprocessing.get_context("fork").Process(
                target=_become, args=(arguments, prepare, before)
            )
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        self.pid: int = self._process.pid or 0

    @property
    def returncode(self) -> int | None:
        """The exit code; negative for the signal that ended it; ``None`` while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """Look whether it has ended; return :attr:`returncode`."""
        return self.returncode

    def wait(self) -> int | None:
        """Wait for its end."""
        self._process.join()
        return self.returncode

    def terminate(self) -> None:
        """Send SIGTERM."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)


def _become(
    arguments: tuple[str, ...], prepare: Callable[[], None], mask: Iterable[signal.Signals]
) -> None:
    """Forget the parent, and run the command. In the child."""
    os.setsid()
    for number in HANDLED:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, signal.SIG_DFL)
    prepare()
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    _call_itself(f"perm-{arguments[0]}")
    try:
        cli.main(arguments)
    except Exception:  # noqa: BLE001 # the last resort: told as any process would tell it
        # `multiprocessing` would print the error's text past our log, unmasked.
        sys.excepthook(*sys.exc_info())
        sys.exit(1)


def _call_itself(name: str) -> None:
    """Let `ps -o comm` and `top` tell the children apart."""
    if _libc is not None:
        _libc.prctl(PR_SET_NAME, name[:LONGEST_NAME].encode())
