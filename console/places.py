"""Addresses that come out of a request: followed only where they stay inside the console."""

from urllib.parse import urlsplit

from flask import request


def inside(address: str, otherwise: str = "/") -> str:
    r"""Return ``address`` if it is a path of ours, else ``otherwise``.

    Browsers read a backslash as a slash and drop tabs and line ends, so an address with any
    of them is none of ours: ``/\evil.example`` would leave.
    """
    parts = urlsplit(address)
    plain = address.startswith("/") and not address.startswith("//")
    if parts.scheme or parts.netloc or not plain or any(c in "\\\r\n\t" for c in address):
        return otherwise
    return address


def here() -> str:
    """Return the path and query of this request, to come back to."""
    query = request.query_string.decode("ascii", "ignore")
    return f"{request.path}?{query}" if query else request.path
