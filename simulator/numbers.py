"""The account's incoming numbers and where their calls go."""

from dataclasses import dataclass, field
from datetime import datetime

from simulator.sids import new_sid


@dataclass
class Number:
    """One IncomingPhoneNumber; addresses are empty when not set."""

    number: str
    created_at: datetime
    updated_at: datetime
    sid: str = field(default_factory=lambda: new_sid("PN"))
    friendly_name: str = ""
    voice_url: str = ""
    voice_method: str = "POST"
    voice_fallback_url: str = ""
    voice_fallback_method: str = "POST"
    voice_application_sid: str = ""  # kept and shown; calls go by the addresses all the same
    status_callback: str = ""
    status_callback_method: str = "POST"
    sms_url: str = ""
    sms_method: str = "POST"
    sms_fallback_url: str = ""
    sms_fallback_method: str = "POST"


class NumberBook:
    """Numbers by identifier, in the order they were bought."""

    def __init__(self) -> None:
        self._numbers: dict[str, Number] = {}

    def add(self, number: Number) -> Number:
        """Keep ``number`` under its identifier."""
        self._numbers[number.sid] = number
        return number

    def all(self) -> list[Number]:
        """Return all numbers, oldest first."""
        return list(self._numbers.values())

    def get(self, sid: str) -> Number | None:
        """Return the number with this identifier."""
        return self._numbers.get(sid)

    def by_number(self, number: str) -> Number | None:
        """Return the entry of an E.164 number."""
        return next((n for n in self._numbers.values() if n.number == number), None)

    def remove(self, sid: str) -> None:
        """Give the number back."""
        self._numbers.pop(sid, None)
