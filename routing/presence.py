"""What a responder is doing: one answer for every screen that shows it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

OFF_DUTY: Final = "off_duty"
FREE: Final = "free"
OFFERED: Final = "ringing"
TALKING: Final = "talking"
WRAP_UP: Final = "wrap_up"
PAUSED: Final = "paused"
SET_ASIDE: Final = "set_aside"

MISSED: Final = "missed"
"""The reason of a pause that nobody asked for: several offers were missed in a row."""


@dataclass(frozen=True)
class Offer:
    """What somebody is busy with: offered to them, or taken; since when (aware UTC)."""

    taken: bool
    since: datetime


@dataclass(frozen=True)
class Pause:
    """Somebody is not rung: why (``own``, ``coordinator``, ``missed``), since when."""

    reason: str
    since: datetime


@dataclass(frozen=True)
class Presence:
    """``state`` is one of those above; ``since`` and ``until`` where they are known.

    ``pause`` is also given for somebody who talks and will not be rung afterwards.
    """

    state: str
    since: datetime | None = None
    until: datetime | None = None
    pause: str | None = None


def presence(
    *,
    duty: bool,
    offer: Offer | None = None,
    pause: Pause | None = None,
    wrap_until: datetime | None = None,
) -> Presence:
    """Return what somebody does.

    ``duty``: they are on duty, or stand by. Whoever is busy is so on duty or not; whoever
    pauses is not rung, whether they write up or not.
    """
    why = pause.reason if pause else None
    if offer is not None:
        return Presence(TALKING if offer.taken else OFFERED, offer.since, pause=why)
    if not duty:
        return Presence(OFF_DUTY, pause=why)
    if pause is not None:
        state = SET_ASIDE if pause.reason == MISSED else PAUSED
        return Presence(state, pause.since, pause=why)
    if wrap_until is not None:
        return Presence(WRAP_UP, until=wrap_until)
    return Presence(FREE)
