"""`permanence serve`."""

import sys
from collections.abc import Callable

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
        up = ports.answers(web.host, web.port)
        if up:
            log.info("Up", host=web.host, port=web.port)
        return up

    return look
