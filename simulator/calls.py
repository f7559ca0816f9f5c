"""A call: one leg between the provider and one telephone."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.agenda import Timer
from simulator.script import Script, Task
from simulator.sids import new_sid, whole_seconds

if TYPE_CHECKING:
    from simulator.conferences import Participant
    from simulator.phones import Phone
    from simulator.queues import Member

OVER = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
EVENTS = ("initiated", "ringing", "answered", "completed")


class HungUp(Exception):  # noqa: N818 - a turn of the story, not an error
    """The call is over; thrown into its script."""


class Redirected(Exception):  # noqa: N818 - a turn of the story, not an error
    """The REST API has sent the call elsewhere; thrown into its script."""


@dataclass(frozen=True)
class Step:
    """Where a call goes next: a document's address, or a document itself (``inline``)."""

    url: str = ""
    method: str = "POST"
    extra: dict[str, str] = field(default_factory=dict)
    inline: str | None = None


@dataclass
class Progress:
    """Who is told of a call's progress; ``sent`` numbers the events of this subscription."""

    url: str
    method: str = "POST"
    events: frozenset[str] = frozenset({"completed"})
    sent: int = 0


@dataclass
class Call:
    """One leg. Times are aware and in UTC; ``from_`` is ``anonymous`` when withheld."""

    account_sid: str
    from_: str
    to: str
    direction: str
    created_at: datetime
    sid: str = field(default_factory=lambda: new_sid("CA"))
    status: str = "queued"
    parent: "Call | None" = None
    number_sid: str | None = None
    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    queue_ms: int = 0
    answered_by: str | None = None
    detect: str = ""
    progress: Progress | None = None
    fallback: Step | None = None
    task: Task | None = None
    phone: "Phone | None" = None
    jar: dict[str, str] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    spoken: list[tuple[datetime, datetime, str]] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    redirect: Step | None = None
    bridge: "Call | None" = None
    ready: bool = False  # a dialled party who may now be bridged
    released: bool = False  # a dialled party whose <Dial> is over
    gone: bool = False  # a dialled party whom the REST API has taken away
    participant: "Participant | None" = None
    invitation: "Participant | None" = None  # dialled over REST into a conference
    member: "Member | None" = None
    announced: bool = False
    deleted: bool = False
    send_digits: str = ""
    time_limit: float | None = None
    opening: Callable[[], Script[None]] | None = None  # what runs once it is answered

    @property
    def over(self) -> bool:
        """Whether the call has ended, however."""
        return self.status in OVER

    @property
    def task_now(self) -> Task:
        """The task that runs this call's script; only the script itself may ask."""
        if self.task is None:
            raise RuntimeError("this call has no script yet")
        return self.task

    @property
    def duration(self) -> int:
        """Seconds between the answer and the end; 0 for a call that nobody answered."""
        return whole_seconds(self.answered_at, self.ended_at) if self.answered_at else 0

    def peers(self) -> "list[Call]":
        """Return the calls whose parties this one is talking to now."""
        if self.over:
            return []
        if self.bridge is not None:
            return [self.bridge]
        return self.participant.peers() if self.participant is not None else []
