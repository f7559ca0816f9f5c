"""Who is on duty, worked out a second time and naively: minute by minute, by what clocks show.

It holds `routing.duty` and `routing.gaps` to the words of their docstrings, so it shares no
code with them. There, wall times become instants and instants are compared. Here it is the
other way round: the range is walked in UTC, one minute after the other, each minute gets the
highest wall time that local clocks have come to, and everything becomes a set of minutes.
Times of rosters are whole minutes.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from routing.roster import Closure, Hours, Roster, Shift, Substitution

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
MARGIN = 3 * DAY  # on either side of the range: nights, zones

Minutes = set[datetime]


class Clock:
    """The clocks of a zone over a range: which minutes of UTC belong to a wall time.

    Where clocks go back, they come to nothing new for an hour: its minutes belong to the last
    wall time before it. Where they leap, the wall times left out have no minutes.
    """

    def __init__(self, zone: str, first: datetime, last: datetime) -> None:
        self._minutes: dict[datetime, list[datetime]] = {}
        highest = datetime.min  # noqa: DTZ901 # wall times have no zone
        at = first
        while at < last:
            highest = max(highest, at.astimezone(ZoneInfo(zone)).replace(tzinfo=None))
            self._minutes.setdefault(highest, []).append(at)
            at += MINUTE

    def minutes(self, walls: Iterable[datetime]) -> Minutes:
        return {minute for wall in walls for minute in self._minutes.get(wall, ())}


clock = cache(Clock)  # the same few nights are asked for again and again


def walls(day: date, starts: time, ends: time) -> list[datetime]:
    """Every wall time from one to the other, the way a person would count them on paper."""
    found = [datetime.combine(day, starts)]
    while (following := found[-1] + MINUTE).time() != ends:
        found.append(following)
    return found


def of_day(starts: time, ends: time) -> set[time]:
    return {wall.time() for wall in walls(date(2026, 1, 1), starts, ends)}


def days(first: datetime, last: datetime) -> Iterator[date]:
    day = first.date()
    while day <= last.date():
        yield day
        day += DAY


def held(since: date | None, until: date | None, day: date) -> bool:
    return not (since and day < since) and not (until and until <= day)


def begins_on(shift: Shift, day: date) -> bool:
    if shift.cancelled:
        return False
    if shift.weekday is None:
        return shift.day == day
    regular = shift.weekday == day.weekday() and held(shift.since, shift.until, day)
    return regular and day not in shift.except_days


def opens_on(hours: Hours, day: date) -> bool:
    return hours.weekday == day.weekday() and held(hours.since, hours.until, day)


def stood_in(shift: Shift, day: date, substitution: Substitution) -> list[datetime]:
    """The wall times of a shift for which somebody stands in: the last run of them."""
    of_shift = walls(day, shift.starts, shift.ends)
    starts = shift.starts if substitution.starts is None else substitution.starts
    ends = shift.ends if substitution.ends is None else substitution.ends
    if starts == ends:
        return of_shift if starts == shift.starts and ends == shift.ends else []
    wanted, run = of_day(starts, ends), []
    for wall in of_shift:
        if wall.time() in wanted:
            run = [*run, wall] if run and run[-1] + MINUTE == wall else [wall]
    return run


def who(assigned: str, decisions: list[Substitution]) -> str:
    """Read the decisions backwards for one about this person; then on from there."""
    for n in reversed(range(len(decisions))):
        if decisions[n].instead_of == assigned:
            return who(decisions[n].responder, decisions[n + 1 :])
    return assigned


@dataclass
class Answer:
    reason: str | None
    people: list[str]
    shifts: list[Shift]
    closure: Closure | None = None


class Reference:
    """Every answer for every minute from ``first`` to before ``last`` (UTC, whole minutes)."""

    def __init__(self, roster: Roster, first: datetime, last: datetime) -> None:
        self.roster, self.first, self.last = roster, first, last
        zones = {roster.line.timezone} | {shift.zone for shift in roster.shifts if shift.zone}
        self._clocks = {zone: clock(zone, first - MARGIN, last + MARGIN) for zone in zones}
        self._absent = {name: self._absences(name) for name in roster.absences}
        self._worked = list(self._occurrences())
        self.open, self._shut = self._opening()

    def minutes(self) -> Iterator[datetime]:
        at = self.first
        while at < self.last:
            yield at
            at += MINUTE

    def _days(self) -> Iterator[date]:
        return days(self.first - MARGIN + DAY, self.last + MARGIN - DAY)

    def _absences(self, name: str) -> Minutes:
        return {
            minute
            for minute in self.minutes()
            for absence in self.roster.absences[name]
            if absence.starts_at <= minute < absence.ends_at
        }

    def _opening(self) -> tuple[Minutes, dict[datetime, Closure]]:
        local, line = self._clocks[self.roster.line.timezone], self.roster.line
        is_open: Minutes = set()
        shut: dict[datetime, Closure] = {}
        for day in self._days():  # a later day's closure speaks over an earlier one's
            for hours in line.hours:
                if opens_on(hours, day):
                    minutes = local.minutes(walls(day, hours.opens, hours.closes))
                    closed = [closure for closure in line.closures if closure.day == day]
                    if closed:
                        shut |= dict.fromkeys(minutes, closed[0])
                    else:
                        is_open |= minutes
        return is_open, shut

    def _occurrences(self) -> Iterator[tuple[Shift, Minutes, list[tuple[Substitution, Minutes]]]]:
        for day in self._days():
            for shift in self.roster.shifts:
                if begins_on(shift, day):
                    local = self._clocks[shift.zone or self.roster.line.timezone]
                    yield (
                        shift,
                        local.minutes(walls(day, shift.starts, shift.ends)),
                        [(s, local.minutes(stood_in(shift, day, s))) for s in shift.substitutions],
                    )

    def answer(self, at: datetime, language: str | None = None) -> Answer:
        if at not in self.open:
            closure = self._shut.get(at)
            return Answer("closure" if closure else "closed", [], [], closure)
        answer = self.standing(at)
        if answer.people and language is not None:
            spoken = {name: self.roster.responders[name].languages for name in answer.people}
            answer.people = [name for name in answer.people if language in spoken[name]]
            answer.reason = None if answer.people else "language"
        return answer

    def standing(self, at: datetime) -> Answer:
        shifts, ring = [], []
        for order, (shift, minutes, stand_ins) in enumerate(self._worked):
            if at not in minutes:
                continue
            shifts.append(shift)
            decisions = [substitution for substitution, during in stand_ins if at in during]
            for place, assigned in enumerate(shift.responders):
                person = who(assigned, decisions)
                if person in self.roster.responders and at not in self._absent.get(person, ()):
                    ring.append((place, order, person))
        people: list[str] = []
        for _, _, person in sorted(ring):
            if person not in people:
                people.append(person)
        reason = None if people else "absent" if shifts else "no_shift"
        return Answer(reason, people, shifts)

    def short(self, at: datetime) -> set[tuple[str | None, int, int]]:
        """What is short in a minute: language, needed, covered."""
        if at not in self.open:
            return set()
        answer = self.standing(at)
        there = len(answer.people)
        needed = max(1, sum(shift.needed for shift in answer.shifts))
        found: set[tuple[str | None, int, int]] = (
            {(None, needed, there)} if there < needed else set()
        )
        if answer.people:
            wanted = Counter(name for shift in answer.shifts for name in set(shift.languages))
            for language in {*self.roster.line.languages, *wanted}:
                able = [p for p in answer.people if language in self.roster.responders[p].languages]
                if len(able) < max(1, wanted[language]):
                    found.add((language, max(1, wanted[language]), len(able)))
        return found
