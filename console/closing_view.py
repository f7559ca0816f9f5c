"""What the page about a line's hours and closed days shows."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, time

from sqlalchemy import Connection

from console.change_rows import one
from console.closing_lines import LineRow
from console.office import office
from planning.closures import Closed, of_line
from planning.consequences import Affected, on_days, outside_hours
from planning.holidays import Proposal, missing
from planning.hours import Period, periods
from routing.roster import Closure

DAYS_SHOWN = 6


@dataclass(frozen=True)
class Hours:
    """The hours of a line: those of today, those that are planned, those that were."""

    now: Period
    planned: tuple[Period, ...]
    past: tuple[Period, ...]


@dataclass(frozen=True)
class Group:
    """The same shift on several days that are affected, in order."""

    service: str
    starts: time
    ends: time
    days: tuple[Affected, ...]

    @property
    def people(self) -> list[str]:
        """Who stands there on any of the days."""
        return list(dict.fromkeys(name for each in self.days for name in each.people))


@dataclass(frozen=True)
class Aftermath:
    """What a change did to planned shifts: they lie ``outside`` hours, are off, or on again."""

    what: str  # outside, closed, open
    groups: tuple[Group, ...]

    @property
    def shifts(self) -> int:
        """How many shifts are affected."""
        return sum(len(group.days) for group in self.groups)


def hours_of(connection: Connection, line: LineRow) -> Hours:
    """Return the hours of a line by when they hold."""
    found = periods(connection, line.id)
    now = next(each for each in found if each.holds(line.today))
    at = found.index(now)
    # Before anything was written down there were no hours: that is nobody's history.
    past = tuple(each for each in reversed(found[:at]) if each.openings or each.since)
    return Hours(now, tuple(found[at + 1 :]), past)


def closures_of(
    connection: Connection, line: LineRow
) -> tuple[tuple[Closed, ...], tuple[Closed, ...]]:
    """Return the closed days that are to come, and those that are over, the latest first."""
    found = of_line(connection, line.id)
    coming = tuple(each for each in found if each.day >= line.today)
    return coming, tuple(reversed(found[: len(found) - len(coming)]))


def holidays_of(connection: Connection, line: LineRow) -> list[Proposal]:
    """Return the public holidays of this year and the next that are to come and not closed."""
    closed = [Closure(each.day, each.names) for each in of_line(connection, line.id)]
    years = (line.today.year, line.today.year + 1)
    return [
        each
        for year in years
        for each in missing(closed, year, line.languages)
        if each.day >= line.today
    ]


def aftermath(connection: Connection, line: LineRow, change_id: int) -> Aftermath | None:
    """Return what a change of this line's hours or closed days did to planned shifts."""
    found = one(connection, change_id)
    if found is None or found[0].line_id != line.id or found[0].undone_by is not None:
        return None
    change, images = found
    at = office().clock()
    if change.kind == "hours_changed":
        since = date.fromisoformat(str(change.details["since"]))
        return _grouped("outside", outside_hours(connection, line.id, at, since))
    if change.kind not in ("closure_added", "closure_removed"):
        return None
    what, side = ("closed", "after") if change.kind == "closure_added" else ("open", "before")
    days = [date.fromisoformat(image[side]["day"]) for image in images if image[side]]
    return _grouped(what, on_days(connection, line.id, at, days))


def _grouped(what: str, shifts: Iterable[Affected]) -> Aftermath | None:
    groups: dict[tuple[str, time, time], Group] = {}
    for each in shifts:
        shift = each.on.shift
        key = shift.service, shift.starts, shift.ends
        group = groups.setdefault(key, Group(*key, days=()))
        groups[key] = replace(group, days=(*group.days, each))
    return Aftermath(what, tuple(groups.values())) if groups else None
