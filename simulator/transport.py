"""One webhook over HTTP, within the provider's limits.

Signature: https://www.twilio.com/docs/usage/security. The exact bytes of the address matter
for it, so the standard library's plain client sends them rather than one that tidies up.
"""

import http.client
import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from urllib.parse import SplitResult, quote, unquote, urlencode, urljoin, urlsplit
from uuid import uuid4

from simulator.limits import Limits, limits_of
from telephony.signature import HEADER, sign

MAX_REDIRECTS = 10
MAX_BODY = 16 * 1024 * 1024
SAFE = "%/:=&?~#+!$,;'@()*[]|"  # what stands in an address as it is; the rest is quoted
INVALID_URL, RETRIEVAL, CONNECTION, HOST = 11100, 11200, 11205, 11210
REDIRECTS, TLS = 11215, 11220


@dataclass(frozen=True)
class Request:
    """What to send: form parameters to ``url``, in the body (POST) or the query (GET)."""

    url: str
    method: str = "POST"
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What came back; ``error`` is the provider's code when it cannot be used at all."""

    url: str
    status: int | None = None
    content_type: str = ""
    body: bytes = b""
    error: int | None = None


class _DeliveryError(Exception):
    def __init__(self, code: int, kind: str) -> None:
        super().__init__(code)
        self.code = code
        self.kind = kind


def deliver(request: Request, token: str, jar: dict[str, str]) -> Answer:
    """Send ``request``, signed with ``token``; never raises, see ``Answer.error``.

    ``jar`` holds the cookies of one call and is updated.
    """
    address, _, fragment = request.url.partition("#")
    limits = limits_of(fragment)
    deadline = time.monotonic() + limits.total
    answer = Answer(address, error=RETRIEVAL)
    for attempt in range(limits.retries + 1):
        try:
            answer = _Attempt(request, token, jar, limits, deadline, attempt).follow(address)
            kind = f"{(answer.status or 0) // 100}xx"
        except _DeliveryError as error:
            answer, kind = Answer(address, error=error.code), error.kind
        again = kind not in ("2xx", "3xx") and limits.policy & {kind, "all"}
        if not again or time.monotonic() >= deadline:
            break
    return answer


def signed_url(url: str) -> str:
    """Return ``url`` as the provider signs it: over HTTPS without userinfo and port."""
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.hostname is None:
        return url
    host = parts.netloc.rpartition("@")[2].removesuffix(f":{parts.port}")
    before, _, after = url.partition(parts.netloc)
    return before + host + after


@dataclass
class _Attempt:
    request: Request
    token: str
    jar: dict[str, str]
    limits: Limits
    deadline: float
    number: int

    def follow(self, url: str) -> Answer:
        method, params = self.request.method.upper(), dict(self.request.params)
        for _ in range(MAX_REDIRECTS + 1):
            answer, location = self._once(url, method, params)
            if location is None:
                return answer
            url = urljoin(url, location).partition("#")[0]
            if method == "GET" or answer.status in (301, 302, 303):
                method, params = "GET", {}  # as browsers do: the body is lost
        raise _DeliveryError(REDIRECTS, "3xx")

    def _once(self, url: str, method: str, params: dict[str, str]) -> tuple[Answer, str | None]:
        url = quote(url, safe=SAFE)
        parts = _split(url)
        body = None
        if method == "GET":
            url = _with_query(url, params)
            signature = sign(signed_url(url), {}, self.token)
        else:
            body = urlencode(params).encode("ascii")
            signature = sign(signed_url(url), params, self.token)
        headers = self._headers(parts, signature, body)
        connection = self._connect(parts)
        try:
            response, content = self._talk(connection, method, url, body, headers)
        except (OSError, http.client.HTTPException):
            raise _DeliveryError(RETRIEVAL, "rt") from None
        finally:
            connection.close()
        self._keep_cookies(response)
        answer = Answer(url, response.status, response.getheader("Content-Type", ""), content)
        moved = response.status in (301, 302, 303, 307, 308)
        return answer, (response.getheader("Location") or None) if moved else None

    def _headers(self, parts: SplitResult, signature: str, body: bytes | None) -> dict[str, str]:
        headers = {
            "Accept": "*/*",
            "User-Agent": "TwilioProxy/1.1",
            "X-Home-Region": "us1",
            HEADER: signature,
        }
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        if parts.username is not None:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            headers["Authorization"] = "Basic " + b64encode(pair.encode()).decode()
        if self.jar:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        if self.number:
            headers["I-Twilio-Idempotency-Token"] = str(uuid4())
        return headers

    def _connect(self, parts: SplitResult) -> http.client.HTTPConnection:
        timeout = max(0.001, min(self.limits.connect, self.deadline - time.monotonic()))
        host = parts.hostname or ""
        connection = http.client.HTTPConnection(host, parts.port, timeout=timeout)
        if parts.scheme == "https":
            context = ssl.create_default_context()
            connection = http.client.HTTPSConnection(
                host, parts.port, timeout=timeout, context=context
            )
        try:
            connection.connect()
        except ssl.SSLError:
            raise _DeliveryError(TLS, "ct") from None
        except socket.gaierror:
            raise _DeliveryError(HOST, "ct") from None
        except (OSError, UnicodeError):
            raise _DeliveryError(CONNECTION, "ct") from None
        return connection

    def _talk(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        url: str,
        body: bytes | None,
        headers: dict[str, str],
    ) -> tuple[http.client.HTTPResponse, bytes]:
        self._hurry(connection)
        query = "".join(url.partition("?")[1:])
        connection.request(method, (urlsplit(url).path or "/") + query, body, headers)
        response = connection.getresponse()
        content = b""
        while chunk := response.read1(65_536):
            content += chunk
            if len(content) > MAX_BODY:
                raise http.client.HTTPException("the answer is too long")
            self._hurry(connection)  # a dribbling server gets no longer either
        return response, content

    def _hurry(self, connection: http.client.HTTPConnection) -> None:
        left = min(self.limits.read, self.deadline - time.monotonic())
        if left <= 0:
            raise TimeoutError
        if connection.sock is not None:
            connection.sock.settimeout(left)

    def _keep_cookies(self, response: http.client.HTTPResponse) -> None:
        for line in response.headers.get_all("Set-Cookie") or []:
            try:
                cookies = SimpleCookie(line)
            except CookieError:
                continue
            self.jar.update({name: morsel.value for name, morsel in cookies.items()})


def _with_query(url: str, params: dict[str, str]) -> str:
    if not params:
        return url
    joint = "" if url.endswith(("?", "&")) else "&" if "?" in url else "?"
    return url + joint + urlencode(params)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise _DeliveryError(INVALID_URL, "url") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _DeliveryError(INVALID_URL, "url")
    if "_" in parts.hostname:  # the provider refuses such host names
        raise _DeliveryError(HOST, "url")
    return parts
