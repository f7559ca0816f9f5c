"""Telling people: a thread of the sweep's process, so that no mail server can delay a call.

A thread and not a process of its own: it waits nearly all of its time, and a process would
take fifty megabytes for that. Every sweep has one; the outbox is claimed row by row.
"""

import threading
from collections.abc import Callable

import structlog

from notices.mail import FileMailer, SmtpMailer, domain_of
from notices.noticing import look_ahead
from notices.sending import Post, send_due
from permanence import places
from permanence.settings import Settings
from telephony.desk import Desk
from telephony.texter import TwilioTexter

log = structlog.get_logger(__name__)

EVERY_SECONDS = 1.0
LOOK_EVERY = 60
"""Rounds from one look ahead to the next."""

LAST_SECONDS = 3.0
"""How long the message at hand is waited for at the end."""


def open_mailer(settings: Settings) -> SmtpMailer | FileMailer:
    """Return what takes our mails: the server of the settings, or a folder."""
    mail = settings.mail
    if not mail.smtp_host:
        return FileMailer(places.mail_folder(settings.data_dir))
    return SmtpMailer(
        host=mail.smtp_host,
        port=mail.smtp_port,
        security=mail.smtp_security,
        user=mail.smtp_user,
        password=mail.smtp_password.get_secret_value(),
        domain=domain_of(mail.sender),
    )


def open_post(settings: Settings, desk: Desk) -> Post:
    """Return what telling people needs, over the desk's own database and rosters."""
    provider = settings.provider
    texter = TwilioTexter(
        provider.account_sid, provider.auth_token.get_secret_value(), provider.base_url
    )
    return Post(
        engine=desk.engine,
        clock=desk.clock,
        cipher=desk.cipher,
        mailer=open_mailer(settings),
        sender=settings.mail.sender,
        console=settings.console.public_url or provider.public_url,
        texter=texter if settings.mail.sms else None,
        rosters=desk.rosters,
    )


class Teller(threading.Thread):
    """Looks ahead once a minute and sends what is due once a second, until it is stopped.

    An error costs one round. A daemon: a message that hangs does not keep us from ending;
    what became of it is settled from its row.
    """

    def __init__(self, post: Post, every: float = EVERY_SECONDS) -> None:
        super().__init__(name="teller", daemon=True)
        self._post = post
        self._every = every
        self._stopping = threading.Event()

    def run(self) -> None:
        """Go round until stopped."""
        count = 0
        while not self._stopping.is_set():
            if count % LOOK_EVERY == 0:
                self._try(lambda: look_ahead(self._post))
            self._try(lambda: send_due(self._post, self._stopping.is_set))
            count += 1
            self._stopping.wait(self._every)

    def _try(self, do: Callable[[], object]) -> None:
        try:
            do()
        except Exception:
            log.exception("telling_failed")

    def stop(self) -> None:
        """Stop after the message at hand; wait a little for it."""
        self._stopping.set()
        self.join(LAST_SECONDS)
