"""Who could stand in a shift: free or not, what they speak, the best first."""

import heapq
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from flask import Response, jsonify

from console.week_books import WEEK, Week
from console.week_grid import folded, service_name
from routing.duty import zone_of
from routing.engagements import Engagement
from routing.roster import Line, Responder, Roster

SHOWN = 8  # candidates offered at once; who looks for somebody else writes a name


@dataclass(frozen=True)
class Taken:
    """A time in which a person is taken up: where, from and to in wall time."""

    service: str
    starts: time
    ends: time


@dataclass(frozen=True)
class Candidate:
    """A person, and how they fit a place. ``absent``: from, to; ``speaks`` of what is missing."""

    id: str
    name: str
    languages: tuple[str, ...]
    service: str
    service_name: str
    taken: tuple[Taken, ...]
    absent: tuple[time, time] | None
    speaks: tuple[str, ...]
    same_service: bool
    load: int  # shifts in this week

    @property
    def free(self) -> bool:
        """Whether they could stand there all the time."""
        return not self.taken and self.absent is None


@dataclass(frozen=True)
class Place:
    """What somebody is looked for: a time, a service, languages. ``but`` is the shift itself.

    ``span`` is ``None`` while the times on the form make no sense.
    """

    week: Week
    line: Line
    span: tuple[datetime, datetime] | None
    service: str
    languages: tuple[str, ...] = ()
    but: tuple[str, date] | None = None

    @property
    def roster(self) -> Roster:
        """The roster that knows the people."""
        return self.week.book.by_id[self.line.id]


def candidates(
    place: Place, text: str, without: Collection[str], language: str, most: int = SHOWN
) -> tuple[list[Candidate], int]:
    """Return the best people whose name or service has these words, and how many have them."""
    names = {
        service.code: service_name(service, language)
        for service in place.week.book.services.values()
    }
    words = folded(text).split()
    look = {code: folded(f"{code} {name}") for code, name in names.items()}
    fitting = [
        person
        for person in place.roster.responders.values()
        if person.id not in without and _has(words, person, look)
    ]
    best = heapq.nsmallest(
        most, (candidate(place, person, names) for person in fitting), key=_order
    )
    return best, len(fitting)


def candidate(place: Place, person: Responder, names: dict[str, str]) -> Candidate:
    """Return how one person fits."""
    known = place.week.engaged.get(person.id, ())
    monday = place.week.monday
    return Candidate(
        id=person.id,
        name=person.name,
        languages=person.languages,
        service=person.service,
        service_name=names.get(person.service, person.service),
        taken=tuple(_taken(place, known)),
        absent=_absent(place, person.id),
        speaks=tuple(each for each in place.languages if each in person.languages),
        same_service=person.service == place.service,
        load=len({(e.on.shift.id, e.on.day) for e in known if monday <= e.on.day < monday + WEEK}),
    )


def _has(words: list[str], person: Responder, services: dict[str, str]) -> bool:
    if not words:
        return True
    text = f"{folded(person.name)} {services.get(person.service, '')}"
    return all(word in text for word in words)


def _order(each: Candidate) -> tuple[Any, ...]:
    return (
        not each.free,
        -len(each.speaks),
        not each.same_service,
        each.load,
        folded(each.name),
    )


def _taken(place: Place, known: Collection[Engagement]) -> Iterator[Taken]:
    if place.span is None:
        return
    zone = zone_of(place.line.timezone)
    for each in known:
        if each.begins < place.span[1] and place.span[0] < each.ends:
            if place.but == (each.on.shift.id, each.on.day):
                continue
            yield Taken(
                each.on.shift.service,
                each.begins.astimezone(zone).time(),
                each.ends.astimezone(zone).time(),
            )


def _absent(place: Place, person: str) -> tuple[time, time] | None:
    if place.span is None:
        return None
    zone = zone_of(place.line.timezone)
    for absence in place.roster.absences.get(person, ()):
        if absence.starts_at < place.span[1] and place.span[0] < absence.ends_at:
            begins = max(absence.starts_at, place.span[0])
            ends = min(absence.ends_at, place.span[1])
            return begins.astimezone(zone).time(), ends.astimezone(zone).time()
    return None


def as_json(found: Sequence[Candidate], fitting: int, note: Callable[[Candidate], str]) -> Response:
    """Return the candidates for the script of a form; ``note`` says what is to know of one."""
    people = [
        {
            "id": each.id,
            "name": each.name,
            "service": each.service_name,
            "languages": [code.upper() for code in each.languages],
            "note": note(each),
            "free": each.free,
        }
        for each in found
    ]
    return jsonify(people=people, fitting=fitting)
