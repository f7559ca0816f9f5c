"""What the page of a weekly shift stands on and shows: its form, its people, who could come."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import render_template, request

from console.forms import UNPROCESSABLE, Answer
from console.languages import language
from console.shift_people import Candidate, Place, candidates
from console.shift_view import Sheet, chosen, place_of
from console.standing_form import WeeklyForm
from console.standing_frame import DAY, Frame, PatternWeek
from console.standing_table import weekly_card
from console.standing_words import weekly_note
from console.week_words import language_name
from console.weeks_lines import asked_day
from routing.roster import Shift

CONFLICT = 409


def fit(form: WeeklyForm, frame: Frame, shift: Shift | None) -> WeeklyForm:
    """Have a form offer what the line has; ``shift`` is the one that is changed."""
    form.prepare(frame, new=shift is None)
    services, wanted = sheet_of(frame, form).offers()
    offered = {code for code, _words in wanted}
    own = shift.languages if shift else ()
    form.offer(services, [*wanted, *((c, language_name(c)) for c in own if c not in offered)])
    return form


def sheet_of(frame: Frame, form: WeeklyForm) -> Sheet:
    """Return what people are looked for on: a week in which nothing but the pattern is."""
    weekdays = sorted(set(form.weekdays.data or ()))
    week = PatternWeek(frame.book, form.base, weekdays)
    return Sheet(week, frame.roster, frame.names)


def sought(
    frame: Frame, form: WeeklyForm, shift: Shift | None
) -> tuple[Sheet, Place, Sequence[Candidate], int]:
    """Return who fits the form as it is filled in, the best first, and how many there are."""
    sheet = sheet_of(frame, form)
    place = place_of(sheet, form)
    if shift is not None:  # whoever is in it already is not taken up by it
        place = replace(place, but=(shift.id, form.base + (shift.weekday or 0) * DAY))
    without = set(form.people.data)
    best, fitting = candidates(place, form.search.data or "", without, language())
    return sheet, place, best, fitting


def shown(
    frame: Frame, form: WeeklyForm, shift: Shift | None, status: int = 200, **more: Any
) -> Answer:
    """Render the page of a weekly shift."""
    sheet, place, best, fitting = sought(frame, form, shift)
    page = render_template(
        "standing_shift.html",
        frame=frame,
        line=frame.line,
        form=form,
        shift=shift,
        card=weekly_card(frame, shift) if shift else None,
        chosen=chosen(sheet, place, form.people.data),
        candidates=best,
        fitting=fitting,
        place=place,
        found=None,
        candidate_note=weekly_note,
        action=_action(frame, shift),
        leave=_way_back(frame, shift),
        **more,
    )
    return page, UNPROCESSABLE if form.errors and status == 200 else status


def _way_back(frame: Frame, shift: Shift | None) -> str:
    on = asked_day("on")
    return frame.home(on, shift.id, shift.weekday) if shift else frame.home(on)


def _action(frame: Frame, shift: Shift | None) -> str:
    on = request.args.get("on")  # the day that is looked at stays with the form
    return frame.url("edit", shift_id=shift.id, on=on) if shift else frame.url("new", on=on)
