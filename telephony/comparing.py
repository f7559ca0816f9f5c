"""What the provider tells of a call, held against what the book says: where they differ.

Pure: rows and told calls go in, differences come out. What becomes of them is decided in
:mod:`telephony.reconciling`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row

from telephony.hook import FINAL_STATUSES

OPEN_HERE: Final = "open_here"  # a call that is over at the provider
LEG_OPEN_HERE: Final = "leg_open_here"  # the same of a call that we placed
UNKNOWN_HERE: Final = "unknown_here"  # somebody called a line and the book does not know
UNKNOWN_LEG: Final = "unknown_leg"  # a call from a line's caller id that we did not place
UNKNOWN_THERE: Final = "unknown_there"  # a call of the book that the provider does not know
STILL_THERE: Final = "still_there"  # over in the book, and goes on at the provider
OTHER_STATUS: Final = "other_status"  # one says that somebody answered, the other not
OTHER_DURATION: Final = "other_duration"

KINDS: Final = (
    UNKNOWN_HERE, OPEN_HERE, LEG_OPEN_HERE, STILL_THERE, UNKNOWN_LEG, UNKNOWN_THERE,
    OTHER_STATUS, OTHER_DURATION,
)  # fmt: skip

OPEN: Final = frozenset({OPEN_HERE, LEG_OPEN_HERE})

FOR_PEOPLE: Final = frozenset({STILL_THERE, UNKNOWN_HERE, UNKNOWN_LEG, UNKNOWN_THERE})
"""Of those that cannot be mended, what somebody should look into; the rest is for knowledge."""

LIVE_STATUSES: Final = frozenset({"queued", "initiated", "ringing", "in-progress"})

TOLERANCE_SECONDS, TOLERANCE_PART = 15.0, 0.05
"""News travels for some seconds, and in a long call both clocks run apart a little."""


@dataclass(frozen=True)
class Told:
    """A call as the provider's list tells it. The numbers stay in memory, and out of sight."""

    sid: str
    direction: str
    status: str
    to: str = field(repr=False)
    sender: str = field(repr=False)
    started: datetime | None = None
    ended: datetime | None = None
    seconds: int | None = None

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.status in FINAL_STATUSES

    @property
    def lives(self) -> bool:
        """Whether it goes on; what has an unknown status neither does nor is over."""
        return self.status in LIVE_STATUSES

    @property
    def end(self) -> datetime | None:
        """When it ended, as far as that was told."""
        if self.ended is None and self.started is not None and self.seconds is not None:
            return self.started + timedelta(seconds=self.seconds)
        return self.ended


@dataclass(frozen=True)
class Ours:
    """By which numbers a call concerns us: those of the lines, and those that they show.

    ``numbers``: the line of each, and the language that it stands for, if any. ``since``: when
    the first call of each line reached us that the book knows; before, it was another's.
    """

    numbers: Mapping[str, tuple[str, str | None]] = field(repr=False)
    shown: frozenset[str] = field(repr=False)
    since: Mapping[str, datetime] = field(default_factory=dict)

    def concerns(self, told: Told) -> bool:
        """Tell whether a call that the book does not know should stand in it."""
        if told.direction == "inbound" and told.to in self.numbers:
            return _not_before(told, self.since.get(self.numbers[told.to][0]))
        placed = told.direction == "outbound-api" and told.sender in self.shown
        return placed and _not_before(told, min(self.since.values(), default=None))


@dataclass(frozen=True)
class Difference:
    """One difference. ``work`` is the call or leg with which it is to be mended."""

    kind: str
    sid: str
    work: str
    told: Told | None = None
    call_id: str | None = None
    leg_id: str | None = None
    detail: str | None = None


def _not_before(told: Told, since: datetime | None) -> bool:
    return since is None or told.started is None or told.started >= since.replace(microsecond=0)


def of_call(row: Row[Any], told: Told) -> Difference | None:
    """Compare a call of the book."""

    def difference(kind: str, detail: str) -> Difference:
        return Difference(kind, told.sid, row.id, told, call_id=row.id, detail=detail)

    if row.ended_at is None:
        return difference(OPEN_HERE, told.status) if told.over else None
    if not told.over:
        return difference(STILL_THERE, told.status) if told.lives else None
    if row.outcome == "answered" and told.status != "completed":
        return difference(OTHER_STATUS, f"{row.outcome}/{told.status}")
    here = (row.ended_at - row.received_at).total_seconds()
    there = _span(told)
    return difference(OTHER_DURATION, _pair(here, there)) if _apart(here, there) else None


def of_leg(row: Row[Any], told: Told) -> Difference | None:
    """Compare a call that we placed; ``row`` has the ``call_id`` of its offer beside."""

    def difference(kind: str, detail: str) -> Difference:
        work = row.call_id or row.id
        return Difference(kind, told.sid, work, told, row.call_id, row.id, detail)

    if row.ended_at is None:
        return difference(LEG_OPEN_HERE, told.status) if told.over else None
    if not told.over:
        return difference(STILL_THERE, told.status) if told.lives else None
    reached = row.answered_at is not None or row.ending == "completed"
    there = float(told.seconds or 0)
    if reached != (told.status == "completed"):
        if row.ending == "canceled" and there <= TOLERANCE_SECONDS:
            return None  # picked up in the moment in which we let go
        return difference(OTHER_STATUS, f"{row.ending}/{told.status}")
    if row.answered_at is None or told.seconds is None:
        return None
    here = (row.ended_at - row.answered_at).total_seconds()
    return difference(OTHER_DURATION, _pair(here, there)) if _apart(here, there) else None


def unknown(ours: Ours, told: Told) -> Difference | None:
    """Tell of a call that the book does not know, once it is over and if it concerns us."""
    if not told.over or not ours.concerns(told):
        return None
    kind = UNKNOWN_HERE if told.direction == "inbound" else UNKNOWN_LEG
    return Difference(kind, told.sid, told.sid, told, detail=told.status)


def outcome(told: Told) -> str:
    """Return how a call ended that never reached us: given up by the caller, or failed.

    However long it lasted, nobody of ours answered: what was heard were the provider's own
    words, or the document that it keeps for when we are away.
    """
    gave_up = told.status in ("canceled", "no-answer", "busy")
    return "abandoned" if gave_up and not told.seconds else "failed"


def _span(told: Told) -> float | None:
    if told.started is not None and told.end is not None and told.end >= told.started:
        return (told.end - told.started).total_seconds()
    return None if told.seconds is None else float(told.seconds)


def _apart(here: float, there: float | None) -> bool:
    if there is None:
        return False
    return abs(here - there) > max(TOLERANCE_SECONDS, TOLERANCE_PART * max(here, there))


def _pair(here: float, there: float | None) -> str:
    """Write two durations, ours first, in whole seconds."""
    return f"{here:.0f}/{there or 0:.0f}"
