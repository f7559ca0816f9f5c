"""Who could stand in at a time, and who is taken up then."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Self

from sqlalchemy import Row

from logging_db.rosters import Book
from planning.objections import refuse
from planning.own import DAY, Stint
from planning.substitutions import Part
from routing.duty import Occurrence, part, span, zone_of
from routing.engagements import Engagement, engagements
from routing.roster import Responder, Shift, Substitution


@dataclass(frozen=True)
class Wanted:
    """A time (UTC, half-open) of a shift for which somebody is looked for."""

    on: Occurrence
    begins: datetime
    ends: datetime

    @classmethod
    def of(cls, stint: Stint, during: Part) -> Self:
        """Return a part of a stretch, given as wall times; refuse what is no time at all."""
        own = cls(stint.on, stint.begins, stint.ends)
        starts, ends = (
            theirs if theirs is not None else mine
            for theirs, mine in zip(during, own.wall, strict=True)
        )
        found = cls.within(stint.on, (starts, ends))
        if found is None:
            raise refuse("part_outside_own", starts=own.wall[0], ends=own.wall[1])
        return found

    @classmethod
    def in_row(cls, shift: Row[Any], day: date, agreed: tuple[time, time]) -> Self | None:
        """Return the agreed wall times within a shift's row; ``None`` if they are not inside."""
        plain = Shift(shift.id, "", None, day, shift.starts, shift.ends, shift.needed, ())
        times = span(day, shift.starts, shift.ends, zone_of(shift.zone))
        return cls.within(Occurrence(plain, day, *times, shift.zone), agreed)

    @classmethod
    def within(cls, on: Occurrence, walls: tuple[time, time]) -> Self | None:
        """Return wall times as a time of the shift; ``None`` where they are not all inside."""
        begins, ends = part(on, Substitution("", "", "", *walls))
        found = cls(on, begins, ends)
        # `part` cuts what sticks out: what comes back must be what was asked for.
        return found if begins < ends and found.wall == walls else None

    @property
    def wall(self) -> tuple[time, time]:
        """The wall times, as the shift's zone shows them."""
        shift, zone = self.on.shift, zone_of(self.on.zone)
        starts = shift.starts if self.begins == self.on.begins else _wall(self.begins, zone)
        return starts, shift.ends if self.ends == self.on.ends else _wall(self.ends, zone)

    @property
    def part(self) -> Part:
        """The same, as a substitution holds it: ``None`` for the shift's own beginning or end."""
        starts, ends = self.wall
        return (
            None if self.begins == self.on.begins else starts,
            None if self.ends == self.on.ends else ends,
        )

    def meets(self, other: "Wanted") -> bool:
        """Tell whether two times share an instant."""
        return self.begins < other.ends and other.begins < self.ends


def _wall(at: datetime, zone: Any) -> time:
    return at.astimezone(zone).time()


@dataclass(frozen=True)
class Candidate:
    """Somebody who is free then. ``fits``: speaks what the person replaced is there for."""

    responder: Responder
    fits: bool


def held_throughout(stint: Stint, wanted: Wanted) -> bool:
    """Tell whether a time lies within a stretch."""
    return stint.begins <= wanted.begins and wanted.ends <= stint.ends


def candidates(book: Book, stint: Stint, wanted: Wanted) -> list[Candidate]:
    """Return who is free at a time: those first who speak the same languages on the line.

    Then those of the same service, then by name. Whoever stands in the shift is not free.
    """
    busy = {engagement.person for engagement in _meeting(book, wanted)} | {stint.person}
    people = next(iter(book.by_id.values())).responders
    own = people.get(stint.person)
    spoken = set(stint.on.shift.languages or stint.line.languages)
    needed = spoken & set(own.languages) if own else spoken
    found = [
        Candidate(one, needed <= set(one.languages))
        for one in people.values()
        if one.id not in busy and not _is_absent(book, wanted, one.id)
    ]
    service = stint.on.shift.service
    return sorted(
        found,
        key=lambda c: (not c.fits, c.responder.service != service, c.responder.name.casefold()),
    )


def refuse_taken_up(book: Book, wanted: Wanted, person: str, who: str) -> None:
    """Refuse somebody who no longer answers, or is in a shift or absent at that time."""
    if person not in next(iter(book.by_id.values())).responders:
        raise refuse("no_longer_answers", who=who)
    for engagement in _meeting(book, wanted):
        if engagement.person == person:
            shift = engagement.on.shift
            raise refuse(
                "taken_up",
                who=who,
                service=shift.service,
                day=engagement.on.day,
                starts=shift.starts,
                ends=shift.ends,
            )
    if _is_absent(book, wanted, person):
        raise refuse("absent_then", who=who, day=wanted.on.day)


def still_holds(book: Book, wanted: Wanted, person: str, *, throughout: bool = True) -> bool:
    """Tell whether a person's place in the shift is theirs all the time, or at some time.

    An absence does not take the place away: that is what somebody stands in for.
    """
    shift_id, day = wanted.on.shift.id, wanted.on.day
    held = sorted(
        (max(e.begins, wanted.begins), min(e.ends, wanted.ends))
        for e in _meeting(book, wanted)
        if e.person == person and e.on.shift.id == shift_id and e.on.day == day
    )
    if not throughout:
        return bool(held)
    reached = wanted.begins
    for begins, ends in held:
        if begins > reached:
            return False
        reached = max(reached, ends)
    return reached >= wanted.ends


def _meeting(book: Book, wanted: Wanted) -> Iterator[Engagement]:
    """Return who stands in a shift of whatever line at that time."""
    day = wanted.on.day
    for roster in book.by_id.values():
        for engagement in engagements(roster, day - DAY, day + DAY):
            if engagement.begins < wanted.ends and wanted.begins < engagement.ends:
                yield engagement


def _is_absent(book: Book, wanted: Wanted, person: str) -> bool:
    absences = next(iter(book.by_id.values())).absences.get(person, ())
    return any(a.starts_at < wanted.ends and wanted.begins < a.ends_at for a in absences)
