"""When people are taken up, while a plan grows: nobody is put in two places at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from routing.duty import Occurrence
from routing.engagements import Engagement, pieces_of
from routing.roster import Line, Substitution

DAY = timedelta(days=1)


class Taken:
    """Who is in which shift, and when. No shift is longer than 25 hours."""

    def __init__(self) -> None:
        self._found: defaultdict[tuple[str, date], list[Engagement]] = defaultdict(list)

    def add(self, engagements: Iterable[Engagement]) -> None:
        """Note that people are taken up."""
        for each in engagements:
            self._found[each.person, each.begins.date()].append(each)

    def clash(self, person: str, begins: datetime, ends: datetime) -> Engagement | None:
        """Return what takes somebody up within a time (UTC, half-open), or nothing."""
        day, last = begins.date() - 2 * DAY, ends.date()
        while day <= last:
            for each in self._found.get((person, day), ()):
                if each.begins < ends and begins < each.ends:
                    return each
            day += DAY
        return None


def held_by(line: Line, on: Occurrence, person: str) -> list[Engagement]:
    """Return when somebody stands in their own place of a shift: not while stood in for."""
    return [each for each in pieces_of(line, on, person) if each.person == person]


def engaged(line: Line, on: Occurrence) -> list[Engagement]:
    """Return who stands in a shift, and when."""
    return [each for person in on.shift.responders for each in pieces_of(line, on, person)]


def remaining(
    substitutions: Sequence[Substitution], gone: Iterable[str]
) -> tuple[Substitution, ...]:
    """Return the substitutions that go on when people leave: not theirs, nor what hangs on them."""
    away, kept = set(gone), []
    for each in substitutions:
        if each.instead_of in away:
            away.add(each.responder)
        else:
            kept.append(each)
    return tuple(kept)


def with_people(on: Occurrence, people: Sequence[str], known: Iterable[str]) -> Occurrence:
    """Return a shift with other people; ``known`` are those that it had."""
    subs = remaining(on.shift.substitutions, set(known) - set(people))
    shift = replace(on.shift, responders=tuple(people), substitutions=subs)
    return replace(on, shift=shift)
