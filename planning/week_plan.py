"""What would happen to weeks, as values: a person looks at them before anything is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from planning.objections import Objection
from planning.week_slots import Slot
from routing.roster import Roster, Shift

Act = Literal["add", "change", "remove", "restore"]


@dataclass(frozen=True)
class Step:
    """One shift that is added, changed, removed, or follows the standing week again.

    ``was`` and ``then`` say what is there before and after. ``row`` is what is written to: a
    dated shift, also one that was called off; or a weekly one, whose occurrence it is.
    """

    act: Act
    day: date
    was: Slot | None
    then: Slot | None
    row: Shift | None = None


@dataclass(frozen=True)
class LeftOut:
    """A slot that is not made on a day, and why."""

    day: date
    slot: Slot
    why: Objection


@dataclass
class WeekPlan:
    """All that would happen to a week. ``kept`` counts the shifts that stay untouched.

    ``left_open`` names people whose places stay open, and why; ``warnings`` what else should
    be known.
    """

    monday: date
    steps: list[Step] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    left_open: list[Objection] = field(default_factory=list)
    warnings: list[Objection] = field(default_factory=list)
    kept: int = 0

    def count(self, *acts: Act) -> int:
        """Return how many steps are of these acts."""
        return sum(step.act in acts for step in self.steps)


@dataclass(frozen=True)
class Scene:
    """All that the comparison looks at: the rosters of all lines by id, with the weeks in them.

    ``names`` are those of all people, also of those who answer no more.
    """

    rosters: Mapping[str, Roster]
    line_id: str
    names: Mapping[str, str]
    at: datetime

    @property
    def roster(self) -> Roster:
        """The roster that changes."""
        return self.rosters[self.line_id]
