"""The simulator as one WSGI application: REST API, telephones, and the wall that shows them."""

from collections.abc import Iterable, Mapping

from flask import Flask

from simulator import phone_api, wall
from simulator.exchange import Exchange
from simulator.rest import accounts, calls, conferences, messages, numbers, queues
from simulator.rest.common import install

# Importing the resources registers their routes; the tuple says that this is meant.
RESOURCES = (accounts, calls, conferences, messages, numbers, queues)


def create_app(
    exchange: Exchange,
    watch_url: str | None = None,
    cast: Iterable[Mapping[str, str]] | None = None,
) -> Flask:
    """Return the application that speaks for ``exchange``.

    ``cast`` presets telephones: ``number`` and any of ``name``, ``role``, ``language``,
    ``behaviour``. ``watch_url`` is shown beside the telephones.
    """
    app = Flask("simulator", static_folder=None)
    app.config["EXCHANGE"] = exchange
    for person in cast or ():
        phone = exchange.phone(person["number"])
        for name in ("name", "role", "language", "behaviour"):
            if name in person:
                setattr(phone, name, person[name])
    install(app)
    app.register_blueprint(phone_api.phones)
    app.register_blueprint(wall.make_blueprint(exchange, watch_url))
    return app
