"""A preview as the page shows it: counts for each week, and lists that do not grow too long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from console.shift_making import said
from console.week_words import joined, language_name
from console.weeks_lines import Desk
from planning.objections import Objection
from planning.week_plan import Step, WeekPlan
from planning.week_slots import Slot
from planning.weeks import Preview

MOST = 30  # rows of a list; a week can have four hundred


@dataclass(frozen=True)
class Row:
    """A shift that changes: on a day, what is there before and after."""

    day: date
    slot: Slot
    service: str
    before: str
    after: str


@dataclass(frozen=True)
class Part:
    """One kind of what would happen in a week; ``more`` rows are not shown."""

    kind: str  # added, changed, removed, left_out, left_open, warnings
    count: int
    rows: Sequence[Row]
    sentences: Sequence[str]
    more: int


@dataclass(frozen=True)
class ShownWeek:
    """A week of the preview. ``begun`` counts what has begun and stays as it was."""

    monday: date
    parts: Sequence[Part]
    kept: int
    begun: int
    whole: bool

    def count(self, kind: str) -> int:
        """Return how many there are of a kind."""
        return sum(part.count for part in self.parts if part.kind == kind)


def shown_weeks(found: Preview, desk: Desk, whole: date | None) -> list[ShownWeek]:
    """Return the weeks of a preview; of the one of ``whole``, all rows."""
    names = {person.id: person.name for person in desk.roster.responders.values()}
    return [_week(week, names, desk.service_names, whole == week.monday) for week in found.weeks]


def _week(
    week: WeekPlan,
    names: dict[str, str],
    services: dict[str, str],
    whole: bool,  # noqa: FBT001
) -> ShownWeek:
    most = None if whole else MOST

    def rows(*acts: str) -> Part:
        return _rows(
            acts[0], [_row(s, names, services) for s in week.steps if _act(s) in acts], most
        )

    out = [each.why for each in week.left_out if each.why.code != "week_slot_begun"]
    parts = [
        rows("added"),
        rows("changed"),
        rows("removed"),
        _sentences("left_out", out, most),
        _sentences("left_open", week.left_open, most),
        _sentences("warnings", week.warnings, most),
    ]
    begun = len(week.left_out) - len(out)
    return ShownWeek(week.monday, [p for p in parts if p.count], week.kept, begun, whole)


def _act(step: Step) -> str:
    if step.was is None:
        return "added"
    return "removed" if step.then is None else "changed"


def _row(step: Step, names: dict[str, str], services: dict[str, str]) -> Row:
    slot = step.then or step.was
    assert slot is not None  # noqa: S101 # a step has one or the other
    before, after = (_says(each, names) for each in (step.was, step.then))
    if step.was and step.then and step.was.key[1:4] != step.then.key[1:4]:
        before = f"{step.was.starts:%H:%M}–{step.was.ends:%H:%M}: {before}"
    return Row(step.day, slot, services.get(slot.service, slot.service), before, after)


def _says(slot: Slot | None, names: dict[str, str]) -> str:
    """Write the people of a slot, how many are needed, and the languages."""
    if slot is None:
        return ""
    people = joined([names.get(person, "?") for person in slot.people]) or "—"
    if slot.needed != len(slot.people):
        people += f" ({len(slot.people)}/{slot.needed})"
    if slot.languages:
        people += f" · {joined([language_name(each) for each in slot.languages])}"
    return people


def _rows(kind: str, rows: list[Row], most: int | None) -> Part:
    return Part(kind, len(rows), rows[:most], (), max(0, len(rows) - (most or len(rows))))


def _sentences(kind: str, found: Sequence[Objection], most: int | None) -> Part:
    words = said(found)
    return Part(kind, len(found), (), words[:most], max(0, len(words) - (most or len(words))))
