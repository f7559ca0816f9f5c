"""What goes in must come out: a checker in the manner of Jepsen's total-queue.

https://github.com/jepsen-io/jepsen/blob/main/jepsen/src/jepsen/checker.clj (`total-queue`):
of everything that was put in and *acknowledged*, nothing may be lost; nothing may come out
twice; nothing may come out that nobody put in. What was put in without an acknowledgement
(the process died before it could answer) may come out or not: if it does, it is recovered.

Pure: a history goes in, a verdict comes out. Instants are seconds of any one clock.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

GRACE = 1.0
"""Seconds that somebody must have been free before they count as passed over."""

REST = 30.0
"""Seconds for which nobody is rung again for what they have just missed."""


@dataclass(frozen=True)
class Channel:
    """What went in, what of it was acknowledged, and what came out; by names."""

    put_in: Sequence[str] = ()
    acknowledged: Sequence[str] = ()
    came_out: Sequence[str] = ()


@dataclass(frozen=True)
class Talk:
    """Two people were connected: ``one`` and ``other``, from when until when."""

    one: str
    other: str
    since: float
    until: float


@dataclass(frozen=True)
class Rung:
    """Somebody was rung for a piece of work. ``taken_back``: it does not count as a turn."""

    work: str
    person: str
    since: float
    until: float
    taken_back: bool = False


@dataclass(frozen=True)
class Away:
    """Somebody could not be rung: they wrote up, or paused."""

    person: str
    since: float
    until: float


@dataclass(frozen=True)
class History:
    """Everything that happened, as the world outside and the book tell it.

    ``able`` says who could have taken which piece of work. ``rings`` are what the book says of
    people, ``telephones`` what the provider did to their telephones.
    """

    channels: Mapping[str, Channel] = field(default_factory=dict)
    talks: Sequence[Talk] = ()
    rings: Sequence[Rung] = ()
    away: Sequence[Away] = ()
    able: Mapping[str, frozenset[str]] = field(default_factory=dict)
    telephones: Sequence[Rung] = ()


@dataclass(frozen=True)
class Tally:
    """What became of one channel. ``out`` is how many came out as they should."""

    out: int = 0
    lost: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    recovered: tuple[str, ...] = ()

    @property
    def faults(self) -> int:
        return len(self.lost) + len(self.doubled) + len(self.unexpected)


Verdict = dict[str, Tally]


def check(history: History) -> Verdict:
    """Count what was lost, doubled, unexpected and recovered in each part of the history."""
    verdict = {name: settle(channel) for name, channel in history.channels.items()}
    verdict["talks"] = Tally(len(history.talks), doubled=two_at_once(history.talks))
    verdict["offers"] = Tally(len(history.rings), doubled=double_booked(history.rings))
    rung_twice = double_booked(history.telephones)
    verdict["telephones"] = Tally(len(history.telephones), doubled=rung_twice)
    verdict["turns"] = Tally(len(history.rings), doubled=out_of_turn(history))
    return verdict


def faults(verdict: Verdict) -> dict[str, Tally]:
    """Return what is not as it should be: an empty dictionary, if all is well."""
    return {name: tally for name, tally in verdict.items() if tally.faults}


def settle(channel: Channel) -> Tally:
    """Compare what went in with what came out, as multisets."""
    put_in, acknowledged, came_out = (
        Counter(channel.put_in),
        Counter(channel.acknowledged),
        Counter(channel.came_out),
    )
    unexpected = Counter({name: n for name, n in came_out.items() if name not in put_in})
    as_it_should = came_out & put_in
    return Tally(
        out=as_it_should.total(),
        lost=_names(acknowledged - came_out),
        doubled=_names(came_out - put_in - unexpected),
        unexpected=_names(unexpected),
        recovered=_names(as_it_should - acknowledged),
    )


def _names(found: Counter[str]) -> tuple[str, ...]:
    return tuple(sorted(found.elements()))


def two_at_once(talks: Iterable[Talk]) -> tuple[str, ...]:
    """Return who talked to two people at one instant."""
    by_person: defaultdict[str, list[tuple[float, float, str]]] = defaultdict(list)
    for talk in talks:
        by_person[talk.one].append((talk.since, talk.until, talk.other))
        by_person[talk.other].append((talk.since, talk.until, talk.one))
    return tuple(
        f"{person}: {first[2]} and {second[2]}"
        for person, spans in by_person.items()
        for first, second in pairwise(sorted(spans))
        if second[0] < first[1] and second[2] != first[2]
    )


def double_booked(rings: Iterable[Rung]) -> tuple[str, ...]:
    """Return who was rung for one thing while they were still busy with another."""
    by_person: defaultdict[str, list[Rung]] = defaultdict(list)
    for ring in rings:
        by_person[ring.person].append(ring)
    return tuple(
        f"{person}: {first.work} and {second.work}"
        for person, own in by_person.items()
        for first, second in pairwise(sorted(own, key=lambda ring: (ring.since, ring.until)))
        if second.since < first.until
    )


def out_of_turn(history: History) -> tuple[str, ...]:
    """Return who was rung a second time for a call while somebody else was free all the while.

    Somebody who could have taken it and has not been rung for it since the first time.
    """
    busy = _busy(history)
    turns: defaultdict[str, list[Rung]] = defaultdict(list)
    for ring in sorted(history.rings, key=lambda ring: ring.since):
        if not ring.taken_back:
            turns[ring.work].append(ring)
    return tuple(
        f"{again.work}: {again.person} twice, {other} not at all"
        for own in turns.values()
        for first, again in _repeated(own)
        for other in sorted(history.able.get(again.work, frozenset()) - {again.person})
        if not any(r.person == other and _had_their_turn(r, first, again) for r in own)
        and _was_free(busy[other], again.since)
    )


def _had_their_turn(ring: Rung, first: Rung, again: Rung) -> bool:
    """Tell whether somebody was rung between the two, or rests from an earlier time.

    Who was rung before, and longer, comes after: the order is that in which turns were over.
    """
    if ring.since > again.since:
        return False
    later = ring.since >= first.since or ring.until >= first.until
    return later or ring.until >= again.since - REST


def _repeated(own: Sequence[Rung]) -> Iterable[tuple[Rung, Rung]]:
    last: dict[str, Rung] = {}
    for ring in own:
        if ring.person in last:
            yield last[ring.person], ring
        last[ring.person] = ring


def _busy(history: History) -> defaultdict[str, list[tuple[float, float]]]:
    busy: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for span in (*history.rings, *history.away):
        busy[span.person].append((span.since, span.until))
    return busy


def _was_free(busy: Iterable[tuple[float, float]], at: float) -> bool:
    """Tell whether somebody was free at that instant and for a while before it."""
    return not any(since <= at and until >= at - GRACE for since, until in busy)
