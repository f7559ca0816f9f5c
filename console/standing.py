"""The standing week of a line: what comes every week unless a day says otherwise."""

from datetime import date, timedelta

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from console import languages, navigation
from console.forms import UNPROCESSABLE, Answer
from console.office import office
from console.person import needs
from console.shift_making import make, tell
from console.standing_form import KeepForm
from console.standing_frame import Frame, frame_of
from console.standing_table import picked, table, turns
from console.standing_words import weekday_name
from console.week_books import week_of
from console.weeks_lines import asked_day
from planning import templates
from planning.objections import Refused
from planning.week_slots import Slot, of_standing, of_week

pages = Blueprint("standing", __name__)
OWN = ("standing_shift", "standing_template")
navigation.add(
    "standing.start",
    _l("Planning"),
    order=25,
    needs="coordinator",
    also=(*OWN, "weeks", "closing", "absences", "changes", "files"),
)
navigation.add_tab("standing.start", _l("Standing week"), order=10, also=OWN)
pages.add_app_template_global(weekday_name)


@pages.get("/standing")
@needs("coordinator")
def start() -> Answer:
    """Lead to the standing week of ``line``, else of the first one."""
    with office().read() as connection:
        week = week_of(connection, languages.local(office().clock()).date())
    ids = list(week.book.by_id)
    wanted = request.args.get("line", "")
    if not ids:
        return render_template("week_no_line.html")
    line_id = wanted if wanted in ids else ids[0]
    return redirect(url_for("standing.page", line_id=line_id, on=request.args.get("on")))


@pages.get("/standing/<line_id>")
@needs("coordinator")
def page(line_id: str) -> Answer:
    """Show the standing week as it holds on a day, and the line's templates."""
    frame = _frame(line_id)
    on = asked_day("on") or frame.today
    week = asked_day("week")
    form = KeepForm(
        formdata=None, data={"what": "week" if week else "standing", "week": week or frame.today}
    )
    return _page(frame, form, on)


@pages.post("/standing/<line_id>/keep")
@needs("coordinator")
def keep(line_id: str) -> Answer:
    """Keep the standing week, or a week as it is planned, as a template by name."""
    frame = _frame(line_id)
    on = asked_day("on") or frame.today
    form = KeepForm()
    form.offer("")
    if not form.validate():
        return _page(frame, form, on)
    slots = _slots(frame, form, on)
    try:
        made = make(
            "template_saved",
            line_id,
            lambda it: templates.save(it, line_id, form.name.data, slots),
        )
    except Refused as error:
        form.object_to(error.objections)
        return _page(frame, form, on)
    name = " ".join(form.name.data.split())
    tell(_("Kept as the template “%(name)s”.", name=name), made.warnings, made.change_id)
    return redirect(frame.home(on), code=303)


def templates_laid(line_id: str, template_id: str = "") -> str:
    """Return where a template, else the standing week, is laid over weeks; "" if nowhere."""
    if "weeks.copy" not in current_app.view_functions:
        return ""
    source = "template" if template_id else "standing"
    return url_for("weeks.copy", line=line_id, source=source, template=template_id or None)


pages.add_app_template_global(templates_laid)


def _slots(frame: Frame, form: KeepForm, on: date) -> list[Slot]:
    """Return what is to be kept, in the order of the week."""
    if form.what.data == "empty":
        return []
    if form.what.data == "standing":
        found = of_standing(frame.roster, on)
    else:
        with office().read() as connection:
            book = week_of(connection, form.monday).book
        found = of_week(book.by_id[frame.line.id], form.monday)
    return sorted(found, key=lambda slot: slot.weekday)


def _page(frame: Frame, form: KeepForm, on: date) -> Answer:
    shown = table(frame, on, languages.language())
    words = languages.day(on)
    form.offer(_("The standing week, as it holds on %(day)s", day=words))
    text = render_template(
        "standing.html",
        frame=frame,
        line=frame.line,
        table=shown,
        form=form,
        on=on,
        turns=[day for day in turns(frame) if day != frame.next_monday],
        picked=picked(shown.columns, request.args.get("weekday", ""), on),
        last=on + timedelta(days=6),
    )
    return text, UNPROCESSABLE if form.errors else 200


def _frame(line_id: str) -> Frame:
    with office().read() as connection:
        return frame_of(connection, line_id)
