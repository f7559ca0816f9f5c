"""The document that somebody keeps elsewhere, for when nothing of ours answers.

It is static: who is on duty cannot be known in it. It apologises, names the emergency number and
connects with the line's fallback number; and it can be out of date, which `check` finds out.
"""

import ipaddress
import socket
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit
from xml.etree import ElementTree

import requests
from defusedxml.ElementTree import fromstring

from permanence.provider import Webhooks
from routing.roster import Line
from telephony import apology, paths, signature, twiml

MOST_BYTES = 64 * 1024
SECONDS = 8.0
HOPS = 3

FALLBACK_KEYS = ("voice_fallback_url", "voice_fallback_method")


class NotFetchedError(Exception):
    """The document cannot be had; the message says why, without an address."""


def document(line: Line, number: str) -> str:
    """Return the document for a number of the line, as it should be kept today."""
    only = line.numbers.get(number)
    return twiml.render(apology.sorry(line, (only,) if only else line.languages))


def kept_elsewhere(found: Any) -> bool:
    """Tell whether a number's fallback at the provider is a document that somebody keeps."""
    try:
        address = urlsplit(found.voice_fallback_url or "")
    except ValueError:  # no address at all
        return False
    return address.scheme == "https" and not address.path.endswith(paths.FALLBACK)


def wanted_for(found: Any, wanted: Webhooks) -> dict[str, str]:
    """Return what a number's addresses should be; a fallback kept elsewhere stays."""
    keys = asdict(wanted)
    if kept_elsewhere(found):
        keys = {key: value for key, value in keys.items() if key not in FALLBACK_KEYS}
    return keys


def same(kept: bytes, wanted: str) -> bool:
    """Tell whether two documents are one: white space and the order of attributes do not count."""
    try:
        return _canonical(kept) == _canonical(wanted.encode())
    except ValueError:  # what defusedxml raises, too
        return False
    except ElementTree.ParseError:
        return False


def _canonical(text: bytes) -> str:
    tree = fromstring(text.strip(), forbid_dtd=True)
    for element in tree.iter():
        element.text = " ".join((element.text or "").split())
        element.tail = ""
    return ElementTree.canonicalize(ElementTree.tostring(tree))


def is_public(address: str) -> bool:
    """Tell whether an address is one of the open Internet."""
    return ipaddress.ip_address(address).is_global


@dataclass(frozen=True)
class Fetcher:
    """Fetches a document as the provider does: signed, over https, from the open Internet.

    A TwiML Bin gives its document to signed requests alone:
    https://www.twilio.com/docs/serverless/twiml-bins/testing/programmatic
    """

    account_sid: str
    token: str
    permitted: Callable[[str], bool] = is_public
    verify: str | bool = True

    def fetch(self, url: str, method: str) -> bytes:
        """Return the document; raise :class:`NotFetchedError`."""
        until = time.monotonic() + SECONDS
        for _ in range(HOPS):
            self._check(url)
            try:
                with self._ask(url, method, until) as answer:
                    if not answer.is_redirect:
                        return _body(answer, until)
                    url = urljoin(url, answer.headers["Location"])
            except requests.RequestException as error:
                raise NotFetchedError(f"it cannot be reached ({type(error).__name__})") from None
            except ValueError:
                raise NotFetchedError("it leads to what is no address") from None
            method = "GET"
        raise NotFetchedError("it leads from one address to the next")

    def _check(self, url: str) -> None:
        try:
            address = urlsplit(url)
            host, port = address.hostname, address.port or 443
            if address.scheme != "https" or not host:
                raise NotFetchedError("it leads to an address that is not https")
            found = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)
        except OSError:
            raise NotFetchedError("its host is not known") from None
        except ValueError:  # what a strange port, bracket or label comes to
            raise NotFetchedError("it leads to what is no address") from None
        if not all(self.permitted(str(where[4][0])) for where in found):
            raise NotFetchedError("it leads to an address that is not public")

    def _ask(self, url: str, method: str, until: float) -> requests.Response:
        about = {"AccountSid": self.account_sid}
        if method.upper() == "GET":
            url += ("&" if urlsplit(url).query else "?") + urlencode(about)
            about = {}
        signed = {signature.HEADER: signature.sign(url, about, self.token)}
        left = max(0.1, min(4.0, until - time.monotonic()))
        return requests.request(
            method, url, data=about, headers=signed, timeout=left, allow_redirects=False,
            stream=True, verify=self.verify,
        )  # fmt: skip


def _body(answer: requests.Response, until: float) -> bytes:
    if answer.status_code != requests.codes.ok:
        raise NotFetchedError(f"it answers HTTP {answer.status_code}")
    body = b""
    for chunk in answer.iter_content(4096):
        body += chunk
        if len(body) > MOST_BYTES:
            raise NotFetchedError("it is far too long")
        if time.monotonic() > until:
            raise NotFetchedError("it takes too long")
    return body
