"""What the provider told us, parsed: one value a webhook.

Contract: https://www.twilio.com/docs/voice/twiml (request parameters). Unknown parameters
are accepted and ignored: new ones appear without notice.
"""

import re
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from callbacks import numbers

FINAL_STATUSES = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
SID = re.compile(r"CA[0-9a-fA-F]{32}")
LONGEST_VALUE = 256


class SenselessError(Exception):
    """A signed webhook that cannot be understood; the message says what is wrong."""


@dataclass(frozen=True)
class Hook:
    """One request of the provider.

    ``sender`` is whatever stands for the caller's number: keep it nowhere. ``digits`` is
    ``None`` when no key was pressed.
    """

    sid: str
    status: str
    direction: str
    to: str
    sender: str
    digits: str | None
    finished_on_key: str | None
    error_code: str | None
    queue_result: str | None
    dial_status: str | None = None
    dial_bridged: str | None = None
    dial_duration: str | None = None

    @property
    def was_answered(self) -> bool:
        """Tell whether somebody answered whom a ``<Dial>`` rang, and was connected."""
        return self.dial_status == "completed" and self.dial_bridged != "false"

    @property
    def dial_seconds(self) -> int:
        """How long whoever a ``<Dial>`` rang was on the telephone."""
        given = self.dial_duration or ""
        return int(given) if given.isascii() and given.isdigit() else 0

    @property
    def is_final(self) -> bool:
        """Tell whether the provider says that the call is over."""
        return self.status in FINAL_STATUSES

    @property
    def own_number(self) -> str | None:
        """The number the caller calls from, if it may be rung back."""
        return numbers.dialable(self.sender)


def _one(form: MultiDict[str, str], name: str) -> str | None:
    values = set(form.getlist(name))
    if len(values) > 1:
        raise SenselessError(f"{name} came with several values")
    value = values.pop() if values else None
    if value is not None and len(value) > LONGEST_VALUE:
        raise SenselessError(f"{name} is longer than {LONGEST_VALUE} characters")
    return value


def parse(form: MultiDict[str, str]) -> Hook:
    """Return the request as a value; raise :class:`SenselessError` if it has no sense."""
    sid = _one(form, "CallSid") or ""
    if not SID.fullmatch(sid):
        raise SenselessError("CallSid is missing or malformed")
    return Hook(
        sid=sid,
        status=(_one(form, "CallStatus") or "").lower(),
        direction=(_one(form, "Direction") or "").lower(),
        to=_one(form, "To") or "",
        sender=_one(form, "From") or "",
        digits=_one(form, "Digits") or None,
        finished_on_key=_one(form, "FinishedOnKey"),
        error_code=_one(form, "ErrorCode"),
        queue_result=_one(form, "QueueResult"),
        dial_status=_one(form, "DialCallStatus"),
        dial_bridged=_one(form, "DialBridged"),
        dial_duration=_one(form, "DialCallDuration"),
    )
