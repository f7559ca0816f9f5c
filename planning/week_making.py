"""Who goes where: the people of what is added and changed, one after the other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import NamedTuple

from planning.objections import Detail, Objection
from planning.week_match import DayMatch, There, Wanted
from planning.week_plan import Scene, Step
from planning.week_slots import Slot, holds_on, slot_of
from planning.week_taken import Taken, engaged, held_by, remaining, with_people
from routing.duty import Occurrence
from routing.engagements import Engagement
from routing.roster import Shift
from routing.wall import span, zone_of

Span = tuple[datetime, datetime]


class Note(NamedTuple):
    """Something to know about a day; ``is_open``: about a place that stays open."""

    day: date
    what: Objection
    is_open: bool = False


@dataclass
class Making:
    """Turns a comparison into steps, and remembers who is taken up by what it made so far."""

    scene: Scene
    taken: Taken
    steps: list[Step] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    kept: list[date] = field(default_factory=list)

    def __post_init__(self) -> None:
        shifts = self.scene.roster.shifts
        self._weekly = {shift.id: shift for shift in shifts if shift.weekday is not None}
        self._called_off = {
            (shift.weekly_id, shift.weekly_day): shift
            for shift in shifts
            if shift.cancelled and shift.weekly_id
        }

    def run(self, days: Mapping[date, DayMatch]) -> None:
        """Work through all days; ``days`` says what is wanted and what is there."""
        self._moved = {
            (there.on.shift.weekly_id, there.on.shift.weekly_day): there
            for found in days.values()
            for there in found.removed
            if there.on.shift.weekly_id
        }
        pairs = [pair for found in days.values() for pair in found.pairs]
        # Promises made to stand in come first: nobody is planned elsewhere against them.
        pairs.sort(key=lambda pair: not pair[1].on.shift.substitutions)
        for wanted, there in pairs:
            self._change(wanted, there)
        for day, found in days.items():
            for wanted in found.added:
                self._add(day, wanted)
        used = {id(step.row) for step in self.steps if step.act == "restore"}
        for day, found in days.items():
            for there in found.removed:
                if id(there.on.shift) not in used:
                    self.steps.append(Step("remove", day, there.slot, None, there.on.shift))
                    self._end_promises(there.on, there.on.shift.responders)

    def _change(self, wanted: Wanted, there: There) -> None:
        """Give a shift that is there what is wanted of it."""
        on, shift = there.on, there.on.shift
        people = self._free(on.day, wanted, on)
        then = wanted.slot.with_people(people)
        same = then == there.slot
        after = on if same else with_people(on, people, shift.responders)
        self.taken.add(engaged(self.scene.roster.line, after))
        if same:
            self.kept.append(on.day)
            return
        gone = [person for person in shift.responders if person not in people]
        self._end_promises(on, gone)
        follows = not after.shift.substitutions and self._says(shift.weekly_id, on.day, then)
        if follows and shift.weekly_day == on.day:
            self.steps.append(Step("restore", on.day, there.slot, then, shift))
        else:
            self.steps.append(Step("change", on.day, there.slot, then, shift))
        self._warn(on.day, then, on)

    def _add(self, day: date, wanted: Wanted) -> None:
        slot = wanted.slot
        begins, ends = span(day, slot.starts, slot.ends, zone_of(slot.zone))
        shift = Shift("", slot.service, None, day, slot.starts, slot.ends, slot.needed, ())
        on = Occurrence(shift, day, begins, ends, slot.zone)
        people = self._free(day, wanted, on)
        after = replace(on, shift=replace(shift, responders=people))
        self.taken.add(engaged(self.scene.roster.line, after))
        then = slot.with_people(people)
        self.steps.append(self._added(day, then))
        self._warn(day, then, on)

    def _added(self, day: date, then: Slot) -> Step:
        """Return the step that adds a shift: as an occurrence of the standing week if it is one."""
        zone = self.scene.roster.line.timezone
        spare: Shift | None = None
        for weekly in self._excepted(day):
            if slot_of(weekly, day.weekday(), zone).key != then.key:
                continue
            own = (weekly.id, day)
            row = self._called_off.get(own)
            there = self._moved.get(own)
            if self._says(weekly.id, day, then) and (row or there):
                self._called_off.pop(own, None)
                self._moved.pop(own, None)
                if there is not None:
                    self._end_promises(there.on, there.on.shift.responders)
                    return Step("restore", day, there.slot, then, there.on.shift)
                return Step("restore", day, None, then, row)
            spare = spare or row
        if spare is not None:
            self._called_off.pop((str(spare.weekly_id), day))
        return Step("add", day, None, then, spare)

    def _excepted(self, day: date) -> Iterator[Shift]:
        """Return the weekly shifts of which something else was decided for a day."""
        for _, weekly in self.scene.roster.weekly.get(day.weekday(), ()):
            if day in weekly.except_days and holds_on(weekly, day):
                yield weekly

    def _says(self, weekly_id: str | None, day: date, then: Slot) -> bool:
        """Tell whether a weekly shift has just this on a day."""
        weekly = self._weekly.get(weekly_id or "")
        if weekly is None or not holds_on(weekly, day):
            return False
        own = slot_of(weekly, day.weekday(), self.scene.roster.line.timezone)
        return own.among(self.scene.roster.responders) == then

    def _free(self, day: date, wanted: Wanted, on: Occurrence) -> tuple[str, ...]:
        """Return who of those wanted can stand there; note the others."""
        people = []
        for person in dict.fromkeys(wanted.raw.people):
            details = self._where(day, wanted.slot) | {"who": self._name(person)}
            if person not in self.scene.roster.responders:
                self.notes.append(Note(day, Objection("left_open_gone", details), is_open=True))
                continue
            clash = self._clash(person, on)
            if clash is None:
                people.append(person)
                continue
            details |= {
                "other_service": clash.on.shift.service,
                "other_day": clash.on.day,
                "other_starts": clash.on.shift.starts,
                "other_ends": clash.on.shift.ends,
            }
            self.notes.append(Note(day, Objection("left_open_busy", details), is_open=True))
        return tuple(people)

    def _clash(self, person: str, on: Occurrence) -> Engagement | None:
        spans: list[Span] = [(on.begins, on.ends)]
        if person in on.shift.responders:
            line = self.scene.roster.line
            spans = [(each.begins, each.ends) for each in held_by(line, on, person)]
        found = (self.taken.clash(person, *each) for each in spans)
        return next((each for each in found if each), None)

    def _end_promises(self, on: Occurrence, gone: list[str] | tuple[str, ...]) -> None:
        """Note who would no longer stand in for somebody."""
        subs = on.shift.substitutions
        left = remaining(subs, gone)
        for each in subs:
            if each not in left:
                details: dict[str, Detail] = {
                    "who": self._name(each.responder),
                    "instead_of": self._name(each.instead_of),
                    **_times(on.shift.service, on.day, on.shift),
                }
                what = Objection("week_ends_substitution", details, hard=False)
                self.notes.append(Note(on.day, what))

    def _warn(self, day: date, then: Slot, on: Occurrence) -> None:
        roster = self.scene.roster
        where = self._where(day, then)
        for person in then.people:
            for absence in roster.absences.get(person, ()):
                if absence.starts_at < on.ends and on.begins < absence.ends_at:
                    details = where | {"who": self._name(person)}
                    self.notes.append(Note(day, Objection("is_absent", details, hard=False)))
        spoken = {each for person in then.people for each in roster.responders[person].languages}
        for language in then.languages:
            if then.people and language not in spoken:
                details = where | {"language": language}
                self.notes.append(Note(day, Objection("nobody_speaks", details, hard=False)))

    def _where(self, day: date, slot: Slot) -> dict[str, Detail]:
        return _times(slot.service, day, slot)

    def _name(self, person: str) -> str:
        return self.scene.names.get(person, "?")


def _times(service: str, day: date, what: Slot | Shift) -> dict[str, Detail]:
    return {"service": service, "day": day, "starts": what.starts, "ends": what.ends}
