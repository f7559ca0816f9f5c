"""Mails: composed, then handed to a mail server or written into a folder."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr, parsedate_to_datetime
from pathlib import Path
from typing import Literal

from notices.channels import DeliveryError

Security = Literal["starttls", "tls", "none"]

SECONDS = 10.0
"""The longest that a mail server may take for one answer."""

MOST_FILES = 500


def compose(
    sender: str, name: str, email: str, subject: str, body: str, at: datetime, notice_id: str
) -> EmailMessage:
    """Return a plain text mail. ``sender`` is an address with or without a name.

    Its Message-ID follows from the notice's id: should it come twice, mail programs can know
    it for the same. Raises :class:`DeliveryError` for an address that cannot be one.
    """
    from_name, from_address = parseaddr(sender)
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = Address(_line(from_name), addr_spec=from_address)
        message["To"] = Address(_line(name), addr_spec=email)
    except (ValueError, MessageError, IndexError):
        raise DeliveryError("bad address", final=True) from None
    message["Subject"] = _line(subject)
    message["Date"] = format_datetime(at.astimezone(UTC))
    message["Message-ID"] = f"<{notice_id}@{domain_of(sender)}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday greetings in return
    message.set_content(body, cte="quoted-printable")
    return message


def domain_of(sender: str) -> str:
    """Return what stands behind the @ of an address."""
    return parseaddr(sender)[1].rpartition("@")[2]


def _line(text: str) -> str:
    """Return ``text`` on one line: a line break in a name would begin another header."""
    return " ".join(text.split())


@dataclass(frozen=True)
class SmtpMailer:
    """Hands mails to a mail server, one connection a mail.

    With ``starttls`` and ``tls`` nothing is said in clear and the certificate must be good.
    ``domain`` is how we introduce ourselves.
    """

    host: str
    port: int
    security: Security
    user: str
    password: str
    domain: str
    seconds: float = SECONDS
    context: ssl.SSLContext | None = None

    def send(self, message: EmailMessage) -> None:
        """Send the message; raise :class:`DeliveryError`."""
        with self._connection() as smtp:
            _hand_over(smtp, message)

    def probe(self) -> None:
        """Connect and log in, as before every mail; raise :class:`DeliveryError`."""
        with self._connection():
            pass

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        """Yield a connection, logged in. What fails before that is no message's fault."""
        try:
            smtp = self._connect()
        except OSError as error:
            raise DeliveryError(_why(error), away=True) from None
        try:
            try:
                self._log_in(smtp)
            except OSError as error:
                raise DeliveryError(_why(error), away=True) from None
            yield smtp
            with suppress(OSError):
                smtp.quit()
        finally:
            smtp.close()

    def _connect(self) -> smtplib.SMTP:
        if self.security == "tls":
            return smtplib.SMTP_SSL(
                self.host,
                self.port,
                local_hostname=self.domain,
                timeout=self.seconds,
                context=self._tls(),
            )
        # Without a name of our own the library would ask the DNS for one, and wait.
        return smtplib.SMTP(self.host, self.port, local_hostname=self.domain, timeout=self.seconds)

    def _log_in(self, smtp: smtplib.SMTP) -> None:
        if self.security == "starttls":
            smtp.starttls(context=self._tls())
        if self.user:
            smtp.login(self.user, self.password)

    def _tls(self) -> ssl.SSLContext:
        return self.context or ssl.create_default_context()


def _hand_over(smtp: smtplib.SMTP, message: EmailMessage) -> None:
    """Do one mail transaction (RFC 5321, 3.3).

    Until the text is handed over a failure is clear. After it, silence may mean either.
    """
    sender = message["From"].addresses[0].addr_spec
    to = message["To"].addresses[0].addr_spec
    try:
        smtp.ehlo_or_helo_if_needed()
        code, _ = smtp.mail(sender)
        if code != 250:
            raise DeliveryError(f"smtp {code}", away=True)  # they do not take our mail at all
        code, _ = smtp.rcpt(to)
    except OSError as error:
        raise DeliveryError(_why(error)) from None
    if code not in (250, 251):
        raise DeliveryError(f"smtp {code}", final=code >= 500)
    try:
        code, _ = smtp.data(message.as_bytes())
    except smtplib.SMTPDataError as error:
        code = error.smtp_code
    except OSError as error:
        raise DeliveryError(_why(error), unclear=True) from None
    if code != 250:
        raise DeliveryError(f"smtp {code}", final=code >= 500)


def _why(error: OSError) -> str:
    """Return what happened, without the server's words: they quote addresses."""
    code = getattr(error, "smtp_code", None)
    return f"smtp {code}" if code else type(error).__name__


@dataclass(frozen=True)
class FileMailer:
    """Writes mails into a folder, one file each, the newest :data:`MOST_FILES` kept."""

    folder: Path

    def send(self, message: EmailMessage) -> None:
        """Write the message down; raise :class:`DeliveryError`."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self.folder / _file_name(message)
            draft = path.with_suffix(".draft")
            draft.touch(mode=0o600)
            draft.write_bytes(message.as_bytes())
            draft.replace(path)
            for old in sorted(self.folder.glob("*.eml"))[:-MOST_FILES]:
                old.unlink(missing_ok=True)
        except OSError as error:
            raise DeliveryError(type(error).__name__, away=True) from None


def _file_name(message: EmailMessage) -> str:
    at = parsedate_to_datetime(str(message["Date"]))
    notice_id = str(message["Message-ID"]).strip("<>").partition("@")[0]
    return f"{at:%Y%m%dT%H%M%S}-{notice_id}.eml"
