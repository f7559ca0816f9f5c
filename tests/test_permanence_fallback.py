"""The document that is kept elsewhere for when nothing of ours answers: is it of today?"""

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from test_permanence_preflight import ACCOUNT, LINE, provider_url, said, settings

from logging_db.engine import make_engine
from permanence import preflight_fallback, static_fallback
from permanence.provider import client, own, point, webhooks
from permanence.settings import Settings
from permanence.static_fallback import Fetcher, NotFetchedError
from routing.roster import Line
from telephony import signature
from telephony.spool import Spool
from tests.permanence_kit import TOKEN

__all__ = ["provider_url", "settings"]  # fixtures


class Keeper:
    """Somebody else's server: it keeps a document, and gives it to signed requests alone."""

    def __init__(self, server: HTTPServer, certificate: Path) -> None:
        self.url = f"https://127.0.0.1:{server.server_port}/kept"
        self.certificate = str(certificate)
        self.status, self.body, self.location = 200, b"", ""

    def answer(self, asked: BaseHTTPRequestHandler) -> None:
        body = asked.rfile.read(int(asked.headers.get("Content-Length") or 0)).decode()
        url = self.url.removesuffix("/kept") + asked.path
        told = dict(parse_qsl(body))
        sid = told.get("AccountSid") or dict(parse_qsl(urlsplit(url).query)).get("AccountSid")
        good = signature.is_genuine(url, told, asked.headers[signature.HEADER] or "", (TOKEN,))
        asked.send_response(self.status if good and sid == ACCOUNT else 403)
        if self.location:
            asked.send_header("Location", self.location)
        asked.send_header("Content-Length", str(len(self.body)))
        asked.end_headers()
        asked.wfile.write(self.body)


def certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key()).serial_number(1)
        .not_valid_before(today - timedelta(days=1)).not_valid_after(today + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        ).sign(key, hashes.SHA256())
    )  # fmt: skip
    file = folder / "own.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[Keeper]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kept.answer(self)

        def do_GET(self) -> None:
            kept.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    file = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    kept = Keeper(server, file)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield kept
    server.shutdown()
    server.server_close()


def fetcher(keeper: Keeper) -> Fetcher:
    return Fetcher(ACCOUNT, TOKEN, permitted=lambda _: True, verify=keeper.certificate)


def checked(settings: Settings, keeper: Keeper) -> str:
    engine = make_engine(settings.database_url)
    (found,) = preflight_fallback.fallback(settings, engine, fetcher(keeper))
    engine.dispose()
    return str(found)


LINE_OF_TODAY = Line(
    id="0" * 32, number=LINE, name="Allo", languages=("fr",), timezone="UTC",
    caller_id="+3225550100", fallback_number=None, ring_seconds=20, max_wait_seconds=600,
    wrap_up_seconds=0, callback_when_closed=False, hours=(), closures=(),
)  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_kept_elsewhere_is_fetched_and_compared(
    settings: Settings, keeper: Keeper, method: str
):
    account = client(settings.provider)
    own(account, "+3225550100")
    point(account, LINE, webhooks("https://line.example"))
    (entry,) = account.incoming_phone_numbers.list(phone_number=LINE)
    entry.update(voice_fallback_url=keeper.url, voice_fallback_method=method)
    today = static_fallback.document(LINE_OF_TODAY, LINE)
    tree = ElementTree.fromstring(today)  # noqa: S314 # our own document
    ElementTree.indent(tree)
    for say in tree.iter("Say"):
        say.attrib = dict(reversed(say.attrib.items()))
    keeper.body = b"\n" + ElementTree.tostring(tree)
    assert keeper.body != today.encode()
    assert checked(settings, keeper) == "ok     fallback of Allo: is kept elsewhere and up to date"
    keeper.body = today.replace("112", "100").encode()
    found = checked(settings, keeper)
    assert found.startswith("FAULT  fallback of Allo: is kept elsewhere and out of date")
    assert f"permanence fallback-twiml {LINE}" in found
    keeper.status = 500
    assert checked(settings, keeper).startswith("FAULT  fallback of Allo: is kept elsewhere, and")
    assert "number of Allo: calls us" in said(settings)["number of Allo"]  # no fault of its own


def test_without_a_document_elsewhere_that_is_said_and_is_no_fault(settings: Settings):
    account = client(settings.provider)
    point(account, LINE, webhooks("https://line.example"))
    line = said(settings)["fallback of Allo"]
    assert line.startswith("ok ")
    assert "TwiML Bin" in line


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"body": b"x" * 100_000}, "far too long"),
        ({"status": 302, "location": "http://example.org/"}, "not https"),
        ({"status": 302, "location": "/kept"}, "from one address to the next"),
        ({"status": 302, "location": "https://a..b/kept"}, "is no address"),
        ({"status": 302, "location": "https://line.example:99999/kept"}, "is no address"),
        ({"status": 302, "location": "https://[1/kept"}, "is no address"),
    ],
)
def test_a_fetch_has_its_bounds(keeper: Keeper, change: dict[str, object], why: str):
    vars(keeper).update(change)
    with pytest.raises(NotFetchedError, match=why):
        fetcher(keeper).fetch(keeper.url, "GET")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.1", "[::1]", "169.254.1.1"])
def test_an_address_inside_is_not_asked(host: str):
    with pytest.raises(NotFetchedError, match="not public"):
        Fetcher(ACCOUNT, TOKEN).fetch(f"https://{host}/kept", "GET")


def test_a_document_that_is_none_is_not_the_same():
    today = static_fallback.document(LINE_OF_TODAY, LINE)
    bomb = b'<!DOCTYPE x [<!ENTITY a "b">]><Response>&a;</Response>'
    for kept in (b"", b"<html>not found</html>", bomb, b"\xff\xfe"):
        assert not static_fallback.same(kept, today)


def test_the_document_apologises_in_each_language_and_names_the_emergency_number_first():
    line = LINE_OF_TODAY.__class__(
        **(vars(LINE_OF_TODAY) | {"languages": ("fr", "nl"), "fallback_number": "+3225550199",
                                  "numbers": {"+3280035244": "nl"}})
    )  # fmt: skip
    tree = ElementTree.fromstring(static_fallback.document(line, LINE))  # noqa: S314 # ours
    spoken = [element.text or "" for element in tree]
    dial = [element.tag for element in tree].index("Dial")
    for words in ("formez le 112", "noodgevallen 112"):
        assert [words in text for text in spoken[:dial]].count(True) == 1
        assert [words in text for text in spoken[dial:]].count(True) == 1
    only = static_fallback.document(line, "+3280035244")
    assert "112" in only
    assert "fr-FR" not in only
    assert "http" not in only  # nothing in it needs us


def test_files_that_could_not_be_read_are_named(settings: Settings):
    assert "spool" not in said(settings)
    spool = Spool(settings.data_dir / "spool")
    spool.add("CA" + "1" * 32, datetime.now(UTC), "received")
    spool.put_aside("CA" + "1" * 32)
    line = said(settings)["spool"]
    assert line.startswith("FAULT  spool: 1 file(s) could not be read: CA1111")
