"""Whether two people met in a room, by what was told of it; any of it may be lost or late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

STARTED, ENDED = "room_started", "room_ended"
SIDES = ("caller", "responder")

ON_THE_WAY = timedelta(seconds=5)
"""Both were led into the room, and stayed on the line for longer than that: so they were in it."""


def joined(side: str) -> str:
    """Return what is told when somebody of a side has come in."""
    return f"joined_{side}"


def left(side: str) -> str:
    """Return what is told when somebody of a side has gone."""
    return f"left_{side}"


LEAVING = frozenset({ENDED, *map(left, SIDES)})


@dataclass(frozen=True)
class Told:
    """One thing that was told of a room."""

    kind: str
    at: datetime


def met(told: Sequence[Told], since: datetime, until: datetime) -> bool:
    """Tell whether both sides were in the room at once, by time where nothing else decides it.

    ``since``: when the later of the two was led in; ``until``: when the first of them left the
    line, or now.
    """
    known = surely(told)
    if known is not None:
        return known
    ends = [one.at for one in told if one.kind in LEAVING]
    return min([until, *ends]) - since > ON_THE_WAY


def surely(told: Sequence[Told]) -> bool | None:
    """Tell whether both were in the room at once; ``None`` if what was told does not decide it.

    ``told`` is in the order in which it was told. A room that has begun held two, and who left
    had come.
    """
    kinds = [one.kind for one in told]
    if STARTED in kinds:
        return True
    came = [place for side in SIDES if (place := _first(kinds, side)) is not None]
    if len(came) < len(SIDES):
        return None
    first, second = min(came), max(came)
    if not LEAVING & set(kinds[first:second]):
        return True
    # Whoever comes into a room that was left is alone in it; but when did they come?
    return None if kinds[second] in LEAVING else False


def _first(kinds: Sequence[str], side: str) -> int | None:
    return next((n for n, kind in enumerate(kinds) if kind in (joined(side), left(side))), None)
