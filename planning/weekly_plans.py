"""A weekly shift as it is wanted, in the standing week or in a template."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from logging_db.tables import lines, partner_services
from planning.objections import Refused, refuse
from planning.plans import Plan, faults

_SOME_MONDAY = date(2024, 1, 1)  # a week in which no clock changes


@dataclass(frozen=True)
class WeeklyPlan:
    """``weekday`` 0 is Monday; ``responders`` are ids in ring order.

    ``next_day`` says that it ends on the day after; ``None`` leaves that to the times.
    """

    service_id: str
    weekday: int
    starts: time
    ends: time
    needed: int = 1
    languages: tuple[str, ...] = ()
    responders: tuple[str, ...] = ()
    next_day: bool | None = None

    def values(self) -> dict[str, Any]:
        """Return the columns that it gives a row of ``shifts``."""
        return {
            "service_id": self.service_id,
            "weekday": self.weekday,
            "starts": self.starts,
            "ends": self.ends,
            "needed": self.needed,
            "languages": sorted(set(self.languages)),
        }

    def is_slot_of(self, row: Row[Any]) -> bool:
        """Tell whether a row is of the same service, weekday and times."""
        own = self.values()
        return all(
            getattr(row, name) == own[name] for name in ("service_id", "weekday", "starts", "ends")
        )


def fit(connection: Connection, line_id: str, plans: Iterable[WeeklyPlan]) -> str:
    """Return the zone of the line; refuse plans that are wrong whatever else is planned.

    A weekly time may be one that clocks leap over once a year: it exists in all other weeks.
    """
    own = select(lines.c.timezone).where(lines.c.id == line_id)
    zone = connection.execute(own).scalar_one_or_none()
    if zone is None:
        raise refuse("line_unknown")
    services = set(connection.execute(select(partner_services.c.id)).scalars())
    wrong = []
    for plan in plans:
        if plan.weekday not in range(7):
            raise refuse("weekday_unknown")
        day = _SOME_MONDAY + timedelta(days=plan.weekday)
        dated = Plan(
            plan.service_id,
            day,
            plan.starts,
            plan.ends,
            plan.needed,
            plan.languages,
            plan.responders,
            plan.next_day,
        )
        wrong += faults(dated, zone, services)
    if wrong:
        raise Refused(wrong)
    return str(zone)
