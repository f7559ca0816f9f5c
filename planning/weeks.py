"""Laying a week over other weeks: a copy, a template, or the standing week again.

What would happen is worked out from frozen values, without a lock, and shown; the same plan
is then written in one change, if nobody has changed the roster in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, select

from logging_db.rosters import VERSION, read_book
from logging_db.tables import partner_services, responders, templates
from planning.ledger import Author, changing
from planning.objections import Refused, refuse
from planning.templates import slots as template_slots
from planning.week_diff import compare
from planning.week_match import Mode
from planning.week_plan import Scene, WeekPlan
from planning.week_slots import DAY, WEEK, Content, Slot, of_standing, of_week
from planning.week_write import WeekWriter
from routing.roster import Line, Roster
from routing.wall import zone_of

MOST_WEEKS = 52
MOST_STEPS = 6000  # a change of more rows would hold up everything else that is written
FARTHEST = timedelta(days=5 * 366)  # weeks further away are mistyped
MARGIN = 3 * DAY  # shifts over midnight, and zones


@dataclass(frozen=True)
class Source:
    """Where it comes from: a dated week by its Monday, a template, or the standing week."""

    kind: Literal["week", "template", "standing"]
    monday: date | None = None
    template_id: str = ""


@dataclass(frozen=True)
class Order:
    """Which weeks of a line, by their Mondays, are to become what, and how."""

    line_id: str
    source: Source
    mondays: tuple[date, ...]
    mode: Mode = "replace"


@dataclass(frozen=True)
class Preview:
    """What would happen, at a version of the roster. ``name`` is that of the template."""

    order: Order
    line: Line
    at: datetime
    version: int
    weeks: tuple[WeekPlan, ...]
    name: str = ""

    @property
    def steps(self) -> int:
        """How many shifts would be added, changed or removed."""
        return sum(len(week.steps) for week in self.weeks)


class RosterMovedError(Refused):
    """Somebody has changed the roster since the preview; nothing was changed."""


def preview(connection: Connection, at: datetime, order: Order) -> Preview:
    """Return what an order would do; it only reads. Refuses an order that cannot be.

    Raises :class:`~planning.objections.Refused`.
    """
    mondays = sorted(set(order.mondays))
    for day in (*mondays, *filter(None, [order.source.monday])):
        if abs(day - at.date()) > FARTHEST:
            raise refuse("weekly_too_far", day=day)
    if not mondays or any(monday.weekday() for monday in mondays):
        raise refuse("weeks_none")
    if len(mondays) > MOST_WEEKS:
        raise refuse("weeks_too_many", most=MOST_WEEKS)
    book = read_book(connection, mondays[0] - MARGIN, mondays[-1] + WEEK + MARGIN)
    roster = book.by_id.get(order.line_id)
    if roster is None:
        raise refuse("line_unknown")
    if mondays[0] + WEEK <= at.astimezone(zone_of(roster.line.timezone)).date():
        raise refuse("week_is_over", day=mondays[0])
    names = {row.id: row.name for row in connection.execute(select(responders))}
    scene = Scene(book.by_id, order.line_id, names, at)
    content, name = _content(connection, order, roster)
    plans = compare(scene, content, mondays, order.mode)
    found = Preview(order, roster.line, at, book.version, tuple(plans), name)
    if found.steps > MOST_STEPS:
        raise refuse("weeks_too_large", steps=found.steps, most=MOST_STEPS)
    return found


def _content(connection: Connection, order: Order, roster: Roster) -> tuple[Content, str]:
    """Return the slots of each week, and the name of the template."""
    source = order.source
    if source.kind == "standing":
        return lambda monday: of_standing(roster, monday), ""
    if source.kind == "template":
        query = select(templates).where(
            templates.c.id == source.template_id, templates.c.line_id == order.line_id
        )
        template = connection.execute(query).one_or_none()
        if template is None:
            raise refuse("template_gone")
        slots: Sequence[Slot] = template_slots(connection, template.id)
        return lambda _: slots, template.name
    if source.monday is None or source.monday.weekday():
        raise refuse("weeks_none")
    book = read_book(connection, source.monday - MARGIN, source.monday + WEEK + MARGIN)
    planned = of_week(book.by_id[order.line_id], source.monday)
    return lambda _: planned, ""


def apply(connection: Connection, author: Author, found: Preview) -> None:
    """Do what a preview says, as one change.

    Raises :class:`RosterMovedError` where the roster is no longer the one of the preview;
    nothing has changed then. Where it is, the plan is as good as when it was made: nothing
    needs to be looked over while everybody else who writes has to wait.
    """
    order = found.order
    steps = [step for week in found.weeks for step in week.steps]
    kind, details = _told(found)
    with changing(connection, found.at, author, kind, order.line_id, **details) as ledger:
        if connection.execute(VERSION).scalar_one() != found.version:
            raise RosterMovedError(refuse("weeks_roster_changed").objections)
        query = select(partner_services.c.code, partner_services.c.id)
        services = {row.code: row.id for row in connection.execute(query)}
        WeekWriter(ledger, order.line_id, services).write(steps)


def _told(found: Preview) -> tuple[str, dict[str, str | int]]:
    """Return the kind of the change and what the list of changes will say of it."""
    order = found.order
    first = min(order.mondays).isoformat()
    details: dict[str, str | int] = {
        "weeks": len(set(order.mondays)),
        "mode": order.mode,
        "steps": found.steps,
    }
    if order.source.kind == "template":
        return "template_applied", details | {"name": found.name, "monday": first}
    if order.source.kind == "standing":
        return "standing_applied", details | {"monday": first}
    source = order.source.monday or min(order.mondays)
    return "week_copied", details | {"from": source.isoformat(), "to": first}


def mondays_from(first: date, count: int) -> tuple[date, ...]:
    """Return the Mondays of so many weeks, from the week of ``first`` on."""
    monday = first - timedelta(days=first.weekday())
    return tuple(monday + n * WEEK for n in range(count))
