"""The web server: gunicorn with threads, set up here and nowhere else."""

import gc
import os
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from permanence import ports
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
            "worker_class": "gthread",
            "workers": web.workers,
            "threads": web.threads,
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
        return create_wsgi(self._settings)


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
