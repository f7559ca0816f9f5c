"""What was changed in the roster: who, when, what; and the way back."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Connection, select

from console import navigation
from console.change_rows import PAGE, Change, listed, newest_id, one
from console.change_told import RowTold, rows_told
from console.change_words import change_words
from console.forms import Answer, whole
from console.office import office
from console.person import needs
from console.places import inside
from console.shift_making import author, refused, said, tell, wants_json
from logging_db.tables import lines
from planning.objections import Refused
from planning.undo import undo as take_back

pages = Blueprint("changes", __name__)
navigation.add_tab("changes.page", _l("Changes"), order=60)
pages.add_app_template_global(change_words, "change_words")


@pages.get("/changes")
@needs("coordinator")
def page() -> str:
    """List the changes, the newest first."""
    line_id = request.args.get("line") or None
    before = request.args.get("before", "")
    with office().read() as connection:
        names = _line_names(connection)
        found = listed(connection, line_id, whole(before))
    return render_template(
        "changes.html",
        changes=found[:PAGE],
        older=found[PAGE - 1].id if len(found) > PAGE else None,
        first=not before,
        line_names=names,
        line_id=line_id,
    )


@pages.get("/changes/<int(max=2147483647):change_id>")
@needs("coordinator")
def show(change_id: int) -> Answer:
    """Tell a change row by row."""
    return _shown(change_id)


@pages.get("/changes/<int(max=2147483647):change_id>/undo")
@needs("coordinator")
def ask(change_id: int) -> Answer:
    """Ask before a change is taken back."""
    change, _rows, _names = _load(change_id)
    return render_template("change_undo.html", change=change)


@pages.post("/changes/<int(max=2147483647):change_id>/undo")
@needs("coordinator")
def undo(change_id: int) -> Answer:
    """Take a change back; refused in words where others have built on it."""
    back = inside(request.form.get("back", ""), url_for("changes.page"))
    try:
        with office().step() as step:
            warnings = take_back(step.connection, step.at, author(), change_id, office().cipher)
            made = newest_id(step.connection)
    except Refused as error:
        codes = {objection.code for objection in error.objections}
        if wants_json() or "change_unknown" in codes:
            return refused(error, back)
        return _shown(change_id, said(error.objections))
    tell(_("Taken back."), warnings, made)
    return redirect(back, code=303)


def _shown(change_id: int, errors: list[str] | None = None) -> Answer:
    change, rows, names = _load(change_id)
    text = render_template(
        "change.html", change=change, rows=rows, line_names=names, errors=errors or []
    )
    return text, 409 if errors else 200


def _load(change_id: int) -> tuple[Change, list[RowTold], Mapping[str, str]]:
    with office().read() as connection:
        found = one(connection, change_id)
        if found is None:
            abort(404)
        return found[0], rows_told(connection, found[1]), _line_names(connection)


def _line_names(connection: Connection) -> dict[str, str]:
    rows: Any = connection.execute(select(lines.c.id, lines.c.name).order_by(lines.c.number))
    return {row.id: row.name for row in rows}
