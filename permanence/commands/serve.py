"""`permanence serve`."""

import sys
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException

import click
import structlog

from permanence import logs, ports, supervisor
from permanence.settings import Web, load

log = structlog.get_logger(__name__)


@click.command()
def command() -> None:
    """Run web, worker and sweep together, on one machine."""
    settings = load().with_provider()
    logs.set_up(settings.log, service="serve")
    ports.refuse_taken(
        settings.web.host, settings.web.port, "Choose another: web.port in config.toml."
    )
    sys.exit(supervisor.serve(settings, say_when_up(settings.web)))


def say_when_up(web: Web) -> Callable[[], bool]:
    """Return a look at the web server that says once that it answers."""

    def look() -> bool:
        up = answers(web.host, web.port)
        if up:
            log.info("Up", host=web.host, port=web.port)
        return up

    return look


def answers(host: str, port: int, path: str = "/healthz") -> bool:
    """Tell whether a web server of this machine answers 200."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 # not bound
    connection = HTTPConnection(reachable, port, timeout=0.5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (HTTPException, OSError):
        return False
    finally:
        connection.close()
