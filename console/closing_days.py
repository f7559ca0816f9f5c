"""The days on which a line stays closed: added by hand, taken from the calendar, removed."""

from datetime import date

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from console.closing_form import HolidaysForm, closure_form
from console.closing_lines import LineRow, line_of
from console.closing_view import closures_of, holidays_of, hours_of
from console.closing_words import closed_name
from console.forms import Answer, ConfirmForm, choices, shown_again
from console.languages import day as day_words
from console.languages import language, short_day
from console.office import office
from console.own_making import refused
from console.person import needs
from console.shift_making import Made, make, tell
from planning import closures
from planning.consequences import on_days
from planning.holidays import Proposal
from planning.objections import Refused


@needs("coordinator")
def add(line_id: str) -> Answer:
    """Close a line on a day, or on several that follow one another."""
    with office().read() as connection:
        line = line_of(connection, line_id)
    form = closure_form(line.languages)
    if form.validate_on_submit():
        first, last = form.first.data, form.last.data or form.first.data
        names = form.names(line.languages)
        try:
            made = make(
                "closure_added",
                line.id,
                lambda ledger: closures.add(ledger, line.id, first, last, names),
            )
            return _closed(line, made)
        except Refused as error:
            form.object_to(error.objections)
    return shown_again("closing_add.html", form, line=line)


@needs("coordinator")
def holidays(line_id: str) -> Answer:
    """Propose the public holidays, and close the line on those that are chosen."""
    with office().read() as connection:
        line = line_of(connection, line_id)
        proposed = holidays_of(connection, line)
        open_on = {each.weekday for each in hours_of(connection, line).now.openings}
    form = HolidaysForm()
    form.days.choices = choices(
        (each.day.isoformat(), _holiday_words(each, open_on)) for each in proposed
    )
    if form.validate_on_submit():
        every = request.form.get("act") == "all"
        wanted = [each for each in proposed if every or each.day.isoformat() in form.days.data]
        try:
            made = make(
                "closure_added",
                line.id,
                lambda ledger: closures.accept(ledger, line.id, wanted),
            )
            return _closed(line, made)
        except Refused as error:
            form.object_to(error.objections)
    return shown_again("closing_holidays.html", form, line=line, proposed=proposed)


def _holiday_words(proposal: Proposal, open_on: set[int]) -> str:
    name = closed_name(dict(proposal.names), language())
    words = f"{day_words(proposal.day)} · {name}"
    if proposal.day.weekday() in open_on:
        return words
    return str(_("%(day)s (the line is not open on this day of the week)", day=words))


def _closed(line: LineRow, made: Made[list[date]]) -> Response:
    """Say on which days the line stays closed, and show what that does to its shifts."""
    days = made.value
    if len(days) == 1:
        words = _("The line stays closed on %(day)s.", day=short_day(days[0]))
    else:
        words = ngettext(
            "The line stays closed on %(num)s more day.",
            "The line stays closed on %(num)s more days.",
            len(days),
        )
    tell(words, made.warnings, made.change_id)
    return redirect(url_for("closing.page", line_id=line.id, change=made.change_id), code=303)


@needs("coordinator")
def remove(line_id: str, closure_id: str) -> Answer:
    """Ask, and open the line again on a closed day."""
    at = office().clock()
    with office().read() as connection:
        line = line_of(connection, line_id)
        coming, _past = closures_of(connection, line)
        closed = next((each for each in coming if each.id == closure_id), None)
        shifts = on_days(connection, line.id, at, [closed.day]) if closed else []
    back = url_for("closing.page", line_id=line.id)
    if closed is None:
        tell(_("The line is not closed on that day any more, or the day is over."))
        return redirect(back, code=303)
    if not ConfirmForm().validate_on_submit():
        name = closed_name(dict(closed.names), language())
        return render_template(
            "closing_remove.html", line=line, closed=closed, name=name, shifts=shifts
        )
    try:
        made = make("closure_removed", line.id, lambda ledger: closures.remove(ledger, closure_id))
    except Refused as error:
        return refused(error, back)
    words = _("The line no longer stays closed on %(day)s.", day=short_day(closed.day))
    told = [*made.warnings, *([made.value] if made.value else [])]
    tell(words, told, made.change_id)
    return redirect(url_for("closing.page", line_id=line.id, change=made.change_id), code=303)
