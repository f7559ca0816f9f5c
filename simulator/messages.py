"""Text messages: shown on the telephone, reported as sent and delivered."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.params import API_VERSION
from simulator.sids import new_sid
from simulator.transport import Request

if TYPE_CHECKING:
    from simulator.exchange import Exchange

SENT_AFTER, DELIVERED_AFTER = 1.0, 2.0


@dataclass
class Message:
    """One outbound message; ``status`` is queued, sent, delivered or undelivered."""

    from_: str
    to: str
    body: str
    created_at: datetime
    updated_at: datetime
    status_callback: str = ""
    sid: str = field(default_factory=lambda: new_sid("SM"))
    status: str = "queued"
    sent_at: datetime | None = None
    error_code: int | None = None


def send(ex: "Exchange", message: Message) -> None:
    """Send ``message``: it is on the telephone a moment later."""
    ex.messages[message.sid] = message
    ex.engine.later(SENT_AFTER, lambda: _sent(ex, message))
    ex.engine.later(DELIVERED_AFTER, lambda: _arrived(ex, message))


def _sent(ex: "Exchange", message: Message) -> None:
    message.sent_at = ex.clock.now()
    _report(ex, message, "sent")


def _arrived(ex: "Exchange", message: Message) -> None:
    phone = ex.phone(message.to)
    if phone.behaviour == "unreachable":
        message.error_code = 30003
        _report(ex, message, "undelivered")
        return
    phone.hear("SMS", message.body)
    _report(ex, message, "delivered")


def _report(ex: "Exchange", message: Message, status: str) -> None:
    message.status, message.updated_at = status, ex.clock.now()
    if not message.status_callback:
        return
    about = {
        "ApiVersion": API_VERSION,
        "AccountSid": ex.account_sid,
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "MessageStatus": status,
        "SmsStatus": status,
        "From": message.from_,
        "To": message.to,
    }
    if message.error_code is not None:
        about["ErrorCode"] = str(message.error_code)
    ex.notify(f"message:{message.sid}", Request(message.status_callback, "POST", about))
