"""Matching waiting work to free responders: one pure function.

Calls and due callbacks wait; responders on duty are free. In order of arrival, every piece
of work is given one responder before any is given a second, so that the first in the line
does not take everybody; then up to :data:`RING_AT_ONCE` ring for the same caller.

The first round is a bipartite matching by augmenting paths (Kuhn 1955), run in order of
arrival: nobody who was matched earlier is ever left out in favour of somebody later, and a
bilingual responder is moved aside when that lets one more caller be served. Among those
who can take the work, who has been idle longest comes first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

RING_AT_ONCE = 3
"""How many people ring for one caller at the same time."""

REST = timedelta(seconds=30)
"""How long a responder who missed or declined a piece of work is not rung for it again."""


@dataclass(frozen=True)
class Work:
    """Somebody who waits: a call, or a callback that is due.

    ``offered`` maps the responders who have been rung for it to when that was last over
    (aware UTC); ``ringing`` counts the offers that are open now.
    """

    id: str
    language: str
    arrived: datetime
    is_call: bool = True
    ringing: int = 0
    offered: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Free:
    """A responder on duty who is free. ``idle_since`` is ``None`` for one not yet rung."""

    id: str
    languages: tuple[str, ...]
    order: int
    idle_since: datetime | None = None


@dataclass(frozen=True)
class Match:
    """Ring ``responder_id`` for ``work_id``."""

    work_id: str
    responder_id: str


def match(
    work: Sequence[Work],
    free: Sequence[Free],
    at: datetime,
    ring_at_once: int = RING_AT_ONCE,
) -> list[Match]:
    """Return who is to be rung for whom at ``at``, in the order in which to ring.

    Live calls come before callbacks, each in order of arrival. Nobody is given twice. A
    responder who was rung for a piece of work comes again for it only after
    :data:`REST`, and only after those who were not.
    """
    queue = sorted(work, key=lambda w: (not w.is_call, w.arrived, w.id))
    choices = {item.id: _choices(item, free, at) for item in queue}
    unserved = [item for item in queue if item.ringing == 0]
    holder = _assign(unserved, choices)
    served = {work_id: responder for responder, work_id in holder.items()}
    matches = [Match(item.id, served[item.id]) for item in unserved if item.id in served]
    return matches + _ring_more(queue, choices, matches, ring_at_once)


def _choices(work: Work, free: Sequence[Free], at: datetime) -> list[str]:
    """Return the ids of those who may be rung for ``work``, the best first."""
    able = [
        person
        for person in free
        if work.language in person.languages
        and (person.id not in work.offered or at - work.offered[person.id] >= REST)
    ]
    never = datetime.min.replace(tzinfo=at.tzinfo)
    able.sort(
        key=lambda p: (
            work.offered.get(p.id, never),
            p.idle_since or never,
            p.order,
        )
    )
    return [person.id for person in able]


def _assign(queue: Sequence[Work], choices: Mapping[str, list[str]]) -> dict[str, str]:
    """Return responder → work, giving each piece of work at most one responder."""
    holder: dict[str, str] = {}
    for item in queue:
        path = _augment(item.id, choices, holder)
        holder.update(path)
    return holder


def _augment(
    work_id: str, choices: Mapping[str, list[str]], holder: Mapping[str, str]
) -> dict[str, str]:
    """Return the changes of ``holder`` that serve ``work_id`` too; empty if there are none.

    Breadth first, so that as few others as possible are moved.
    """
    came_from: dict[str, str] = {}  # responder → the work that reached out for them
    frontier = [work_id]
    while frontier:
        reached: list[str] = []
        for current in frontier:
            for responder in choices[current]:
                if responder in came_from:
                    continue
                came_from[responder] = current
                if responder not in holder:
                    return _trace(responder, work_id, came_from, holder)
                reached.append(holder[responder])
        frontier = reached
    return {}


def _trace(
    responder: str, root: str, came_from: Mapping[str, str], holder: Mapping[str, str]
) -> dict[str, str]:
    """Walk the path back from a free ``responder`` to ``root`` and return its new pairs."""
    held_by = {work: person for person, work in holder.items()}
    changes = {responder: came_from[responder]}
    current = came_from[responder]
    while current != root:
        freed = held_by[current]
        changes[freed] = came_from[freed]
        current = came_from[freed]
    return changes


def _ring_more(
    queue: Sequence[Work],
    choices: Mapping[str, list[str]],
    matches: Sequence[Match],
    ring_at_once: int,
) -> list[Match]:
    """Give the responders who are left over to those who wait, one a round."""
    given = {m.responder_id for m in matches}
    ringing = {w.id: w.ringing for w in queue}
    for found in matches:
        ringing[found.work_id] += 1
    more: list[Match] = []
    for level in range(1, ring_at_once):
        for item in queue:
            spare = [r for r in choices[item.id] if r not in given]
            if ringing[item.id] == level and spare:
                more.append(Match(item.id, spare[0]))
                given.add(spare[0])
                ringing[item.id] += 1
    return more
