"""The simulator as one WSGI application: REST API, telephones, and the wall that shows them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from simulator import phone_api, wall
from simulator.exchange import Exchange
from simulator.rest import (
    accounts,
    caller_ids,
    calls,
    common,
    conferences,
    messages,
    numbers,
    permissions,
    queues,
    recordings,
)

# Importing the resources registers their routes; the tuple says that this is meant.
RESOURCES = (
    accounts,
    caller_ids,
    calls,
    conferences,
    messages,
    numbers,
    permissions,
    queues,
    recordings,
)


class Simulator(Flask):
    """A Flask application whose log holds no telephone numbers."""

    def log_exception(self, exc_info: Any) -> None:
        """Log a failure without the address asked for: that may name a telephone."""
        self.logger.error("a request to the simulator failed", exc_info=exc_info)

    def wsgi_app(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        """Serve REST addresses without ``.json`` too, as compatible platforms do."""
        path: str = environ.get("PATH_INFO", "")
        ended = path.endswith((".json", ".wav")) or path.split("/")[-2:-1] == ["Recordings"]
        if path.startswith("/2010-04-01/") and not ended:
            environ["PATH_INFO"] = path.rstrip("/") + ".json"
        return super().wsgi_app(environ, start_response)


def create_app(
    exchange: Exchange,
    watch_url: str | None = None,
    cast: Iterable[Mapping[str, str]] | None = None,
) -> Flask:
    """Return the application that speaks for ``exchange``.

    ``cast`` presets telephones: ``number`` and any of ``name``, ``role``, ``language``,
    ``behaviour``. ``watch_url`` is shown beside the telephones.
    """
    app = Simulator("simulator", static_folder=None)
    app.config["EXCHANGE"] = exchange
    for person in cast or ():
        phone = exchange.phone(person["number"])
        for name in ("name", "role", "language", "behaviour"):
            if name in person:
                setattr(phone, name, person[name])
    app.register_blueprint(common.api)
    app.register_blueprint(phone_api.phones)
    app.register_blueprint(wall.make_blueprint(watch_url))
    app.register_error_handler(HTTPException, _http_error)
    return app


def _http_error(error: HTTPException) -> Response:
    rest = request.path.startswith("/2010-04-01/")
    return common.http_error(error) if rest else phone_api.http_error(error)
