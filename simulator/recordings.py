"""Recordings, as far as a simulator has any."""

from dataclasses import dataclass, field
from datetime import datetime

from simulator.sids import new_sid


@dataclass
class Recording:
    """What ``<Record>`` kept of one call: its length in seconds and the words spoken."""

    call_sid: str
    started_at: datetime
    sid: str = field(default_factory=lambda: new_sid("RE"))
    seconds: int = 0
    text: str = ""
