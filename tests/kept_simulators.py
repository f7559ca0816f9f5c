"""The simulator's application, whose routes are compiled once a run and not for each test."""

from flask import Flask

from simulator.app import create_app
from simulator.exchange import Exchange

_made: list[Flask] = []


def simulator(exchange: Exchange) -> Flask:
    """Return the application, which speaks for ``exchange`` from now on: one at a time."""
    if not _made:
        _made.append(create_app(exchange))
    _made[0].config["EXCHANGE"] = exchange
    return _made[0]
