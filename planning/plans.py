"""What a shift should be, as a form or a file says it, and what is wrong with that by itself."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta

from planning.objections import Objection
from routing.duty import exists, zone_of

MOST_NEEDED = 50


@dataclass(frozen=True)
class Plan:
    """A dated shift as it is wanted. ``responders`` are ids in ring order.

    ``next_day`` says that it ends on the day after; ``None`` leaves that to the times.
    """

    service_id: str
    day: date
    starts: time
    ends: time
    needed: int = 1
    languages: tuple[str, ...] = ()
    responders: tuple[str, ...] = ()
    next_day: bool | None = None


def faults(plan: Plan, zone: str, services: Collection[str]) -> list[Objection]:
    """Return what is wrong with a plan whatever else is planned."""
    return [*_times(plan, zone), *_rest(plan, services)]


def _times(plan: Plan, zone: str) -> Iterator[Objection]:
    over_night = plan.ends <= plan.starts
    if over_night and plan.next_day is False:
        yield Objection("ends_before_start", {"starts": plan.starts, "ends": plan.ends})
    if not over_night and plan.next_day:
        yield Objection("longer_than_a_day", {"starts": plan.starts, "ends": plan.ends})
    last = plan.day + timedelta(days=1) if over_night else plan.day
    for day, at in ((plan.day, plan.starts), (last, plan.ends)):
        if not exists(day, at, zone_of(zone)):
            yield Objection("no_such_time", {"day": day, "time": at})


def _rest(plan: Plan, services: Collection[str]) -> Iterator[Objection]:
    if plan.service_id not in services:
        yield Objection("service_unknown")
    if not 1 <= plan.needed <= MOST_NEEDED:
        yield Objection("needed_out_of_range", {"most": MOST_NEEDED})
    if len(set(plan.responders)) < len(plan.responders):
        yield Objection("person_twice")
