"""The page of a weekly shift, of the standing week or of a template: add, change, remove."""

from collections.abc import Callable

import flask_babel
from flask import Blueprint, render_template, request

from console.forms import UNPROCESSABLE, Answer, whole
from console.office import office
from console.person import needs
from console.shift import to_be_saved
from console.shift_making import refused, said
from console.shift_people import as_json
from console.standing_acts import add, change, finish, remove
from console.standing_form import RemoveForm, WeeklyForm
from console.standing_frame import Frame, frame_of
from console.standing_prefilled import as_it_is, day_to_begin, prefilled
from console.standing_sheet import CONFLICT, fit, shown, sought
from console.standing_table import weekly_card
from console.standing_words import weekly_note, weekly_words
from console.weeks_lines import asked_day
from planning.keys import StaleError
from planning.objections import Refused
from routing.roster import Shift

_: Callable[..., str] = flask_babel.gettext  # the library declares no types

pages = Blueprint("standing_shift", __name__)
STANDING = "/standing/<line_id>"
TEMPLATE = "/standing/<line_id>/template/<template_id>"
BOTH = ["GET", "POST"]
LIST = "/standing"


@pages.route(f"{STANDING}/new", methods=BOTH)
@pages.route(f"{TEMPLATE}/new", methods=BOTH)
@needs("coordinator")
def new(line_id: str, template_id: str = "") -> Answer:
    """Add weekly shifts; the address may say which weekday and service."""
    try:
        frame = _frame(line_id, template_id)
    except Refused as error:
        return refused(error, LIST, 404)
    form = fit(WeeklyForm(data=prefilled(frame)), frame, None)
    if not to_be_saved(form) or not form.validate():
        return shown(frame, form, None)
    try:
        made = add(frame, form)
    except Refused as error:
        form.object_to(error.objections)
        return shown(frame, form, None)
    words = _("Added: %(shift)s.", shift=_typed(frame, form))
    return finish(frame, made, words, form.from_day, min(form.weekdays.data))


@pages.route(f"{STANDING}/shift/<shift_id>", methods=BOTH)
@pages.route(f"{TEMPLATE}/shift/<shift_id>", methods=BOTH)
@needs("coordinator")
def edit(line_id: str, shift_id: str, template_id: str = "") -> Answer:
    """Change a weekly shift."""
    try:
        frame = _frame(line_id, template_id)
        shift = frame.shift(shift_id)
    except Refused as error:
        return _gone(line_id, template_id, error)
    form = fit(WeeklyForm(data=as_it_is(frame, shift)), frame, shift)
    if not to_be_saved(form) or not form.validate():
        return shown(frame, form, shift)
    try:
        made = change(frame, shift, _version(form), form)
    except StaleError as error:
        return _stale(frame, form, shift, error)
    except Refused as error:
        form.object_to(error.objections)
        return shown(frame, form, shift)
    words = _("Saved: %(shift)s.", shift=_typed(frame, form))
    return finish(frame, made, words, form.from_day, min(form.weekdays.data))


@pages.route(f"{STANDING}/shift/<shift_id>/remove", methods=BOTH)
@pages.route(f"{TEMPLATE}/shift/<shift_id>/remove", methods=BOTH)
@needs("coordinator")
def end(line_id: str, shift_id: str, template_id: str = "") -> Answer:
    """Ask from when a weekly shift is no longer worked; end it."""
    try:
        frame = _frame(line_id, template_id)
        shift = frame.shift(shift_id)
    except Refused as error:
        return refused(error, LIST, 404)
    form = RemoveForm(data={"since": day_to_begin(frame), "version": str(shift.version)})
    if template_id:
        del form.since
    if not form.validate_on_submit():
        return _asked(frame, shift, form)
    since = None if template_id else form.since.data
    try:
        made = remove(frame, shift, _version(form), since)
    except Refused as error:
        form.object_to(error.objections)
        form.version.data = str(shift.version)  # of what stands on the page now
        return _asked(frame, shift, form, CONFLICT if isinstance(error, StaleError) else 0)
    weekday = shift.weekday or 0
    shift_words = weekly_words(shift.service, [weekday], shift.starts, shift.ends)
    return finish(frame, made, _("Removed: %(shift)s.", shift=shift_words), since, weekday)


@pages.get(f"{STANDING}/people")
@pages.get(f"{TEMPLATE}/people")
@needs("coordinator")
def people(line_id: str, template_id: str = "") -> Answer:
    """Return who could be chosen on a form, as it is filled in, for the box that looks up."""
    try:
        frame = _frame(line_id, template_id)
    except Refused as error:
        return refused(error, LIST, 404)
    key = request.args.get("key", "")
    shift = next((each for each in frame.roster.shifts if each.id == key), None)
    form = fit(WeeklyForm(request.args, meta={"csrf": False}), frame, shift)
    _sheet, _place, best, fitting = sought(frame, form, shift)
    return as_json(best, fitting, weekly_note)


def _frame(line_id: str, template_id: str) -> Frame:
    with office().read() as connection:
        return frame_of(connection, line_id, template_id)


def _stale(frame: Frame, form: WeeklyForm, was: Shift, error: StaleError) -> Answer:
    """Show what is there now beside what was typed; sent again, it is saved over it."""
    try:
        frame = _frame(frame.line.id, frame.template_id)
        now = frame.shift(was.id)
    except Refused as gone:
        return _gone(frame.line.id, frame.template_id, gone)
    form.form_errors.extend(said(error.objections))
    form.version.data = str(now.version)
    return shown(frame, form, now, CONFLICT, stale=True)


def _gone(line_id: str, template_id: str, error: Refused) -> Answer:
    """Answer for a shift that is no longer there: what was typed can be added as a new one."""
    try:
        frame = _frame(line_id, template_id)
    except Refused as gone:
        return refused(gone, LIST, 404)
    if request.method == "GET" or "starts" not in request.form:
        return refused(error, frame.home(), 404)
    form = fit(WeeklyForm(), frame, None)
    form.validate()
    form.object_to(error.objections)
    return shown(frame, form, None, CONFLICT, gone=True)


def _asked(frame: Frame, shift: Shift, form: RemoveForm, status: int = 0) -> Answer:
    page = render_template(
        "standing_remove.html",
        frame=frame,
        form=form,
        card=weekly_card(frame, shift),
        back=frame.home(asked_day("on"), shift.id, shift.weekday),
    )
    return page, status or (UNPROCESSABLE if form.errors else 200)


def _version(form: WeeklyForm | RemoveForm) -> int:
    """Return the version that the person had before them; 0 is never one."""
    text = form.version.data or ""
    return whole(text) or 0


def _typed(frame: Frame, form: WeeklyForm) -> str:
    service = frame.book.services[form.service.data].code
    weekdays = [plan.weekday for plan in form.plans()]
    return weekly_words(service, weekdays, form.starts.data, form.ends.data)
