"""When people really stand by: what routing says of the roster, as unbroken times."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from routing.duty import Piece, pieces
from routing.opening import openings
from routing.roster import Line, Roster

DAY = timedelta(days=1)


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
    in_shift: defaultdict[tuple[str, str, date], list[Turn]] = defaultdict(list)
    for n in range((last - first).days + 1):
        for piece in pieces(roster, first + n * DAY):
            for person in {*piece.places} - {None}:
                turn = _turn(roster.line, piece, str(person))
                in_shift[turn.person, piece.on.shift.id, piece.on.day].append(turn)
    is_open = list(openings(roster.line, first - DAY, last + DAY))
    by_person: defaultdict[str, list[Turn]] = defaultdict(list)
    for own in in_shift.values():
        for turn in _joined(own):
            if any(opens < turn.ends and turn.begins < closes for opens, closes in is_open):
                by_person[turn.person].append(turn)
    return [turn for own in by_person.values() for turn in _joined(own)]


def _turn(line: Line, piece: Piece, person: str) -> Turn:
    return Turn(person, line.id, line.name, piece.begins, piece.ends, piece.on.zone)


def _joined(own: list[Turn]) -> list[Turn]:
    found: list[Turn] = []
    for turn in sorted(own, key=lambda turn: (turn.begins, turn.ends)):
        if found and turn.begins <= found[-1].ends:
            found[-1] = replace(found[-1], ends=max(found[-1].ends, turn.ends))
        else:
            found.append(turn)
    return found
