"""When somebody is taken up by a shift, so that nobody is planned in two places at once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from routing.duty import Occurrence, holder, occurrences, part
from routing.roster import Line, Roster


@dataclass(frozen=True)
class Engagement:
    """A person stands in a shift from ``begins`` to ``ends`` (UTC, half-open)."""

    person: str
    line: Line
    on: Occurrence
    begins: datetime
    ends: datetime


def engagements(roster: Roster, first: date, last: date) -> Iterator[Engagement]:
    """Return who stands in the shifts that begin on local days from ``first`` to ``last``.

    Substitutions count: who is replaced is free for that time, who stands in is not.
    """
    for n in range((last - first).days + 1):
        for on in occurrences(roster, first + timedelta(days=n)):
            for person in on.shift.responders:
                yield from pieces_of(roster.line, on, person)


def pieces_of(line: Line, on: Occurrence, assigned: str) -> Iterator[Engagement]:
    """Return who holds the place of ``assigned``, piece by piece."""
    if not on.shift.substitutions:
        yield Engagement(assigned, line, on, on.begins, on.ends)
        return
    edges = {on.begins, on.ends}
    for substitution in on.shift.substitutions:
        edges.update(part(on, substitution))
    inside = sorted(edge for edge in edges if on.begins <= edge <= on.ends)
    for begins, ends in pairwise(inside):
        yield Engagement(holder(on, assigned, begins), line, on, begins, ends)


def overlaps(found: Iterable[Engagement]) -> list[tuple[Engagement, Engagement]]:
    """Return the pairs in which one person would be in two shifts at once."""
    by_person: defaultdict[str, list[Engagement]] = defaultdict(list)
    for engagement in found:
        by_person[engagement.person].append(engagement)
    pairs = []
    for own in by_person.values():
        running: list[Engagement] = []
        for later in sorted(own, key=lambda engagement: (engagement.begins, engagement.ends)):
            running = [earlier for earlier in running if earlier.ends > later.begins]
            pairs += [(earlier, later) for earlier in running if earlier.on != later.on]
            running.append(later)
    return pairs
