"""When people really stand by: what routing says of the roster, as unbroken times."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from routing.duty import present
from routing.engagements import Engagement, engagements
from routing.opening import openings
from routing.roster import Roster


@dataclass(frozen=True)
class Turn:
    """A person stands by for a line from ``begins`` to ``ends`` (UTC, half-open).

    ``zone`` is that of the wall times in the shift.
    """

    person: str
    line_id: str
    line: str
    begins: datetime
    ends: datetime
    zone: str


def turns(roster: Roster, first: date, last: date) -> list[Turn]:
    """Return the turns in shifts that begin on local days from ``first`` to ``last``.

    Substitutions and absences count; a shift while the line is closed is no turn. Shifts of
    one person that touch are one turn.
    """
    margin = timedelta(days=1)
    is_open = list(openings(roster.line, first - margin, last + margin))
    by_person: defaultdict[str, list[Turn]] = defaultdict(list)
    for engagement in engagements(roster, first, last):
        for begins, ends in _there(roster, engagement):
            if any(opens < ends and begins < closes for opens, closes in is_open):
                turn = _turn(roster, engagement, begins, ends)
                by_person[turn.person].append(turn)
    return [turn for own in by_person.values() for turn in _joined(own)]


def _turn(roster: Roster, engagement: Engagement, begins: datetime, ends: datetime) -> Turn:
    line = roster.line
    return Turn(engagement.person, line.id, line.name, begins, ends, engagement.on.zone)


def _there(roster: Roster, engagement: Engagement) -> Iterator[tuple[datetime, datetime]]:
    """Yield the pieces of an engagement in which the person is there."""
    inside = {
        edge
        for absence in roster.absences.get(engagement.person, ())
        for edge in (absence.starts_at, absence.ends_at)
        if engagement.begins < edge < engagement.ends
    }
    for begins, ends in pairwise(sorted({engagement.begins, *inside, engagement.ends})):
        standing = (person for _, person in present(roster, engagement.on, begins))
        if engagement.person in standing:
            yield begins, ends


def _joined(own: list[Turn]) -> list[Turn]:
    found: list[Turn] = []
    for turn in sorted(own, key=lambda turn: (turn.begins, turn.ends)):
        if found and turn.begins <= found[-1].ends:
            found[-1] = replace(found[-1], ends=max(found[-1].ends, turn.ends))
        else:
            found.append(turn)
    return found
