"""The web server: gunicorn with threads, set up here and nowhere else."""

import gc
import os
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.workers import gthread

from console.board_watch import Process
from permanence import ports
from permanence.keeping import Keeper
from permanence.runtime import open_desk
from permanence.settings import Settings
from permanence.web import create_wsgi

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

SHARED_MEMORY = "/dev/shm"  # noqa: S108 # gunicorn opens its heartbeat file there safely


class PlainLogger(Logger):  # type: ignore[misc] # gunicorn ships no types
    """Gunicorn's log through our pipeline; no access log, as addresses may hold numbers."""

    def setup(self, cfg: Any) -> None:
        """Add no handlers: the root logger has ours."""
        self.loglevel = 0
        self.error_log.propagate = True
        self.access_log.propagate = False
        self.access_log.disabled = True
        self.cfg = cfg


class ThreadWorker(gthread.ThreadWorker):  # type: ignore[misc]
    """Gunicorn's worker with threads; at its end no open board is waited for."""

    def handle_exit(self, sig: int, frame: object) -> None:
        """Stop in good order: what is under way is answered, and the streams end."""
        Process.ending = True
        super().handle_exit(sig, frame)

    def handle_quit(self, sig: int, frame: object) -> None:
        """Stop at once; Python itself would wait for the threads of the streams."""
        Process.ending = True
        super().handle_quit(sig, frame)


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn over our application, which each of its workers makes for itself."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Set what differs from gunicorn's defaults. Its environment variables are not read."""
        web = self._settings.web
        chosen = {
            "bind": f"[{web.host}]:{web.port}" if ":" in web.host else f"{web.host}:{web.port}",
            "worker_class": ThreadWorker,
            "workers": web.workers,
            # A live board holds a thread as long as it is open: it has one of its own.
            "threads": web.threads + self._settings.console.streams,
            "timeout": 30,
            "graceful_timeout": 5,
            "keepalive": 5,
            # Schemes and addresses that a proxy forwards decide nothing here; signatures
            # are checked against provider.public_url.
            "forwarded_allow_ips": "127.0.0.1,::1",
            "limit_request_line": 4094,
            "limit_request_fields": 60,
            "limit_request_field_size": 8190,
            "control_socket_disable": True,
            "logger_class": PlainLogger,
            "pre_fork": _share_memory,
            "worker_tmp_dir": SHARED_MEMORY if os.access(SHARED_MEMORY, os.W_OK) else None,
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> "WSGIApplication":
        """Make the applications, in the worker."""
        desk = open_desk(self._settings)
        Keeper(desk).start()
        return create_wsgi(self._settings, desk)


def _share_memory(_server: object, _worker: object) -> None:
    """Keep the collector off what is loaded: pages that it writes to are no longer shared."""
    gc.collect()
    gc.freeze()


def main(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT."""
    ports.refuse_taken(
        settings.web.host, settings.web.port, "Choose another: web.port in config.toml."
    )
    Server(settings).run()
