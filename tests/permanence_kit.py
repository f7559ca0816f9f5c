"""Processes and stores that the tests of the front door run for real."""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from permanence import embedded
from permanence.settings import Settings

TOKEN = "a-token-of-the-tests"
WITHOUT_LINTERS = Path(__file__).parent / "without_linters"


def until(true: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait until it is true, or fail."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


def free_port(wanted: int = 1) -> int:
    """The first of ``wanted`` free ports in a row.

    They lie below those that the system gives to whoever asks for any: it might give away one
    of these before a process that starts slowly has come to listen on it.
    """
    while True:
        port = random.randrange(20_000, 32_000)  # noqa: S311 # no secret
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            for offset in range(wanted):
                probe = stack.enter_context(socket.socket())
                probe.bind(("127.0.0.1", port + offset))
            return port


def says(process: subprocess.Popen[bytes], log: Path, words: str, seconds: float) -> None:
    """Wait until the process has said ``words``; fail with all it said where it ends before."""
    until(lambda: words in log.read_text() or process.poll() is not None, seconds)
    assert words in log.read_text(), log.read_text()


def environment(data_dir: Path, **more: str) -> dict[str, str]:
    """The environment of a `permanence` process: ours without its settings, and these."""
    kept = {name: value for name, value in os.environ.items() if "PERMANENCE" not in name}
    return kept | {
        "PYTHONPATH": str(WITHOUT_LINTERS),  # as it is installed for people
        "PERMANENCE_CONFIG": os.devnull,
        "PERMANENCE_DATA_DIR": str(data_dir),
        "PERMANENCE_PROVIDER__ACCOUNT_SID": "AC" + "0" * 32,
        "PERMANENCE_PROVIDER__AUTH_TOKEN": TOKEN,
        "PERMANENCE_PROVIDER__PUBLIC_URL": "https://line.example",
        "PERMANENCE_PROVIDER__BASE_URL": "http://127.0.0.1:9",
        **more,
    }


@contextlib.contextmanager
def running(*arguments: str, env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run `permanence` with these arguments; kill it and what it started at the end."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "permanence", *arguments],
            env=env,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            family = descendants(process.pid)
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.wait()
            for pid in family:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def descendants(pid: int) -> list[int]:
    """The processes below this one."""
    try:
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def alive(pid: int) -> bool:
    """Whether it runs; a zombie does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class Store:
    """An embedded Valkey that tests can kill and start again."""

    def __init__(self, data_dir: Path) -> None:
        self.settings = Settings(data_dir=data_dir)
        self.url = self.settings.redis_url
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = embedded.prepare(self.settings.data_dir)
        self._process = subprocess.Popen(command)
        until(lambda: embedded.is_up(self.settings.data_dir))

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@contextlib.contextmanager
def store() -> Iterator[Store]:
    """A Valkey of the test's own, in a short folder."""
    folder = Path(tempfile.mkdtemp(prefix="bell-"))
    made = Store(folder)
    made.start()
    try:
        yield made
    finally:
        made.kill()
        shutil.rmtree(folder)
