"""The page of a shift: a form that adds one or changes one."""

from collections.abc import Sequence
from datetime import date, time

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from console import languages
from console.forms import Answer, whole
from console.office import office
from console.person import needs
from console.shift_form import ShiftForm
from console.shift_making import details_of, done, make, refused, said
from console.shift_people import as_json, candidates
from console.shift_view import (
    CONFLICT,
    Sheet,
    differences,
    new_sheet,
    place_of,
    sheet_of,
    shown,
)
from console.week_books import Found, near
from console.week_cover import opening_times
from console.week_words import came_from, candidate_note, joined, shift_words, week_url
from planning import shifts
from planning.keys import ShiftKey, StaleError
from planning.objections import Refused, refuse
from planning.plans import Plan
from routing.roster import Line

pages = Blueprint("shift", __name__)


@pages.route("/shift/new", methods=["GET", "POST"])
@needs("coordinator")
def new() -> Answer:
    """Add a shift; the address may say which line, day, times, service and language."""
    sheet = _sheet_of_the_address()
    form = ShiftForm(data=_prefilled(sheet.roster.line))
    form.offer(*sheet.offers())
    if not to_be_saved(form) or not form.validate():
        return shown(sheet, form)
    plan, line = form.plan(), sheet.roster.line
    details = _details(sheet, plan) | {"joined": _names(sheet, plan.responders)}
    try:
        made = make("shift_added", line.id, lambda it: shifts.add(it, line.id, plan), **details)
    except Refused as error:
        form.object_to(error.objections)
        return shown(sheet, form)
    words = _("Added: %(shift)s.", shift=_words(sheet, plan))
    return done(made, words, week_url(line.id, plan.day, form.back.data or "", made.value))


@pages.route("/shift/<key>", methods=["GET", "POST"])
@needs("coordinator")
def edit(key: str) -> Answer:
    """Change a shift."""
    try:
        sent = ShiftKey.parse(key)
        sheet = sheet_of(sent)
    except Refused as error:
        return _gone(error)
    found = sheet.found
    assert found is not None  # noqa: S101 # that is what sheet_of gives
    form = ShiftForm(data=_as_it_is(found))
    form.offer(*sheet.offers())
    if found.shift.cancelled and request.method == "POST":
        return _gone(refuse("shift_gone"))
    if found.shift.cancelled or _is_over(found):
        return shown(sheet, form, read_only=True)
    if not to_be_saved(form) or not form.validate():
        return shown(sheet, form)
    return _save(sheet, found, form, sent)


@pages.get("/shift/candidates")
@needs("coordinator")
def people() -> Response:
    """Return who could be chosen on a form, as it is filled in, for the box that looks up."""
    key = request.args.get("key", "")
    try:
        sheet = sheet_of(ShiftKey.parse(key)) if key else _sheet_of_the_address()
    except Refused:
        sheet = _sheet_of_the_address()
    form = ShiftForm(request.args, meta={"csrf": False})
    form.offer(*sheet.offers())
    best, fitting = candidates(
        place_of(sheet, form), form.search.data or "", set(form.people.data), languages.language()
    )
    return as_json(best, fitting, candidate_note)


def to_be_saved(form: ShiftForm) -> bool:
    """Tell whether the form is sent to be saved; do what else its buttons ask for."""
    if request.method == "GET":
        return False
    act = request.form.get("act", "save")
    if act == "enter":  # the key, in whatever field: in the box that looks up it must not save
        act = "look" if form.search.data else "save"
    form.act(act)
    return act == "save"


def _save(sheet: Sheet, found: Found, form: ShiftForm, sent: ShiftKey) -> Answer:
    plan, version = form.plan(), form.version.data or ""
    number = whole(version) or 0
    try:
        made = make(
            "shift_changed",
            found.line.id,
            lambda it: shifts.change(it, sent, number, plan),
            **_details(sheet, plan),
            **_what_changed(sheet, found, plan),
        )
    except StaleError as error:
        return _stale(form, found, error)
    except Refused as error:
        form.object_to(error.objections)
        return shown(sheet, form)
    words = _("Saved: %(shift)s.", shift=_words(sheet, plan))
    return done(made, words, week_url(found.line.id, plan.day, form.back.data or "", made.value))


