"""A mail server by hand: it takes mails, or fails where it is told to."""

import ipaddress
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

FAILURES = (
    "",
    "hang at hello",  # says nothing to whoever connects
    "hang at text",  # says nothing once it has the text
    "drop at text",  # has taken the text, and closes before it says so
    "drop at recipient",
    "refuse the sender",
    "refuse the recipient",
    "refuse the recipient for now",
    "refuse the text",
    "refuse the log-in",
)


class MailServer:
    """What it has taken, what was said to it, and where it fails."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str, EmailMessage]] = []
        self.said: list[str] = []
        self.connections = 0
        self.failure = ""
        self.context: ssl.SSLContext | None = None
        self.tls_at_once = False
        self.port = 0
        self.released = threading.Event()

    def fails(self, failure: str) -> None:
        assert failure in FAILURES
        self.failure = failure


class _Session(socketserver.StreamRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        double = self.double = self.server.double
        double.connections += 1
        if double.failure == "hang at hello":
            double.released.wait(20)
            return
        if double.tls_at_once:
            self._encrypt()
        self.sender = self.to = ""
        self.encrypted = double.tls_at_once
        self._say("220 double ESMTP")
        while (line := self.rfile.readline()) and self._obey(line.decode().strip()):
            pass

    def _obey(self, line: str) -> bool:
        """Answer one command; tell whether to go on."""
        self.double.said.append(line)
        verb = line.partition(" ")[0].upper()
        if verb == "EHLO":
            self._say(*self._extensions())
        elif verb == "STARTTLS":
            self._say("220 go on")
            self._encrypt()
            self.encrypted = True
        elif verb == "AUTH":
            self._say("535 no" if self.double.failure == "refuse the log-in" else "235 welcome")
        elif verb == "MAIL":
            self.sender = line
            self._say("553 not you" if self.double.failure == "refuse the sender" else "250 ok")
        elif verb == "RCPT":
            return self._recipient(line)
        elif verb == "DATA":
            return self._text()
        else:
            self._say("221 bye" if verb == "QUIT" else "250 ok")
        return verb != "QUIT"

    def _extensions(self) -> list[str]:
        more = ["AUTH PLAIN"]
        if self.double.context is not None and not self.encrypted:
            more.append("STARTTLS")
        return [f"250-{word}" for word in ("double", *more)] + ["250 8BITMIME"]

    def _recipient(self, line: str) -> bool:
        self.to = line
        answers = {"refuse the recipient": "550 nobody", "refuse the recipient for now": "450 wait"}
        if self.double.failure == "drop at recipient":
            return False
        self._say(answers.get(self.double.failure, "250 ok"))
        return True

    def _text(self) -> bool:
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if self.double.failure == "refuse the text":
            self._say("554 no")
            return True
        message = message_from_bytes(b"".join(lines), policy=default)
        assert isinstance(message, EmailMessage)
        self.double.taken.append((self.sender, self.to, message))
        if self.double.failure == "hang at text":
            self.double.released.wait(20)
        if self.double.failure in ("hang at text", "drop at text"):
            return False
        self._say("250 taken")
        return True

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def _encrypt(self) -> None:
        assert self.double.context is not None
        self.connection = self.double.context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", 0)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    double: MailServer

    def handle_error(self, *_args: object) -> None:
        """A client that leaves in the middle is what the tests are about."""


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A server on a free port."""
    double = MailServer()
    with _Server(("127.0.0.1", 0), _Session) as server:
        server.double = double
        double.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield double
        finally:
            double.released.set()
            server.shutdown()


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A certificate for 127.0.0.1: the server's side, and the side of who trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "double")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    pem = folder / "double.pem"
    pem.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    return server, ssl.create_default_context(cafile=str(pem))
