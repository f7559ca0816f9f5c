"""The product's own processes, which kill themselves with SIGKILL where a test orders it.

A *nursery* has everything loaded and forks what is asked for on its standard input, so that a
new worker is there in a moment. At every *point* (right before and right after each commit and
each request to the provider) a process looks whether there is an order of its name among those
in ``DYING_FOLDER``; the one that takes it away dies there. Only tests run this module.
"""

import ctypes
import dataclasses
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from permanence import gunicorn_app, logs, worker
from permanence import sweep as sweeping
from permanence.runtime import open_desk
from permanence.settings import Settings, load
from permanence.web import create_app
from telephony import jobs, placing, sweep, taking_in
from telephony.desk import Desk
from tests.faults_kit import MortalDialler, make_mortal

PR_SET_PDEATHSIG = 1  # nobody outlives the nursery, nor the nursery the test
ORDERS, DIED, POINTS = "orders", "died", "points"
PATIENCE = {"ago_90": 4, "ago_120": 4, "ago_600": 6}
"""Shorter than in life: after so many seconds of silence the provider is asked."""

GIVE_UP = timedelta(seconds=6)


class Fate:
    """Names the points that this process passes, and ends it at the one that is ordered."""

    def __init__(self, role: str, folder: Path) -> None:
        self._role = role
        self._folder = folder
        self._here = threading.local()
        self._seen: set[str] = set()

    def begins(self, what: str) -> None:
        """From now on this thread is at work on ``what``."""
        self._here.what, self._here.count = what, 0

    def ends(self) -> None:
        """This thread is at work on nothing."""
        self._here.what = None

    def at(self, label: str) -> None:
        """Pass a point, or die."""
        what = getattr(self._here, "what", None)
        if what is None:
            return
        self._here.count += 1
        point = f"{self._role} {what} {self._here.count} {label}"
        if point not in self._seen:
            self._seen.add(point)
            append(self._folder / POINTS, point)
        if _take(order_of(self._folder, point)):
            append(self._folder / DIED, f"{os.getpid()} {point}")
            os.kill(os.getpid(), signal.SIGKILL)

    def work(self, what: str, do: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``do``, during which this thread is at work on ``what``."""

        def done(*given: Any) -> Any:
            self.begins(what)
            try:
                return do(*given)
            finally:
                self.ends()

        return done

    def desk(self, settings: Settings) -> Desk:
        """Return the product's desk, with points."""
        desk = open_desk(settings)
        make_mortal(desk.engine, self.at)
        return dataclasses.replace(desk, dialler=MortalDialler(desk.dialler, self.at))


def append(file: Path, line: str) -> None:
    """Write a line in one piece: others write into the same file."""
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(handle, f"{line}\n".encode())
    os.close(handle)


def order_of(folder: Path, point: str) -> Path:
    """Return the file that orders a death at ``point``."""
    return folder / ORDERS / point.replace("/", "-").replace(" ", "_")


def _take(order: Path) -> bool:
    try:
        order.unlink()
    except FileNotFoundError:
        return False
    return True


class MortalServer(gunicorn_app.Server):
    """The product's web server over an application with points."""

    def __init__(self, settings: Settings, fate: Fate) -> None:
        self._fate = fate
        super().__init__(settings)

    def load(self) -> Any:
        # Without the console, which takes longer to start and has no part in a call.
        wsgi = create_app(self._settings, self._fate.desk(self._settings)).wsgi_app

        def named(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
            parts = environ["PATH_INFO"].strip("/").split("/")
            page = "/".join(part for part in parts if len(part) < 32)  # without ids
            return self._fate.work(page, wsgi)(environ, start)

        return named


def web(settings: Settings, fate: Fate) -> None:
    MortalServer(settings, fate).run()


def work(settings: Settings, fate: Fate) -> None:
    for name, job in list(jobs.JOBS.items()):
        jobs.JOBS[name] = fate.work(name, job)
    worker.main(settings, fate.desk(settings))


def go_round(settings: Settings, fate: Fate) -> None:
    for name, job in list(sweep.JOBS.items()):
        sweep.JOBS[name] = fate.work(name, job)
    desk = fate.desk(settings)
    sweeping.main(settings, lambda _desk: sweep.tick(desk))


ROLES = {"web": web, "worker": work, "sweep": go_round}


def be(role: str, log: Path) -> None:
    """Become one of the product's processes; never return."""
    handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    placing.GIVE_UP_PLACING = taking_in.QUIET = GIVE_UP
    for name, seconds in PATIENCE.items():
        sweep._moments[name] = timedelta(seconds=seconds)
    settings = load()
    logs.set_up(settings.log, service=role)
    folder = Path(os.environ["DYING_FOLDER"])
    ROLES[role](settings, Fate(role, folder))
    os._exit(0)


def nursery() -> None:
    """Fork what is asked for: a line ``role log NAME=value …``, answered by the new pid."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        role, log, *given = line.split()
        pid = os.fork()
        if pid == 0:
            os.environ |= dict(pair.split("=", 1) for pair in given)
            be(role, Path(log))
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    nursery()
