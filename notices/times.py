"""About which time somebody is told: a shift on a day, or a part of it."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Connection, select

from logging_db.tables import lines, shifts
from routing.duty import Occurrence, part, span, zone_of
from routing.roster import Shift, Substitution


@dataclass(frozen=True)
class When:
    """A time (UTC, half-open) on a line; ``zone`` is that of its wall times."""

    line_id: str
    line: str
    begins: datetime
    ends: datetime
    zone: str

    def params(self) -> dict[str, Any]:
        """Return it as params of a notice."""
        times = {"begins": self.begins.isoformat(), "ends": self.ends.isoformat()}
        return {"line_id": self.line_id, "line": self.line, "zone": self.zone} | times


def when_of(
    connection: Connection,
    shift_id: str,
    day: date,
    starts: time | None = None,
    ends: time | None = None,
) -> When | None:
    """Return when a shift is on ``day``, from ``starts`` to ``ends`` if only a part is meant.

    ``None`` where there is no such shift (any more): ask before deleting it.
    """
    query = select(shifts, lines.c.name.label("line")).join(lines).where(shifts.c.id == shift_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    shift = Shift(row.id, "", None, day, row.starts, row.ends, row.needed, ())
    on = Occurrence(shift, day, *span(day, row.starts, row.ends, zone_of(row.zone)), row.zone)
    begins, finishes = part(on, Substitution("", "", "", starts, ends))
    return When(row.line_id, row.line, begins, finishes, row.zone)
