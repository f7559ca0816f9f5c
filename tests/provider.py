"""The provider as a test client: signed form posts, and what the answer says."""

from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree

from flask import Flask
from werkzeug.test import TestResponse

from telephony import signature
from telephony.desk import Desk
from telephony.webhooks import voice

LINE = "+3280035243"
CALLER = "+32499123456"
SID = "CA" + "1" * 32
ACCOUNT = "AC" + "0" * 32


def params(**more: Any) -> dict[str, str]:
    """The parameters of a voice request for an incoming call."""
    common = {
        "CallSid": SID,
        "AccountSid": ACCOUNT,
        "From": CALLER,
        "To": LINE,
        "CallStatus": "ringing",
        "ApiVersion": "2010-04-01",
        "Direction": "inbound",
        "CallerCity": "",
    }
    return common | {key: str(value) for key, value in more.items() if value is not None}


@cache
def telephone() -> Flask:
    """The one application with the webhooks: to compile its routes takes as long as a test."""
    app = Flask("test")
    app.register_blueprint(voice)
    return app


class Provider:
    """Posts webhooks to the application as the provider would; ``desk`` stands behind it."""

    def __init__(self, app: Flask, desk: Desk) -> None:
        self.client = app.test_client()
        self.desk = desk

    def post(self, path: str, token: str | None = None, **more: Any) -> TestResponse:
        """Post a signed webhook to a path (with its query) under the public address."""
        form = params(**more)
        url = self.desk.public_url + path
        signed = signature.sign(url, form, token or self.desk.tokens[0])
        return self.raw(path, urlencode(form), signed)

    def raw(
        self,
        path: str,
        body: str | bytes,
        signed: str | None,
        content_type: str = "application/x-www-form-urlencoded",
    ) -> TestResponse:
        """Post any body with any signature; the path reaches the application undecoded."""
        self.client.application.extensions["desk"] = self.desk
        headers = {} if signed is None else {signature.HEADER: signed}
        return self.client.post(
            path,
            data=body,
            headers=headers,
            content_type=content_type,
            environ_overrides={"RAW_URI": path, "REQUEST_URI": path},
        )

    def follow(self, response: TestResponse, verb: str, attribute: str = "action", **more: Any):
        """Post to the address that stands in the answer, as the provider goes on."""
        element = document(response).find(f".//{verb}")
        assert element is not None, response.text
        target = element.text if verb == "Redirect" else element.get(attribute)
        parts = urlsplit(target or "")
        return self.post(parts.path + (f"?{parts.query}" if parts.query else ""), **more)


def document(response: TestResponse) -> ElementTree.Element:
    assert response.status_code == 200, response.text
    assert response.mimetype == "text/xml"
    return ElementTree.fromstring(response.data)  # noqa: S314 # our own answer


def said(response: TestResponse) -> str:
    return "\n".join(element.text or "" for element in document(response).iter("Say"))


def verbs(response: TestResponse) -> list[str]:
    return [element.tag for element in document(response)]
