"""Queues of waiting calls.

Rules: https://www.twilio.com/docs/voice/twiml/enqueue and .../queue.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.calls import Call, Step
from simulator.sids import new_sid, whole_seconds

if TYPE_CHECKING:
    from simulator.exchange import Exchange

DEFAULT_MAX, HIGHEST_MAX = 1000, 5000


@dataclass(eq=False)
class Member:
    """One waiting call. ``taken_by`` is the call that dequeued it; ``sent_to`` a REST order."""

    call: Call
    queue: "Queue"
    entered_at: datetime
    taken_by: Call | None = None
    greeting: Step | None = None  # the <Queue url> to run before the two are connected
    ready: bool = False
    left_at: datetime | None = None
    done: bool = False
    gone: bool = False

    def seconds(self, now: datetime) -> int:
        """Return how long the call has waited, or did wait, in whole seconds."""
        return whole_seconds(self.entered_at, self.left_at or now)


@dataclass(eq=False)
class Queue:
    """A queue by its friendly name, first come first served."""

    name: str
    created_at: datetime
    updated_at: datetime
    max_size: int = DEFAULT_MAX
    sid: str = field(default_factory=lambda: new_sid("QU"))
    members: list[Member] = field(default_factory=list)
    waiters: list[Call] = field(default_factory=list)  # <Dial><Queue> on an empty queue

    def average_wait(self, now: datetime) -> int:
        """Return the average wait of the present members, in whole seconds."""
        waits = [member.seconds(now) for member in self.members]
        return sum(waits) // len(waits) if waits else 0


def find(ex: "Exchange", name: str) -> Queue | None:
    """Return the queue with this friendly name."""
    return next((queue for queue in ex.queues.values() if queue.name == name), None)


def create(ex: "Exchange", name: str, max_size: int | None = None) -> Queue:
    """Make a new queue."""
    now = ex.clock.now()
    queue = Queue(name, now, now, max_size or DEFAULT_MAX)
    ex.queues[queue.sid] = queue
    return queue


def enter(ex: "Exchange", queue: Queue, call: Call) -> Member:
    """Put ``call`` at the end of ``queue``."""
    member = Member(call, queue, ex.clock.now())
    queue.members.append(member)
    call.member = member
    for waiter in queue.waiters:
        ex.engine.poke(waiter.task)
    return member


def remove(ex: "Exchange", member: Member) -> None:
    """Take ``member`` out of its queue, wherever it stands; twice does no harm."""
    if member in member.queue.members:
        member.queue.members.remove(member)
    member.left_at = member.left_at or ex.clock.now()


def take_front(ex: "Exchange", queue: Queue, by: Call, greeting: Step | None) -> Member | None:
    """Hand the front member to ``by``; ``None`` when nobody waits."""
    if not queue.members:
        return None
    member = queue.members[0]
    remove(ex, member)
    member.taken_by, member.greeting = by, greeting
    ex.engine.poke(member.call.task)
    return member
