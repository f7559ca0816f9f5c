"""Matching waiting work to free responders: one pure function.

Calls and due callbacks wait; responders on duty are free. In the order of the line, every
piece of work is given one responder before any is given a second, so that the first in the
line does not take everybody; then up to ``ring_at_once`` ring for the same caller.

The first round is a bipartite matching (:mod:`routing.assigning`), run in the order of the
line: nobody who was matched earlier is ever left out in favour of somebody later, and a
bilingual responder is moved aside when that lets one more caller be served. It is therefore
work-conserving: a free responder who could take somebody is idle only where everybody whom
they could take is rung for already.

What it costs: people who may take the same kind of work are sorted once, not once a caller;
where one caller finds nobody, neither do those behind who may take the same people.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from routing.assigning import Assignment, Choices

RING_AT_ONCE = 3
"""How many people ring for one caller at the same time, unless the line says otherwise."""

MOST_AT_ONCE = 10
"""More people than these are never disturbed for one caller."""

REST = timedelta(seconds=30)
"""How long a responder who missed or declined a piece of work is not rung for it again."""

LONGEST_IDLE = "longest_idle"
ROSTER_ORDER = "roster_order"
FAIR_SHARE = "fair_share"
ALL_AT_ONCE = "all_at_once"
CHOICES = (LONGEST_IDLE, ROSTER_ORDER, FAIR_SHARE, ALL_AT_ONCE)


@dataclass(frozen=True)
class Policy:
    """How a line chooses among those who can take somebody.

    ``choice``: ``longest_idle``: who was not rung for longest; ``roster_order``: as the roster
    has them; ``fair_share``: the partner service that took least for its hours on duty, and
    in it the longest idle; ``all_at_once``: as many as ``ring_at_once`` allows, longest idle
    first. ``backup_after``: how long a caller waits before people who stand by behind those on
    duty are rung too; ``None``: never. ``promise_margin``: how long before its promise ends a
    callback comes before callers on the line, one callback at a time.
    """

    choice: str = LONGEST_IDLE
    ring_at_once: int = RING_AT_ONCE
    backup_after: timedelta | None = None
    promise_margin: timedelta = timedelta(minutes=15)


@dataclass(frozen=True)
class Work:
    """Somebody who waits: a call, or a callback that is due.

    ``offered`` maps the responders who have been rung for it to when that was last over
    (aware UTC); ``ringing`` counts the offers that are open now. ``service`` is the partner
    service that is asked for, if one is: its people come first, but others are rung as well.
    ``front``: it goes before all others. ``promised`` is until when a callback was promised.
    ``unattended``: nobody on duty speaks its language, so that those who stand by are rung at
    once. ``wanted``: the one person who is to take it, standing by or not: while they are free
    and were not rung for it, nobody else is. ``wanted_rings``: they are being rung for it.
    """

    id: str
    language: str
    arrived: datetime
    is_call: bool = True
    ringing: int = 0
    offered: Mapping[str, datetime] = field(default_factory=dict)
    service: str | None = None
    front: bool = False
    promised: datetime | None = None
    unattended: bool = False
    wanted: str | None = None
    wanted_rings: bool = False


@dataclass(frozen=True)
class Free:
    """A responder who is free. ``idle_since`` is ``None`` for one not yet rung.

    ``languages`` begin with their own. ``load`` is how many pieces of work their service took
    for each hour that it was on duty; ``backup``: not on duty, but standing by behind them.
    """

    id: str
    languages: tuple[str, ...]
    order: int
    idle_since: datetime | None = None
    service: str | None = None
    load: float = 0.0
    backup: bool = False


@dataclass(frozen=True)
class Match:
    """Ring ``responder_id`` for ``work_id``."""

    work_id: str
    responder_id: str


def match(
    work: Sequence[Work],
    free: Sequence[Free],
    at: datetime,
    policy: Policy | None = None,
) -> list[Match]:
    """Return who is to be rung for whom at ``at``, in the order in which to ring.

    Live calls come before callbacks, each in order of arrival; a callback whose promise is
    about to end comes before them. Nobody is given twice. A responder who was rung for a
    piece of work comes again for it only after :data:`REST`, and only after those who were not.
    """
    policy = policy or Policy()
    queue = in_order(work, at, policy)
    pools = _Pools(free, at, policy)
    unserved = [item for item in queue if item.ringing == 0]
    assignment, served = _one_each(queue, unserved, pools)
    matches = [Match(item.id, served[item.id]) for item in unserved if item.id in served]
    ringing = {
        item.id: item.ringing + (item.id in served) for item in queue if not item.wanted_rings
    }
    more = assignment.more(list(ringing), ringing, policy.ring_at_once)
    return matches + [Match(work_id, responder) for work_id, responder in more]


def _one_each(
    queue: Sequence[Work], unserved: Sequence[Work], pools: "_Pools"
) -> tuple[Assignment, dict[str, str]]:
    """Give each piece of work one responder; whom a wish would leave with nobody has none.

    Somebody earlier in the line may have whom a later one was sent to: that one is then rung
    for by others, so that nobody waits beside people who are free.
    """
    wishes = {item.id: item.wanted for item in queue if pools.may_be_alone(item)}
    while True:
        choices = {item.id: pools.choices(item, wishes.get(item.id)) for item in queue}
        assignment = Assignment(choices)
        served = assignment.one_each([item.id for item in unserved])
        left = [item.id for item in unserved if item.id in wishes and item.id not in served]
        if not left:
            return assignment, served
        for work_id in left:
            del wishes[work_id]


def in_order(work: Sequence[Work], at: datetime, policy: Policy) -> list[Work]:
    """Return the line: the order in which people are served."""
    urgent = _urgent(work, at, policy.promise_margin)
    return sorted(work, key=lambda w: (not w.front, w.id != urgent, not w.is_call, w.arrived, w.id))


def _urgent(work: Sequence[Work], at: datetime, margin: timedelta) -> str | None:
    """Return the callback whose promise ends first, if it is about to.

    One at a time: while people ring for one, callers on the line come before the next.
    """
    near = [w for w in work if w.promised is not None and w.promised - at <= margin]
    if not near or any(w.ringing for w in near):
        return None
    return min(near, key=lambda w: (w.promised or at, w.id)).id


class _Pools:
    """The free people, sorted once for each kind of work."""

    def __init__(self, free: Sequence[Free], at: datetime, policy: Policy) -> None:
        self.at = at
        self.policy = policy
        self.never = datetime.min.replace(tzinfo=at.tzinfo)
        self.speakers: defaultdict[str, list[Free]] = defaultdict(list)
        for person in free:
            for language in dict.fromkeys(person.languages):
                self.speakers[language].append(person)
        self.ranks: dict[int, dict[str, int]] = {}
        self.sorted: dict[tuple[str, str | None, bool], tuple[str, ...]] = {}
        self.alone: dict[str, tuple[str]] = {}

    def may_be_alone(self, work: Work) -> bool:
        """Tell whether whom ``work`` was sent to is free, speaks its language, was not rung."""
        if work.wanted is None or work.wanted in work.offered:
            return False
        return any(one.id == work.wanted for one in self.speakers[work.language])

    def choices(self, work: Work, only: str | None = None) -> Choices:
        """Return who may be rung for ``work``; with ``only``, that person and nobody else."""
        if only is not None:
            return Choices(self.alone.setdefault(only, (only,)))
        pool = self._pool(work.language, work.service, self._widened(work))
        if not work.offered:
            return Choices(pool)
        ranks = self._ranks(pool)
        rung = frozenset(one for one in work.offered if one in ranks)
        rested = [one for one in rung if self.at - work.offered[one] >= REST]
        again = sorted(rested, key=lambda one: (work.offered[one], ranks[one]))
        return Choices(pool, rung, tuple(again))

    def _ranks(self, pool: tuple[str, ...]) -> dict[str, int]:
        if id(pool) not in self.ranks:
            self.ranks[id(pool)] = {one: rank for rank, one in enumerate(pool)}
        return self.ranks[id(pool)]

    def _widened(self, work: Work) -> bool:
        after = self.policy.backup_after
        if after is None or not work.is_call:
            return False
        return work.unattended or self.at - work.arrived >= after

    def _pool(self, language: str, service: str | None, widened: bool) -> tuple[str, ...]:  # noqa: FBT001 # part of a key
        key = (language, service, widened)
        if key not in self.sorted:
            able = [one for one in self.speakers[language] if widened or not one.backup]
            able.sort(key=lambda one: self._rank(one, language, service))
            self.sorted[key] = tuple(one.id for one in able)
        return self.sorted[key]

    def _rank(self, one: Free, language: str, service: str | None) -> tuple[object, ...]:
        idle_since = one.idle_since or self.never
        by_choice: tuple[object, ...] = (idle_since, one.order)
        if self.policy.choice == ROSTER_ORDER:
            by_choice = (one.order,)
        elif self.policy.choice == FAIR_SHARE:
            by_choice = (one.load, idle_since, one.order)
        elsewhere = service is not None and one.service != service
        return one.backup, elsewhere, one.languages[0] != language, *by_choice, one.id
