"""The wire left out: webhooks and REST requests handed over as calls, ten times as quick.

What is left out is the network and the servers; signatures, forms, documents, the provider's
stock client and everything behind it are the real thing.
"""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from twilio.http.response import Response as RestResponse
from twilio.rest import Client as RestClient
from werkzeug.test import Client, run_wsgi_app

from simulator.transport import RETRIEVAL, Answer, Request
from telephony.dialler import TwilioDialler
from telephony.signature import HEADER, sign

Wsgi = Callable[..., Any]


class DirectWebhooks:
    """Delivers webhooks to an application in this process."""

    def __init__(self, app: Wsgi) -> None:
        self._app = app

    def __call__(self, request: Request, token: str, _jar: dict[str, str]) -> Answer:
        """Deliver one; a process that dies over it gives no answer."""
        url = request.url.partition("#")[0]
        params = dict(request.params)
        try:
            body, status, headers = run_wsgi_app(
                self._app, _environ(url, params, sign(url, params, token)), buffered=True
            )
        except Died:
            return Answer(url, error=RETRIEVAL)
        kind = headers.get("Content-Type", "")
        return Answer(url, int(status[:3]), kind, b"".join(body))


class Died(BaseException):
    """The process ended at this very point: no clean-up, no answer, no log."""


def _environ(url: str, params: dict[str, str], signature: str) -> dict[str, Any]:
    parts = urlsplit(url)
    body = urlencode(params).encode("ascii")
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": parts.path,
        "QUERY_STRING": parts.query,
        "RAW_URI": path,
        "SERVER_NAME": parts.hostname,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        f"HTTP_{HEADER.upper().replace('-', '_')}": signature,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
        "wsgi.errors": BytesIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


class DirectRest:
    """The HTTP client of the provider's stock library, over an application in this process."""

    def __init__(self, app: Wsgi) -> None:
        self._app = app

    def request(
        self,
        method: str,
        uri: str,
        params: Any = None,
        data: Any = None,
        auth: Any = None,
        **_more: Any,
    ) -> RestResponse:
        """Ask; raise as the network does where the provider drops the connection."""
        wire = _Wire()
        answer = Client(self._app).open(
            urlsplit(uri).path,
            method=method,
            query_string=params or urlsplit(uri).query,
            data=data if method == "POST" else None,
            auth=auth,
            environ_overrides={"werkzeug.socket": wire},
        )
        if wire.dropped:
            raise requests.ConnectionError("the provider dropped the connection")
        return RestResponse(answer.status_code, answer.text)


class _Wire:
    dropped = False

    def shutdown(self, _how: int) -> None:
        self.dropped = True


def direct_dialler(provider: Wsgi, account_sid: str, auth_token: str) -> TwilioDialler:
    """Return the product's dialler, whose stock client asks ``provider`` in this process."""
    dialler = TwilioDialler(account_sid, auth_token)
    for name, held in vars(dialler).items():
        if isinstance(held, RestClient):
            made = RestClient(account_sid, auth_token, http_client=DirectRest(provider))
            setattr(dialler, name, made)
    return dialler
