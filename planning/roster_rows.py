"""The roster as the rows of a file: what is written out, and what a file is compared with."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from planning.file_shift import ShiftRow
from routing.duty import Occurrence, holder, occurrences, part
from routing.roster import Roster, Substitution


def effective(on: Occurrence) -> tuple[str, ...]:
    """Return who answers in a shift, in ring order; stand-ins for all of it count as its people.

    One who stands in for a part only is not among them: a row of a file cannot say so.
    """
    if not on.shift.substitutions:
        return on.shift.responders
    own = replace(on, shift=replace(on.shift, substitutions=whole_shift(on)))
    return tuple(holder(own, assigned, on.begins) for assigned in on.shift.responders)


def whole_shift(on: Occurrence) -> tuple[Substitution, ...]:
    """Return the substitutions that hold for all of a shift, in their order."""
    return tuple(s for s in on.shift.substitutions if part(on, s) == (on.begins, on.ends))


def rows_of(roster: Roster, names: dict[str, str], since: date, until: date) -> Iterator[ShiftRow]:
    """Return a line's roster for local days in [since, until), a row a person.

    ``names`` are the responders' by id, of those too who no longer answer. A shift without
    anybody is a row without a responder.
    """
    number = 1
    for n in range((until - since).days):
        for on in occurrences(roster, since + timedelta(days=n)):
            shift = on.shift
            people: list[tuple[str | None, int | None]] = [
                (names[person], order) for order, person in enumerate(effective(on), start=1)
            ]
            for name, order in people or [(None, None)]:
                number += 1
                yield ShiftRow(
                    row=number,
                    line=roster.line.number,
                    service=shift.service,
                    day=on.day,
                    starts=shift.starts,
                    ends=shift.ends,
                    responder=name,
                    order=order,
                    needed=shift.needed,
                    languages=shift.languages,
                )
