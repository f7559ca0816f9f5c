"""When a line is open: its weekly hours, what is planned, and the days on which it is closed."""

from datetime import date

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from console import closing_days, navigation
from console.closing_form import HoursForm
from console.closing_lines import LineRow, every_line, line_of, to_first_line
from console.closing_view import DAYS_SHOWN, aftermath, closures_of, holidays_of, hours_of
from console.closing_words import DAYS, closed_name, day_or_none, hours_told, period_words
from console.forms import Answer, ConfirmForm, shown_again
from console.languages import language, short_day
from console.office import office
from console.own_making import refused
from console.person import needs
from console.shift_making import make, tell
from planning import hours
from planning.objections import Refused

CONFLICT = 409
pages = Blueprint("closing", __name__)
navigation.add_tab("closing.start", _l("Hours & closures"), order=30)
pages.add_app_template_global(period_words, "period_words")


@pages.get("/closing")
@needs("coordinator")
def start() -> Response | str:
    """Lead to the first line."""
    return to_first_line("closing.page")


@pages.get("/closing/<line_id>")
@needs("coordinator")
def page(line_id: str) -> str:
    """Show when a line is open, and what the change that has just been made did."""
    change = request.args.get("change", "")
    with office().read() as connection:
        line = line_of(connection, line_id)
        coming, past = closures_of(connection, line)
        return render_template(
            "closing.html",
            line=line,
            lines=every_line(connection),
            hours=hours_of(connection, line),
            coming=coming,
            past=past,
            holidays=len(holidays_of(connection, line)),
            after=aftermath(connection, line, int(change)) if _number(change) else None,
            days_shown=DAYS_SHOWN,
            hours_told=hours_told,
            closed_name=lambda each: closed_name(dict(each.names), language()),
        )


@pages.route("/closing/<line_id>/hours", methods=["GET", "POST"])
@needs("coordinator")
def new_hours(line_id: str) -> Answer:
    """Take new hours of the week; the form begins with those that hold, or hold from a day."""
    with office().read() as connection:
        line = line_of(connection, line_id)
        form = _hours_form(line, day_or_none(request.args.get("since", "")))
        act = request.form.get("act", "")
        if act.startswith("row:"):
            return _with_another_row(line, form, act)
    if form.validate_on_submit():
        try:
            return _keep_hours(line, form)
        except hours.HoursMovedError:
            return _moved(line, form)
        except Refused as error:
            form.object_to(error.objections)
    return shown_again("closing_hours.html", form, line=line, added=None)


def _hours_form(line: LineRow, since: date | None) -> HoursForm:
    """Return the form, filled with the hours of a day: of a planned change, else of today."""
    with office().read() as connection:
        found = hours.periods(connection, line.id)
    day = since or line.today
    openings = next(each for each in found if each.holds(day)).openings
    of_days = {f"day{n}": [each for each in openings if each.weekday == n] for n in range(DAYS)}
    return HoursForm(data={"since": since, "seen": hours.digest(found), **of_days})


def _with_another_row(line: LineRow, form: HoursForm, act: str) -> Answer:
    """Show the form with one more row on a day; nothing else has happened."""
    weekday = act.removeprefix("row:")
    if weekday not in {str(n) for n in range(DAYS)}:
        abort(404)
    field = form.days[int(weekday)]
    if not field.full:
        field.add_row()
    return render_template("closing_hours.html", form=form, line=line, added=int(weekday))


def _moved(line: LineRow, form: HoursForm) -> Answer:
    """Show the hours that somebody else has set; what was typed, sent again, is stored over."""
    with office().read() as connection:
        form.seen.data = hours.digest(hours.periods(connection, line.id))
        there = hours_of(connection, line)
    form.form_errors.append(
        _("Somebody else has set other hours for this line meanwhile. Nothing was stored.")
    )
    periods = [there.now, *there.planned]
    page = render_template(
        "closing_hours.html", form=form, line=line, added=None, there=periods, told=hours_told
    )
    return page, CONFLICT


def _keep_hours(line: LineRow, form: HoursForm) -> Answer:
    since, seen = form.since.data, request.form.get("seen", "")
    made = make(
        "hours_changed",
        line.id,
        lambda ledger: hours.set_hours(ledger, line.id, form.openings, since, seen),
    )
    if since == line.today:
        words = _("The new hours hold from today.")
    else:
        words = _("The new hours hold from %(day)s.", day=short_day(since))
    tell(words, made.warnings, made.change_id)
    return redirect(_after(line.id, made.change_id), code=303)


@pages.route("/closing/<line_id>/hours/<since>/drop", methods=["GET", "POST"])
@needs("coordinator")
def drop(line_id: str, since: str) -> Answer:
    """Ask, and take out hours that were planned from a day on."""
    with office().read() as connection:
        line = line_of(connection, line_id)
        planned = hours_of(connection, line).planned
    period = next((each for each in planned if each.since == day_or_none(since)), None)
    back = url_for("closing.page", line_id=line.id)
    if period is None or period.since is None:
        tell(_("Nothing is planned from that day any more."))
        return redirect(back, code=303)
    if not ConfirmForm().validate_on_submit():
        return render_template("closing_drop.html", line=line, period=period, told=hours_told)
    day = period.since
    try:
        made = make("hours_changed", line.id, lambda ledger: hours.drop(ledger, line.id, day))
    except Refused as error:
        return refused(error, back)
    words = _("Taken out: from %(day)s on the hours before go on.", day=short_day(day))
    tell(words, made.warnings, made.change_id)
    return redirect(_after(line.id, made.change_id), code=303)


def _after(line_id: str, change_id: int | None) -> str:
    """Return the page of a line that tells what a change did to its shifts."""
    return url_for("closing.page", line_id=line_id, change=change_id)


def _number(text: str) -> bool:
    return text.isdecimal() and text.isascii() and len(text) < 10


for _path, _name, _view in (
    ("add", "add", closing_days.add),
    ("holidays", "holidays", closing_days.holidays),
    ("<closure_id>/remove", "remove", closing_days.remove),
):
    pages.add_url_rule(f"/closing/<line_id>/days/{_path}", _name, _view, methods=["GET", "POST"])
