"""What would change if weeks became what a source says. Pure: it reads frozen values alone."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from planning.objections import Detail, Objection
from planning.week_fits import OpenDays, missing_time
from planning.week_making import Making
from planning.week_match import DayMatch, Mode, There, Wanted, match
from planning.week_plan import LeftOut, Scene, WeekPlan
from planning.week_slots import Content, Slot, days_of, slot_of
from planning.week_taken import Taken
from routing.duty import occurrences
from routing.engagements import engagements
from routing.wall import span, zone_of

DAY = timedelta(days=1)


def compare(scene: Scene, content: Content, mondays: Iterable[date], mode: Mode) -> list[WeekPlan]:
    """Return what would change in each week, by week.

    With ``replace`` a week becomes what ``content`` says, with ``fill`` only what is missing is
    added. What has begun is never touched, nor are days on which the line stays closed; what
    lies outside the opening hours is left out. Nobody is put in two shifts at once, on
    whatever lines: their place stays open.
    """
    weeks = sorted(set(mondays))
    is_open = OpenDays(scene.roster.line)
    days: dict[date, DayMatch] = {}
    for monday in weeks:
        wanted: dict[int, list[Slot]] = {}
        for slot in content(monday):
            wanted.setdefault(slot.weekday, []).append(slot)
        for day in days_of(monday):
            days[day] = _match_day(scene, is_open, day, wanted.get(day.weekday(), []), mode)
    making = Making(scene, _taken(scene, days))
    making.run(days)
    return _by_week(weeks, days, making)


def _match_day(
    scene: Scene, is_open: OpenDays, day: date, slots: Sequence[Slot], mode: Mode
) -> DayMatch:
    active, zone = scene.roster.responders, scene.roster.line.timezone
    there = [
        There(on, slot_of(on.shift, day.weekday(), zone).among(active))
        for on in occurrences(scene.roster, day)
    ]
    return match(
        [Wanted(slot, slot.among(active)) for slot in slots],
        there,
        lambda slot: _why_not(scene, is_open, day, slot),
        lambda each: (
            is_open.is_shut(day, each.on.begins, each.on.ends) or each.on.begins <= scene.at
        ),
        mode,
    )


def _why_not(scene: Scene, is_open: OpenDays, day: date, slot: Slot) -> Objection | None:
    """Return why a slot cannot be had on a day."""
    begins, ends = span(day, slot.starts, slot.ends, zone_of(slot.zone))
    where: dict[str, Detail] = {
        "service": slot.service,
        "day": day,
        "starts": slot.starts,
        "ends": slot.ends,
    }
    if begins <= scene.at:
        return Objection("week_slot_begun", where)
    if is_open.is_shut(day, begins, ends):
        return Objection("week_slot_closed", where)
    if missing_time(day, slot.starts, slot.ends, slot.zone) is not None:
        return Objection("week_slot_no_time", where)
    return None if is_open.holds(day, begins, ends) else Objection("week_slot_outside", where)


def _taken(scene: Scene, days: dict[date, DayMatch]) -> Taken:
    """Return when people are taken up by all that stays as it is, on all lines."""
    open_still = {
        (there.on.shift.id, day)
        for day, found in days.items()
        for there in (*found.removed, *(there for _, there in found.pairs))
    }
    taken = Taken()
    if days:
        first, last = min(days) - 2 * DAY, max(days) + 2 * DAY
        for roster in scene.rosters.values():
            taken.add(
                each
                for each in engagements(roster, first, last)
                if (each.on.shift.id, each.on.day) not in open_still
            )
    return taken


def _by_week(weeks: Sequence[date], days: dict[date, DayMatch], making: Making) -> list[WeekPlan]:
    plans = {monday: WeekPlan(monday) for monday in weeks}

    def of(day: date) -> WeekPlan:
        return plans[day - day.weekday() * DAY]

    for day, found in days.items():
        of(day).kept += len(found.kept)
        of(day).left_out += [LeftOut(day, slot, why) for slot, why in found.left_out]
    for step in sorted(making.steps, key=lambda step: step.day):
        of(step.day).steps.append(step)
    for note in making.notes:
        plan = of(note.day)
        (plan.left_open if note.is_open else plan.warnings).append(note.what)
    for day in making.kept:
        of(day).kept += 1
    return list(plans.values())
