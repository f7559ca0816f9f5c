"""The content of a week, whatever it comes from: slots with their people."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from routing.duty import occurrences
from routing.roster import Roster, Shift

DAY = timedelta(days=1)
WEEK = 7 * DAY
DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES


@dataclass(frozen=True)
class Slot:
    """A shift within a week that is not dated. ``people`` are ids in ring order.

    ``service`` is a code; times are wall times in ``zone``.
    """

    service: str
    weekday: int
    starts: time
    ends: time
    zone: str
    needed: int = 1
    languages: tuple[str, ...] = ()
    people: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[object, ...]:
        """What tells one slot from another: service, weekday and times."""
        return self.service, self.weekday, self.starts, self.ends, self.zone

    def with_people(self, people: Iterable[str]) -> "Slot":
        """Return the same slot with these people."""
        return replace(self, people=tuple(people))

    def among(self, known: Mapping[str, object]) -> "Slot":
        """Return the slot without people who are not ``known``: they answer no more."""
        if all(person in known for person in self.people):
            return self
        return self.with_people(person for person in self.people if person in known)


Content = Callable[[date], Sequence[Slot]]
"""The slots that a week should have, by its Monday."""


def slot_of(shift: Shift, weekday: int, zone: str) -> Slot:
    """Return what a shift is on a weekday; ``zone`` is the line's. Substitutions do not count."""
    return Slot(
        shift.service,
        weekday,
        shift.starts,
        shift.ends,
        shift.zone or zone,
        shift.needed,
        tuple(sorted(set(shift.languages))),
        shift.responders,
    )


def days_of(monday: date) -> list[date]:
    """Return the seven days of a week."""
    return [monday + n * DAY for n in range(7)]


def of_week(roster: Roster, monday: date) -> list[Slot]:
    """Return what is really planned in a week: dated shifts and the standing week's."""
    return [
        slot_of(on.shift, day.weekday(), roster.line.timezone)
        for day in days_of(monday)
        for on in occurrences(roster, day)
    ]


def of_standing(roster: Roster, monday: date) -> list[Slot]:
    """Return what the standing week says of a week, whatever was decided for single days."""
    return [
        slot_of(shift, day.weekday(), roster.line.timezone)
        for day in days_of(monday)
        for _, shift in roster.weekly.get(day.weekday(), ())
        if holds_on(shift, day)
    ]


def holds_on(weekly: Shift, day: date) -> bool:
    """Tell whether a weekly shift has an occurrence on a day, decided otherwise or not."""
    return replace(weekly, except_days=frozenset()).is_on(day)


def meet(one: Slot, other: Slot) -> bool:
    """Tell whether two slots of a week run at the same time, Sunday night and Monday included."""
    return any(
        begins < other_ends + week and other_begins + week < ends
        for week in (-WEEK_MINUTES, 0, WEEK_MINUTES)
        for begins, ends in (_minutes(one),)
        for other_begins, other_ends in (_minutes(other),)
    )


def _minutes(slot: Slot) -> tuple[int, int]:
    """Return when a slot begins and ends, on paper, in minutes since Monday 00:00."""
    starts, ends = (at.hour * 60 + at.minute for at in (slot.starts, slot.ends))
    begins = slot.weekday * DAY_MINUTES + starts
    return begins, begins + ((ends - starts) % DAY_MINUTES or DAY_MINUTES)
