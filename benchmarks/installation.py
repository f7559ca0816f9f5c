"""An installation of the product for the time of a measurement, in a folder of its own."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from benchmarks.connections import HOST
from benchmarks.posts import ACCOUNT, LINE, PUBLIC_URL, TOKEN
from logging_db import migrate
from logging_db.federation import import_federation
from permanence import embedded, ports
from permanence.runtime import open_desk
from permanence.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
UP_SECONDS = 30.0
END_SECONDS = 10.0
ONE_LANGUAGE_LINE = "+3280035244"


class NotUpError(Exception):
    """A process that was to be measured did not come up; its message holds the logs."""


def sample() -> str:
    """Return the sample federation: two languages, open day and night."""
    return files("permanence").joinpath("sample/federation.toml").read_text("utf-8")


def sample_in_one_language() -> str:
    """Return the same with another number and French alone: no menu is spoken."""
    text = sample().replace(LINE, ONE_LANGUAGE_LINE)
    return text.replace('languages = ["fr", "nl"]\ntimezone', 'languages = ["fr"]\ntimezone')


class Installation:
    """A folder, the settings in it, and the processes started over it."""

    def __init__(self, folder: Path, database_url: str, provider: str) -> None:
        self._folder = folder
        self._started: list[subprocess.Popen[bytes]] = []
        self.port = _free_port()
        self.env = {
            "PERMANENCE_CONFIG": os.devnull,
            "PERMANENCE_DATA_DIR": str(folder / "var"),
            "PERMANENCE_DATABASE__URL": database_url,
            "PERMANENCE_WEB__PORT": str(self.port),
            "PERMANENCE_PROVIDER__ACCOUNT_SID": ACCOUNT,
            "PERMANENCE_PROVIDER__AUTH_TOKEN": TOKEN,
            "PERMANENCE_PROVIDER__PUBLIC_URL": PUBLIC_URL,
            "PERMANENCE_PROVIDER__BASE_URL": provider,
            "PERMANENCE_PROVIDER__CALLS_PER_SECOND": "100",
        }
        self.settings = Settings.model_validate(
            {"data_dir": folder / "var", "database": {"url": database_url}}
        )

    def fill(self, *federations: str) -> None:
        """Make the record book, with these federations in it."""
        self.settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        migrate.upgrade(self.settings.database_url)
        desk = open_desk(self.settings)
        for text in federations:
            import_federation(desk.engine, desk.cipher, text)
        desk.engine.dispose()

    def start(self, *module: str) -> subprocess.Popen[bytes]:
        """Start ``python -m`` with these words; it ends with the installation."""
        return self._start([sys.executable, "-m", *module])

    def start_store(self) -> subprocess.Popen[bytes]:
        """Start the embedded Valkey."""
        process = self._start(embedded.prepare(self.settings.data_dir))
        self.wait(lambda: embedded.is_up(self.settings.data_dir))
        return process

    def wait_for_web(self, path: str = "/healthz") -> None:
        """Wait until our web server answers 200 there."""
        self.wait(lambda: ports.answers(HOST, self.port, path))

    def wait(self, true: Callable[[], object]) -> None:
        """Wait until it is true, or raise :class:`NotUpError` with all logs."""
        deadline = time.monotonic() + UP_SECONDS
        while not true():
            if time.monotonic() > deadline:
                logs = sorted(self._folder.glob("*.log"))
                raise NotUpError("\n".join(log.read_text() for log in logs))
            time.sleep(0.02)

    def end(self) -> None:
        """End what was started: all are asked to, then awaited, then killed."""
        for process in self._started:
            process.terminate()
        deadline = time.monotonic() + END_SECONDS
        for process in self._started:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _start(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        kept = {name: value for name, value in os.environ.items() if "PERMANENCE" not in name}
        with (self._folder / f"{len(self._started)}.log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 # our own programs
                command, cwd=ROOT, env=kept | self.env, stdout=log, stderr=subprocess.STDOUT
            )
        self._started.append(process)
        return process


@contextmanager
def installation(
    database_url: str = "", provider: str = "http://127.0.0.1:9"
) -> Iterator[Installation]:
    """Make an installation; end what it has started, and forget it, at the end."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        made = Installation(Path(folder), database_url, provider)
        try:
            yield made
        finally:
            made.end()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
