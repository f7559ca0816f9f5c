"""The changes that the page of a weekly shift makes: to the standing week, or to a template."""

from collections.abc import Callable, Sequence
from datetime import date

from flask import redirect
from werkzeug.wrappers import Response

from console.shift_making import Made, make, tell
from console.standing_form import WeeklyForm
from console.standing_frame import Frame
from console.standing_words import details_of
from planning import templates, weekly
from planning.ledger import Ledger
from planning.objections import Objection
from planning.weekly_plans import WeeklyPlan
from routing.roster import Shift

Done = tuple[str, Sequence[Objection]]
"""The id of a shift that was made or changed, and what should be known of single days."""


def add(frame: Frame, form: WeeklyForm) -> Made[Done]:
    """Add what is typed, a shift a weekday; raises what planning refuses with."""
    plans = form.plans()

    def do(ledger: Ledger) -> Done:
        if form.from_day is None:
            return templates.add(ledger, frame.template_id, plans)[0], ()
        return weekly.add(ledger, frame.line.id, plans, form.from_day)[0], ()

    return _make(frame, do, _details(frame, form, plans))


def change(frame: Frame, shift: Shift, version: int, form: WeeklyForm) -> Made[Done]:
    """Make a shift what is typed; raises what planning refuses with."""
    plan = form.plans()[0]

    def do(ledger: Ledger) -> Done:
        if form.from_day is None:
            templates.change(ledger, frame.template_id, shift.id, version, plan)
            return shift.id, ()
        done = weekly.change(ledger, shift.id, version, plan, form.from_day)
        return done.shift_id or "", done.told

    return _make(frame, do, _details(frame, form, [plan]))


def remove(frame: Frame, shift: Shift, version: int, since: date | None) -> Made[Done]:
    """Remove a shift, of the standing week from a day on; raises what planning refuses with."""

    def do(ledger: Ledger) -> Done:
        if since is None:
            templates.remove(ledger, frame.template_id, shift.id, version)
            return "", ()
        return "", weekly.remove(ledger, shift.id, version, since).told

    told = details_of(shift.service, [shift.weekday or 0], shift.starts, shift.ends, since)
    return _make(frame, do, told)


def finish(
    frame: Frame, made: Made[Done], words: str, since: date | None, weekday: int
) -> Response:
    """Lead to the table as it holds now; have it say what was done and offer the way back."""
    shift_id, told = made.value
    tell(words, (*told, *made.warnings), made.change_id)
    return redirect(frame.home(since, shift_id, weekday), code=303)


def _make(frame: Frame, do: Callable[[Ledger], Done], told: dict[str, str]) -> Made[Done]:
    kind = "template_changed" if frame.template_id else "standing_changed"
    return make(kind, frame.line.id, do, **told)


def _details(frame: Frame, form: WeeklyForm, plans: Sequence[WeeklyPlan]) -> dict[str, str]:
    service = frame.book.services.get(form.service.data)
    weekdays = [plan.weekday for plan in plans]
    code = service.code if service else ""
    return details_of(code, weekdays, form.starts.data, form.ends.data, form.from_day)