def _stale(form: ShiftForm, found: Found, error: StaleError) -> Answer:
    """Show what is there now beside what was typed; sent again, it is saved over it."""
    try:
        sheet = sheet_of(found.key)
    except Refused as gone:
        return _gone(gone)
    now = sheet.found
    if now is None or now.shift.cancelled:
        return _gone(refuse("shift_gone"))
    form.form_errors.extend(said(error.objections))
    form.version.data = str(now.shift.version)
    return shown(sheet, form, CONFLICT, differences=differences(sheet, form), stale=True)


def _gone(error: Refused) -> Answer:
    """Answer for a shift that is no longer there: what was typed can be added as a new one."""
    if request.method == "GET" or "line" not in request.form:
        return refused(error, came_from() or "/week", 404)
    sheet = _sheet_of_the_address()
    form = ShiftForm()
    form.offer(*sheet.offers())
    form.validate()
    form.object_to(error.objections)
    return shown(sheet, form, CONFLICT, gone=True)


def _sheet_of_the_address() -> Sheet:
    return new_sheet(request.values.get("line", ""), _day(request.values.get("day", "")))


def _day(text: str) -> date:
    today = languages.local(office().clock()).date()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if near(day) else today


def _time(name: str) -> time | None:
    try:
        return time.fromisoformat(request.args.get(name, "")).replace(tzinfo=None)
    except ValueError:
        return None


def _prefilled(line: Line) -> dict[str, object]:
    """Return what a new shift begins with: the address's word, else the opening hours."""
    day = _day(request.args.get("day", ""))
    opens, closes = next(iter(opening_times(line, day)), (time(9), time(17)))
    starts, ends = _time("starts") or opens, _time("ends") or closes
    return {
        "service": request.args.get("service", ""),
        "day": day,
        "starts": starts,
        "ends": ends,
        "next_day": ends <= starts,
        "needed": 1,
        "languages": request.args.getlist("language"),
        "people": request.args.getlist("person"),
        "line": line.id,
        "back": came_from(),
    }


def _as_it_is(found: Found) -> dict[str, object]:
    plan = found.plan
    return {
        "service": plan.service_id,
        "day": plan.day,
        "starts": plan.starts,
        "ends": plan.ends,
        "next_day": plan.ends <= plan.starts,
        "needed": plan.needed,
        "languages": list(plan.languages),
        "people": list(plan.responders),
        "version": str(found.shift.version),
        "line": found.line.id,
        "back": came_from(),
    }


def _is_over(found: Found) -> bool:
    return found.occurrence.ends <= office().clock()


def _code(sheet: Sheet, service_id: str) -> str:
    service = sheet.week.book.services.get(service_id)
    return service.code if service else ""


def _names(sheet: Sheet, people: Sequence[str]) -> str:
    return joined([sheet.name(each) for each in people])


def _words(sheet: Sheet, plan: Plan) -> str:
    return shift_words(_code(sheet, plan.service_id), plan.day, plan.starts, plan.ends)


def _details(sheet: Sheet, plan: Plan) -> dict[str, str]:
    return details_of(_code(sheet, plan.service_id), plan.day, plan.starts, plan.ends)


def _what_changed(sheet: Sheet, found: Found, plan: Plan) -> dict[str, str]:
    was = found.plan
    told = {
        "joined": _names(sheet, [each for each in plan.responders if each not in was.responders]),
        "left": _names(sheet, [each for each in was.responders if each not in plan.responders]),
    }
    before = _details(sheet, was)
    if before != _details(sheet, plan):
        told |= {f"was_{name}": value for name, value in before.items()}
    return {name: value for name, value in told.items() if value}
