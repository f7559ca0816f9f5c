"""What weekly shifts stand in: a line's standing week, or a template. Pages treat them alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from flask import abort, request, url_for
from sqlalchemy import Connection

from console import languages
from console.office import office
from console.week_books import Week, names_of, week_of
from logging_db.rosters import Book
from planning import templates
from planning.objections import refuse
from planning.weekly import coming_monday
from routing.engagements import Engagement
from routing.roster import Line, Roster, Shift
from routing.wall import zone_of

DAY = timedelta(days=1)
WEEK = 7 * DAY


@dataclass(frozen=True)
class Frame:
    """The weekly shifts of a line, or of one of its templates.

    ``book`` has nothing but what comes every week: no dated shifts, no absences, no closures.
    ``templates`` are the line's: id, name, number of shifts. ``names`` are those of everybody
    in a shift, and on the form that is sent.
    """

    book: Book
    roster: Roster
    names: Mapping[str, str]
    today: date
    next_monday: date
    templates: Sequence[tuple[str, str, int]]
    template_id: str = ""
    template: str = ""

    @property
    def line(self) -> Line:
        """The line."""
        return self.roster.line

    @property
    def lines(self) -> list[Line]:
        """All lines, to choose from."""
        return [roster.line for roster in self.book.by_id.values()]

    def name(self, person: str) -> str:
        """Return a person's name, that of somebody who no longer answers too."""
        known = self.roster.responders.get(person)
        return known.name if known else self.names.get(person, "?")

    def shift(self, shift_id: str) -> Shift:
        """Return a weekly shift by its id; refuse one that is gone."""
        for shift in self.roster.shifts:
            if shift.id == shift_id:
                return shift
        raise refuse("shift_gone")

    def home(self, on: date | None = None, shift_id: str = "", weekday: int | None = None) -> str:
        """Return the address of the table; of the standing week as it holds on a day.

        A narrow window shows the ``weekday``.
        """
        more: dict[str, Any] = {
            "weekday": weekday,
            "_anchor": f"w-{shift_id}" if shift_id else None,
        }
        if self.template_id:
            more["template_id"] = self.template_id
            return url_for("standing_template.page", line_id=self.line.id, **more)
        day = on.isoformat() if on and on != self.today else None
        return url_for("standing.page", line_id=self.line.id, on=day, **more)

    def url(self, act: str, **more: Any) -> str:
        """Return the address of an act on weekly shifts: new, edit, remove, people."""
        return url_for(
            f"standing_shift.{act}",
            line_id=self.line.id,
            template_id=self.template_id or None,
            **more,
        )


def frame_of(connection: Connection, line_id: str, template_id: str = "") -> Frame:
    """Return what the request is about; 404 without such a line, refused without such a template.

    Dated shifts are left out, so the book of whatever week will do.
    """
    at = office().clock()
    book = week_of(connection, languages.local(at).date()).book
    roster = book.by_id.get(line_id) or abort(404)
    name, own = "", {}
    if template_id:
        row = templates.row_of(connection, template_id)
        if row.line_id != line_id:
            raise refuse("template_gone")
        name, own = row.name, {line_id: _of_template(connection, template_id)}
    pattern = _pattern(book, own if template_id else None)
    roster = pattern.by_id[line_id]
    people = {person for shift in roster.shifts for person in shift.responders}
    people.update(request.values.getlist("people"))
    return Frame(
        book=pattern,
        roster=roster,
        names=names_of(connection, roster, people),
        today=at.astimezone(zone_of(roster.line.timezone)).date(),
        next_monday=coming_monday(at, roster.line.timezone),
        templates=templates.of_line(connection, line_id),
        template_id=template_id,
        template=name,
    )


def _of_template(connection: Connection, template_id: str) -> tuple[Shift, ...]:
    """Return the shifts of a template as if they were weekly ones."""
    return tuple(
        Shift(
            id=entry.id,
            service=entry.slot.service,
            weekday=entry.slot.weekday,
            day=None,
            starts=entry.slot.starts,
            ends=entry.slot.ends,
            needed=entry.slot.needed,
            responders=entry.slot.people,
            languages=entry.slot.languages,
            zone=entry.slot.zone,
            version=entry.version,
        )
        for entry in templates.entries(connection, template_id)
    )


def _pattern(book: Book, own: Mapping[str, tuple[Shift, ...]] | None) -> Book:
    """Return a book of what comes every week; ``own`` are other shifts than the rosters'."""
    rosters = {
        line_id: replace(
            roster,
            line=replace(roster.line, closures=()),
            shifts=_weekly(roster) if own is None else own.get(line_id, ()),
            absences={},
            begins=None,
            ends=None,
        )
        for line_id, roster in book.by_id.items()
    }
    by_number = {roster.line.number: roster for roster in rosters.values()}
    return replace(book, by_id=rosters, by_number=by_number)


def _weekly(roster: Roster) -> tuple[Shift, ...]:
    return tuple(
        replace(shift, except_days=frozenset())
        for shift in roster.shifts
        if shift.weekday is not None
    )


class PatternWeek(Week):
    """A week of a pattern in which somebody is looked for, on one weekday or on several.

    Whoever is taken up on any of the days counts as taken up on the first of them, so that
    those are offered first who could come on all.
    """

    def __init__(self, book: Book, monday: date, weekdays: Sequence[int]) -> None:
        super().__init__(book, monday)
        self._apart = [(each - weekdays[0]) * DAY for each in weekdays] or [0 * DAY]

    @cached_property
    def engaged(self) -> dict[str, list[Engagement]]:
        """When everybody is taken up, as seen from the first of the days."""
        return {
            person: [
                replace(each, begins=each.begins - apart, ends=each.ends - apart)
                for apart in self._apart
                for each in found
            ]
            for person, found in super().engaged.items()
        }


def first_of(weekday: int, since: date) -> date:
    """Return the first day of a weekday, from a day on."""
    return since + (weekday - since.weekday()) % 7 * DAY
