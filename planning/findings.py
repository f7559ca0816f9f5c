"""What was found when a change was looked over."""

from dataclasses import dataclass

from planning.objections import Objection


@dataclass(frozen=True)
class Finding:
    """An objection, with the shift that it is about and the person, if it is about one."""

    objection: Objection
    shift_id: str
    person: str | None = None
