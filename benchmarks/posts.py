"""The provider's webhooks as bytes, signed as the provider signs them."""

import secrets
from urllib.parse import urlencode

from telephony import signature

TOKEN = "the-token-of-the-benchmarks"  # noqa: S105 # it opens nothing
ACCOUNT = "AC" + "0" * 32
PUBLIC_URL = "https://line.example"
LINE = "+3280035243"
CALLER = "+32499123456"
ORIGIN = {"City": "", "Country": "BE", "State": "", "Zip": ""}


def new_sid() -> str:
    """Return a call id that no call has had."""
    return "CA" + secrets.token_hex(16)


def parameters(sid: str, to: str = LINE, **more: str) -> dict[str, str]:
    """Return what the provider sends with every voice webhook, about two dozen values."""
    places = {
        f"{side}{name}": value
        for side in ("From", "To", "Caller", "Called")
        for name, value in ORIGIN.items()
    }
    return {
        "CallSid": sid,
        "AccountSid": ACCOUNT,
        "From": CALLER,
        "Caller": CALLER,
        "To": to,
        "Called": to,
        "CallStatus": "ringing",
        "ApiVersion": "2010-04-01",
        "Direction": "inbound",
        **places,
        **more,
    }


def post(path: str, form: dict[str, str]) -> bytes:
    """Return the whole signed HTTP request."""
    body = urlencode(form).encode()
    head = (
        f"POST {path} HTTP/1.1\r\n"
        "Host: line.example\r\n"
        "User-Agent: TwilioProxy/1.1\r\n"
        "Accept: */*\r\n"
        "Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n"
        f"Content-Length: {len(body)}\r\n"
        f"{signature.HEADER}: {signature.sign(PUBLIC_URL + path, form, TOKEN)}\r\n"
        "\r\n"
    )
    return head.encode() + body


def incoming(to: str = LINE) -> bytes:
    """Return the first webhook of a new call."""
    return post("/voice/incoming", parameters(new_sid(), to))
