"""What sending needs of the world outside: something that takes mails, something that texts."""

from email.message import EmailMessage
from typing import Protocol


class DeliveryError(Exception):
    """A message was not taken, or nobody knows.

    ``code`` says why, without address and number. ``unclear``: it may have been taken all
    the same. ``final``: it never will be. ``away``: nothing can be sent at the moment, this
    message or another; its own attempts are not used up.
    """

    def __init__(
        self, code: str, *, unclear: bool = False, final: bool = False, away: bool = False
    ) -> None:
        super().__init__(code)
        self.code = code
        self.unclear = unclear
        self.final = final
        self.away = away


class Mailer(Protocol):
    """Takes mails."""

    def send(self, message: EmailMessage) -> None:
        """Send the message to whom its To names; raise :class:`DeliveryError`."""


class Texter(Protocol):
    """Sends text messages."""

    def send(self, to: str, sender: str, text: str) -> None:
        """Send ``text``, showing the number ``sender``; raise :class:`DeliveryError`."""
