"""What all resources share: who may ask, how errors and pages look, misbehaviour on order.

Shapes: https://www.twilio.com/docs/usage/twilios-response and .../requests-to-twilio.
"""

import hmac
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, current_app, g, jsonify, request
from werkzeug.exceptions import HTTPException

from simulator.exchange import Exchange
from simulator.faults import Fault

BASE = "/2010-04-01/Accounts/<account>"
MOST_PER_PAGE = 1000
Json = dict[str, Any]
T = TypeVar("T")

api = Blueprint("rest", __name__)


class RestError(Exception):
    """A refusal in the provider's form: HTTP ``status``, error ``code``, a sentence."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def exchange() -> Exchange:
    """Return the exchange that this application speaks for."""
    found: Exchange = current_app.config["EXCHANGE"]
    return found


def not_found() -> RestError:
    """Return the refusal of an unknown resource."""
    return RestError(404, 20404, f"The requested resource {request.path} was not found")


def invalid(name: str) -> RestError:
    """Return the refusal of a parameter the provider does not understand."""
    return RestError(400, 20001, f"Parameter {name} is invalid")


def flag(name: str) -> bool | None:
    """Return a true/false form field, ``None`` when it was not sent."""
    text = request.form.get(name)
    if text is None:
        return None
    if text.lower() not in ("true", "false"):
        raise invalid(name)
    return text.lower() == "true"


def whole(name: str, default: int | None, low: int, high: int) -> int | None:
    """Return an integer form field between ``low`` and ``high``."""
    text = request.form.get(name)
    if text is None or not text:
        return default
    if not text.isdigit() or not low <= int(text) <= high:
        raise invalid(name)
    return int(text)


def method(name: str, default: str = "POST") -> str:
    """Return an HTTP method form field."""
    text = request.form.get(name, default).upper()
    if text not in ("GET", "POST"):
        raise invalid(name)
    return text


def address(name: str, code: int = 21205) -> str:
    """Return an absolute http(s) form field, empty when not sent; refused with ``code``."""
    text = request.form.get(name, "").strip()
    if text:
        parts = urlsplit(text)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise RestError(400, code, f"{name} is not a valid URL: {text}")
    return text


def page(key: str, items: Iterable[T], show: Callable[[T], Json]) -> Response:
    """Return one page of ``items`` in the provider's envelope."""
    size, number = _asked("PageSize", 50), _asked("Page", 0)
    size = max(1, min(size, MOST_PER_PAGE))
    every = list(items)
    start = number * size
    part = every[start : start + size]
    last = max(0, (len(every) - 1) // size)
    return jsonify(
        {
            key: [show(item) for item in part],
            "page": number,
            "page_size": size,
            "start": start,
            "end": start + max(0, len(part) - 1),
            "uri": _page_uri(number, size),
            "first_page_uri": _page_uri(0, size),
            "next_page_uri": _page_uri(number + 1, size) if number < last else None,
            "previous_page_uri": _page_uri(number - 1, size) if number > 0 else None,
        }
    )


def _asked(name: str, default: int) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isdigit() else default


def _page_uri(number: int, size: int) -> str:
    kept = [
        (name, value)
        for name, value in request.args.items(multi=True)
        if name not in ("Page", "PageSize", "PageToken")
    ]
    return f"{request.path}?{urlencode([*kept, ('PageSize', size), ('Page', number)])}"


@api.before_request
def check_caller() -> Response | None:
    """Let in who knows the account's token, and misbehave when told to."""
    ex = exchange()
    given = request.authorization
    right = (
        given is not None
        and given.type == "basic"
        and hmac.compare_digest((given.username or "").encode(), ex.account_sid.encode())
        and hmac.compare_digest((given.password or "").encode(), ex.auth_token.encode())
    )
    if not right:
        return error_response(401, 20003, "Authenticate")
    fault = ex.faults.take(request.method, _resource())
    if fault is None:
        return None
    if fault.after_doing:
        g.fault = fault
        return None
    return _misbehave(fault)


@api.after_request
def misbehave_after(response: Response) -> Response:
    """Carry out an ``after_doing`` fault: the thing is done, the answer says it is not."""
    fault: Fault | None = g.pop("fault", None)
    return response if fault is None else _misbehave(fault)


def _resource() -> str:
    account, _, rest = request.path.removeprefix("/2010-04-01/Accounts/").partition("/")
    return (rest or account).removesuffix(".json")


def _misbehave(fault: Fault) -> Response:
    time.sleep(fault.delay)
    if fault.lie:
        return _know_nothing()
    if fault.status is None:
        drop_connection(request.environ)
        return Response(status=500)
    return error_response(fault.status, fault.code, "Ordered to fail")


def _know_nothing() -> Response:
    """Answer a list as if it were empty, and say of anything else that there is none."""
    name = _resource()
    if "/" in name:
        return refuse(not_found())
    return page(name.lower(), (), lambda _: {})


def drop_connection(environ: Mapping[str, Any]) -> None:
    """Close the client's connection without a word; needs the simulator's own server."""
    wire = environ.get("werkzeug.socket")
    if wire is None:
        raise ConnectionResetError("the connection is dropped, as ordered")
    wire.shutdown(socket.SHUT_RDWR)


def error_response(status: int, code: int, message: str) -> Response:
    """Return an error in the provider's JSON."""
    more = f"https://www.twilio.com/docs/errors/{code}"
    body = {"code": code, "message": message, "more_info": more, "status": status}
    response: Response = jsonify(body)
    response.status_code = status
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
    return response


@api.errorhandler(RestError)
def refuse(error: RestError) -> Response:
    """Answer a refusal."""
    return error_response(error.status, error.code, error.message)


def http_error(error: HTTPException) -> Response:
    """Answer what no resource is responsible for."""
    if error.code == 404:
        return refuse(not_found())
    code = 20004 if error.code == 405 else 20001
    return error_response(error.code or 400, code, error.description or "Bad request")
