"""A shift as a card shows it: its times, its people in ring order, what it still lacks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

from console.week_books import key_of
from routing.duty import Occurrence, Piece, part, zone_of
from routing.roster import Roster, Substitution

Times = tuple[time, time]
Mark = Literal["", "replaced", "absent", "gone"]
Kind = Literal["standing", "differs", "once"]
State = Literal["past", "running", "coming"]


@dataclass(frozen=True)
class PersonLine:
    """Somebody in a shift, as one line of its card.

    ``there``: stands in it at some time. ``mark`` says why not, or why not always; ``during``
    are the wall times of that, or of the standing in, ``None`` for all of the shift.
    ``instead_of`` is the name of whom they stand in for, as ``substitution`` says.
    """

    id: str
    name: str
    languages: tuple[str, ...] = ()
    home: str = ""
    there: bool = True
    mark: Mark = ""
    during: Times | None = None
    instead_of: str = ""
    substitution: str = ""


@dataclass(frozen=True)
class Card:
    """A shift on a day. ``present`` is how many are always there; ``missing`` languages.

    ``kind`` tells whether the standing week says so, or only this week.
    """

    key: str
    version: int
    service: str
    day: date
    starts: time
    ends: time
    needed: int
    present: int
    wanted: tuple[str, ...]
    missing: tuple[str, ...]
    people: tuple[PersonLine, ...]
    kind: Kind
    state: State
    cancelled: bool = False

    @property
    def short(self) -> bool:
        """Whether people are missing, or a language."""
        return not self.cancelled and (self.present < self.needed or bool(self.missing))

    @property
    def over_night(self) -> bool:
        """Whether it ends on the next day."""
        return self.ends <= self.starts


def present(mine: Sequence[Piece]) -> int:
    """Return how many people a shift has at its weakest moment."""
    return min((len(set(piece.places) - {None}) for piece in mine), default=0)


def missing(roster: Roster, on: Occurrence, mine: Sequence[Piece]) -> tuple[str, ...]:
    """Return the languages that a shift wants and that nobody speaks at some moment of it."""
    return tuple(
        language
        for language in on.shift.languages
        if not mine
        or any(
            all(language not in roster.responders[who].languages for who in piece.places if who)
            for piece in mine
        )
    )


def card(
    roster: Roster,
    on: Occurrence,
    mine: Sequence[Piece],
    names: Mapping[str, str],
    at: datetime,
) -> Card:
    """Return a shift's card. ``mine`` are its pieces, ``names`` those of all its people."""
    shift = on.shift
    return Card(
        key=str(key_of(shift, on.day)),
        version=shift.version,
        service=shift.service,
        day=on.day,
        starts=shift.starts,
        ends=shift.ends,
        needed=shift.needed,
        present=present(mine),
        wanted=shift.languages,
        missing=missing(roster, on, mine),
        people=tuple(people(roster, on, mine, names)),
        kind="standing" if shift.day is None else "differs" if shift.weekly_id else "once",
        state="past" if on.ends <= at else "running" if on.begins <= at else "coming",
        cancelled=shift.cancelled,
    )


def people(
    roster: Roster, on: Occurrence, mine: Sequence[Piece], names: Mapping[str, str]
) -> Iterator[PersonLine]:
    """Return the people of a shift in ring order, each followed by who stands in for them."""
    for place, assigned in enumerate(on.shift.responders):
        there = {piece.places[place] for piece in mine}
        yield from _with_stand_ins(_Place(roster, on, there, names), assigned, 0, None)


@dataclass(frozen=True)
class _Place:
    """One place of a shift, and who stands in it at some time."""

    roster: Roster
    on: Occurrence
    there: set[str | None]
    names: Mapping[str, str]


def _with_stand_ins(
    place: _Place, person: str, decided: int, by: Substitution | None
) -> Iterator[PersonLine]:
    # What was decided later counts for whoever stands in by then: the same walk as on_duty's.
    yield _line(place, person, by)
    substitutions = place.on.shift.substitutions
    for n in range(decided, len(substitutions)):
        if substitutions[n].instead_of == person:
            yield from _with_stand_ins(place, substitutions[n].responder, n + 1, substitutions[n])


def _line(place: _Place, person: str, by: Substitution | None) -> PersonLine:
    known = place.roster.responders.get(person)
    mark, during = _mark(place, person, by)
    if by is not None and during is None:
        during = wall_times(place.on, part(place.on, by))
    return PersonLine(
        id=person,
        name=place.names.get(person, "?"),
        languages=known.languages if known else (),
        home=known.service if known else "",
        there=person in place.there,
        mark=mark,
        during=during,
        instead_of=place.names.get(by.instead_of, "?") if by else "",
        substitution=by.id if by else "",
    )


def _mark(place: _Place, person: str, by: Substitution | None) -> tuple[Mark, Times | None]:
    if person not in place.roster.responders:
        return "gone", None
    on = place.on
    begins, ends = part(on, by) if by else (on.begins, on.ends)
    for absence in place.roster.absences.get(person, ()):
        if absence.starts_at < ends and begins < absence.ends_at:
            away = max(absence.starts_at, begins), min(absence.ends_at, ends)
            return "absent", wall_times(on, away)
    return ("", None) if person in place.there else ("replaced", None)


def wall_times(on: Occurrence, span: tuple[datetime, datetime]) -> Times | None:
    """Return a part of a shift as wall times; ``None`` where it is all of it."""
    if span == (on.begins, on.ends):
        return None
    zone = zone_of(on.zone)
    begins, ends = (at.astimezone(zone).time() for at in span)
    return begins, ends
