"""The simulator as a program: a threaded server on the wall's clock."""

import signal
import threading
from collections.abc import Callable, Iterable, Mapping
from types import FrameType

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from simulator.app import create_app
from simulator.clock import RealClock
from simulator.exchange import Exchange


class QuietHandler(WSGIRequestHandler):
    """Serves without an access log: its lines would hold telephone numbers."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Write nothing."""


# As if the operator had verified the line's geographic number at the provider, so that it
# may be shown: fixed Belgian numbers, without mobile (4), 070, 078, 0800 and 090x ones.
BELGIAN_GEOGRAPHIC = r"\+32(?!4[5-9]|70|78|80|90)[1-9]\d{7}"


def make(app: Flask, port: int, host: str = "127.0.0.1") -> BaseWSGIServer:
    """Return a threaded server for ``app``, not yet serving; port 0 takes a free one."""
    return make_server(host, port, app, threaded=True, request_handler=QuietHandler)


def serve(  # noqa: PLR0913 - the settings of the program
    port: int,
    host: str = "127.0.0.1",
    *,
    account_sid: str,
    auth_token: str,
    numbers: Iterable[Mapping[str, str]] = (),
    cast: Iterable[Mapping[str, str]] = (),
    watch_url: str | None = None,
    calls_per_second: float | None = 1.0,
    speech_rate: float = 15.0,
    ready: Callable[[Exchange, str], None] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT.

    ``numbers`` are the account's numbers: ``number`` and any of ``voice_url``,
    ``voice_method``, ``voice_fallback_url``, ``status_callback``. ``ready`` is called with
    the exchange and its address once the port is open. ``OSError`` when it is taken.
    """
    exchange = Exchange(
        clock=RealClock(),
        account_sid=account_sid,
        auth_token=auth_token,
        calls_per_second=calls_per_second,
        speech_rate=speech_rate,
        verified=BELGIAN_GEOGRAPHIC,
    )
    for number in numbers:
        settings = dict(number)
        exchange.set_number(settings.pop("number"), **settings)
    server = make(create_app(exchange, watch_url, cast), port, host)
    _stop_on_signals(server)
    if ready is not None:
        ready(exchange, f"http://{host}:{server.port}")
    try:
        server.serve_forever(poll_interval=0.1)
    finally:
        server.server_close()
        exchange.close()


def _stop_on_signals(server: BaseWSGIServer) -> None:
    if threading.current_thread() is not threading.main_thread():
        return  # only the main thread may; another one stops the server itself

    def stop(_number: int, _frame: FrameType | None) -> None:
        # shutdown() waits for the serving loop, which is interrupted by this very handler
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
