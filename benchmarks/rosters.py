"""Rosters of any size, made up, in memory and as rows of a record book.

Every service has two shifts on each working day, planned with dates, three people in each;
one shift in twenty has a substitution, and every person is absent four times a year, from one
odd minute to another. Under them lies the standing week's night watch, one person a service.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table

from logging_db import tables
from routing.roster import Absence, Hours, Line, Responder, Roster, Shift, Substitution

MIDDLE = date(2026, 6, 10)  # a Wednesday; what is measured lies around it
ZONE = "Europe/Brussels"
ROWS_AT_ONCE = 10_000
LANGUAGES = (("fr",), ("nl", "fr"), ("fr", "en"), ("nl",))

Row = dict[str, Any]


@dataclass(frozen=True)
class Federation:
    """How many services and people, and for how many days around the middle they are planned."""

    services: int
    people: int
    days: int

    def __str__(self) -> str:
        return f"{self.services:,} services, {self.people:,} responders"


def roster(of: Federation) -> Roster:
    """Return a federation's roster; the same each time."""
    rng = random.Random(of.services)
    people = {
        _id("c", n): Responder(
            _id("c", n), f"Person {n}", f"service-{n % of.services}", rng.choice(LANGUAGES)
        )
        for n in range(of.people)
    }
    teams = [[_id("c", n) for n in range(s, of.people, of.services)] for s in range(of.services)]
    shifts = [*_dated(of, teams, rng), *_nightly(teams)]
    away = {person: tuple(_absences(of, rng)) for person in people}
    return Roster(_line(), tuple(shifts), people, away)


def _id(kind: str, number: int) -> str:
    return f"{kind}{number:031x}"


def _line() -> Line:
    hours = tuple(Hours(weekday, time(8), time(20)) for weekday in range(7))
    return Line(
        _id("a", 0), "+3280035243", "Allo ?", ("fr", "nl"), ZONE, "+3225550100", None,
        20, 600, 30, False, hours, (),  # noqa: FBT003
    )  # fmt: skip


def _first(of: Federation) -> date:
    return MIDDLE - timedelta(days=of.days // 2)


def _dated(of: Federation, teams: Sequence[list[str]], rng: random.Random) -> Iterator[Shift]:
    number = 0
    for n in range(of.days):
        day = _first(of) + timedelta(days=n)
        if day.weekday() > 4:
            continue
        for service, team in enumerate(teams):
            for starts, ends in ((time(8), time(13)), (time(13), time(18))):
                number += 1
                three = tuple(rng.sample(team, min(3, len(team))))
                others = [person for person in team if person not in three]
                stand_ins: tuple[Substitution, ...] = ()
                if others and rng.random() < 0.05:
                    at = time(starts.hour + 2, 30)
                    other = rng.choice(others)
                    stand_ins = (Substitution(_id("f", number), three[0], other, at, None),)
                yield Shift(
                    _id("d", number), f"service-{service}", None, day, starts, ends, 2, three,
                    languages=("nl",) if service % 10 == 0 else (), substitutions=stand_ins,
                )  # fmt: skip


def _nightly(teams: Sequence[list[str]]) -> Iterator[Shift]:
    for service, team in enumerate(teams):
        for weekday in range(7):
            yield Shift(
                _id("e", service * 7 + weekday), f"service-{service}", weekday, None,
                time(18), time(8), 1, (team[weekday % len(team)],),
            )  # fmt: skip


def _absences(of: Federation, rng: random.Random) -> Iterator[Absence]:
    begins = datetime.combine(_first(of), time(0), UTC)
    for _ in range(round(of.days * 4 / 365)):
        starts = begins + timedelta(minutes=rng.randrange(of.days * 1440))
        yield Absence(starts, starts + timedelta(minutes=rng.randrange(60, 7 * 1440)))


def write(connection: Connection, of: Roster) -> None:
    """Write a roster into an empty record book."""
    line = of.line
    codes = sorted({person.service for person in of.responders.values()})
    ids = {code: _id("b", n) for n, code in enumerate(codes)}
    plain = {
        name: getattr(line, name)
        for name in tables.lines.c.keys()  # noqa: SIM118 # columns are no mapping of names
    }
    _insert(connection, tables.lines, [plain])
    _insert(connection, tables.opening_hours, (
        {"id": _id("9", n), "line_id": line.id, "weekday": h.weekday, "opens": h.opens,
         "closes": h.closes} for n, h in enumerate(line.hours)
    ))  # fmt: skip
    services = ({"id": ids[code], "code": code, "names": {"fr": code}} for code in codes)
    _insert(connection, tables.partner_services, services)
    _insert(connection, tables.responders, (
        {"id": p.id, "service_id": ids[p.service], "name": p.name, "phone": b"sealed",
         "languages": p.languages} for p in of.responders.values()
    ))  # fmt: skip
    _insert(connection, tables.shifts, (
        {"id": s.id, "line_id": line.id, "service_id": ids[s.service], "position": n,
         "weekday": s.weekday, "day": s.day, "starts": s.starts, "ends": s.ends, "zone": ZONE,
         "needed": s.needed, "languages": s.languages} for n, s in enumerate(of.shifts)
    ))  # fmt: skip
    _people_of_shifts(connection, of)


def _people_of_shifts(connection: Connection, of: Roster) -> None:
    pairs = ((s, n, person) for s in of.shifts for n, person in enumerate(s.responders))
    _insert(connection, tables.assignments, (
        {"id": _id("7", n), "shift_id": s.id, "responder_id": person, "position": place}
        for n, (s, place, person) in enumerate(pairs)
    ))  # fmt: skip
    _insert(connection, tables.substitutions, (
        {"id": sub.id, "shift_id": s.id, "instead_of": sub.instead_of,
         "responder_id": sub.responder, "starts": sub.starts, "ends": sub.ends, "position": 0}
        for s in of.shifts for sub in s.substitutions
    ))  # fmt: skip
    away = ((person, absence) for person, theirs in of.absences.items() for absence in theirs)
    _insert(connection, tables.absences, (
        {"id": _id("6", n), "responder_id": person, "starts_at": absence.starts_at,
         "ends_at": absence.ends_at} for n, (person, absence) in enumerate(away)
    ))  # fmt: skip


def _insert(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    left = iter(rows)
    while some := list(islice(left, ROWS_AT_ONCE)):
        connection.execute(table.insert(), some)
