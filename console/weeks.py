"""Copying a week, and laying a template or the standing week over weeks: first look, then do."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import flask_babel
from flask import Blueprint, redirect, render_template, request
from flask_babel import lazy_gettext as _l

from console import navigation
from console.change_rows import newest_id
from console.forms import UNPROCESSABLE, Answer
from console.office import office
from console.person import needs
from console.shift_making import author, said, tell
from console.week_books import monday_of
from console.week_words import week_url
from console.weeks_form import CopyForm
from console.weeks_lines import Desk, asked_day, desk
from console.weeks_shown import shown_weeks
from planning import templates, weeks
from planning.objections import Refused, refuse
from planning.weeks import Preview, RosterMovedError

_: Callable[..., str] = flask_babel.gettext  # the library declares no types
ngettext: Callable[..., str] = flask_babel.ngettext

pages = Blueprint("weeks", __name__)
navigation.add_tab("weeks.copy", _l("Copy or apply"), order=20)

CONFLICT = 409


@pages.get("/weeks/copy")
@needs("coordinator")
def copy() -> Answer:
    """Ask what is laid over which weeks; once it is said, show what would change."""
    with office().read() as connection:
        at = desk(connection)
        kept = templates.of_line(connection, at.line.id)
    asked = "show" in request.args
    form = CopyForm(request.args if asked else None, data=_prefilled(at), meta={"csrf": False})
    form.offer(kept)
    if not asked or not form.validate():
        return _page(at, form, None)
    try:
        found = _preview(form, at)
    except Refused as error:
        form.form_errors.extend(said(error.objections))
        return _page(at, form, None)
    return _page(at, form, found)


@pages.post("/weeks/copy")
@needs("coordinator")
def apply() -> Answer:
    """Do what was shown, if nobody has changed the roster in between; else show it again."""
    with office().read() as connection:
        at = desk(connection)
        kept = templates.of_line(connection, at.line.id)
    form = CopyForm(request.form, meta={"csrf": False})  # CSRFProtect has looked at the token
    form.offer(kept)
    if not form.validate():
        return _page(at, form, None)
    try:
        found = _preview(form, at)
        _refuse_another(found)
        with office().step() as step:
            weeks.apply(step.connection, author(), found)
            change_id = newest_id(step.connection)
    except RosterMovedError as error:
        return _page(at, form, _preview(form, at), said(error.objections))
    except Refused as error:
        form.form_errors.extend(said(error.objections))
        return _page(at, form, None)
    tell(_done(found), (), change_id if found.steps else None)
    return redirect(week_url(at.line.id, min(found.order.mondays)), code=303)


def _refuse_another(found: Preview) -> None:
    """Refuse where the form shows what would have been done to another roster."""
    if request.form.get("version") != str(found.version):
        raise RosterMovedError(refuse("weeks_roster_changed").objections)


def _preview(form: CopyForm, at: Desk) -> Preview:
    with office().read() as connection:
        return weeks.preview(connection, office().clock(), form.order(at.line.id))


def _prefilled(at: Desk) -> dict[str, object]:
    """Return what the form begins with: this week, or the one of the address, for the next."""
    monday = monday_of(asked_day("monday") or asked_day("from") or at.today)
    next_monday = monday_of(at.today) + timedelta(days=7)
    source = request.args.get("source", "week")
    return {
        "line": at.line.id,
        "source": source if source in ("week", "template", "standing") else "week",
        "monday": monday,
        "template": request.args.get("template", ""),
        "first": asked_day("first") or max(monday + timedelta(days=7), next_monday),
        "count": 1,
        "mode": "replace",
    }


def _page(
    at: Desk, form: CopyForm, found: Preview | None, moved: Sequence[str] = ()
) -> tuple[str, int]:
    page = render_template(
        "weeks_copy.html",
        desk=at,
        form=form,
        found=found,
        shown=shown_weeks(found, at, asked_day("all")) if found else [],
        address=form.address() | {"line": at.line.id} if found else {},
        moved=moved,
    )
    return page, UNPROCESSABLE if form.errors else CONFLICT if moved else 200


def _done(found: Preview) -> str:
    count = len(found.weeks)
    if not found.steps:
        return _("Nothing had to be changed: the weeks were like this already.")
    if found.order.source.kind == "template":
        return ngettext(
            "Laid the template “%(name)s” over %(num)s week.",
            "Laid the template “%(name)s” over %(num)s weeks.",
            count,
            name=found.name,
        )
    if found.order.source.kind == "standing":
        return ngettext(
            "The standing week holds again in %(num)s week.",
            "The standing week holds again in %(num)s weeks.",
            count,
        )
    return ngettext(
        "Copied the week to %(num)s other.", "Copied the week to %(num)s others.", count
    )
