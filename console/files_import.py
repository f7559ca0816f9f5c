"""Bringing a roster file in: upload, look at what it would do, import exactly that."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from console import files_page, files_preview, files_waiting, languages
from console.files_outcome import OtherOutcomeError
from console.files_page import MEGABYTES, UploadForm, export_form, show, upload_form
from console.files_waiting import Waiting
from console.forms import UNPROCESSABLE, Answer
from console.office import office
from console.person import current_person, needs
from planning.file_guard import guard
from planning.file_shift import BYTES_AT_MOST
from planning.ledger import Author
from planning.objections import Objection, Refused, say

pages = Blueprint("imports", __name__)

TOO_LARGE = 413


@dataclass(frozen=True)
class Fault:
    """A line of the table of faults: where it is in the file, and what to do about it."""

    row: int | None
    column: str | None
    words: str


@pages.post("/files/import")
@needs("coordinator")
def upload() -> Answer:
    """Take a file and have it wait; the next page says what it would do."""
    form = upload_form()
    if not form.validate():
        return show(export_form(), form), UNPROCESSABLE
    content = form.file.data.stream.read(BYTES_AT_MOST + 1)
    if len(content) > BYTES_AT_MOST:
        form.file.errors = [too_large_words(MEGABYTES)]
        return show(export_form(), form), TOO_LARGE
    waiting = files_waiting.keep(
        form.file.data.filename,
        content,
        line=form.default_line.data,
        remove_others=form.remove_others.data,
    )
    return redirect(url_for("files.imports.look", waiting_id=waiting.id), code=303)


@pages.get("/files/import/<waiting_id>")
@needs("coordinator")
def look(waiting_id: str) -> Answer:
    """Show what a file would do, or all that is wrong with it. Nothing is changed."""
    waiting = files_waiting.find(waiting_id)
    if waiting is None:
        return _gone()
    try:
        found = files_preview.preview(office(), _author(), waiting)
    except Refused as refused:
        return _show_faults(waiting, refused.objections)
    return render_template(
        "files_preview.html",
        waiting=waiting,
        preview=found,
        say=_say,
        kinds=_kinds(),
        other_line=bool(waiting.line) and waiting.line not in found.lines,
    )


@pages.post("/files/import/<waiting_id>")
@needs("coordinator")
def apply(waiting_id: str) -> Answer:
    """Import what was looked at: that and nothing else, all of it or none."""
    waiting = files_waiting.find(waiting_id)
    if waiting is None:
        return _gone()
    again = redirect(url_for("files.imports.look", waiting_id=waiting.id), code=303)
    try:
        rows = files_preview.read_file(office(), waiting)
        with office().step() as step:
            outcome = files_preview.apply(step.connection, step.at, _author(), waiting, rows)
            outcome.insist_on(request.form.get("mark", ""))
    except OtherOutcomeError:
        flash(_("The roster has changed since you looked. Nothing was imported yet: please look "
                "at it again."), "notice")  # fmt: skip
        return again
    except Refused:
        return again  # it says why
    files_waiting.forget(waiting)
    done = outcome.done
    flash(_("Imported: %(added)s added, %(changed)s changed, %(removed)s removed.",
            added=done.added, changed=done.changed, removed=done.removed), "done")  # fmt: skip
    return redirect(url_for("files.page"), code=303)


@pages.post("/files/import/<waiting_id>/drop")
@needs("coordinator")
def drop(waiting_id: str) -> Answer:
    """Give a file up."""
    waiting = files_waiting.find(waiting_id)
    if waiting is not None:
        files_waiting.forget(waiting)
    flash(_("Nothing was imported; the file was deleted here."), "done")
    return redirect(url_for("files.page"), code=303)


@pages.get("/files/import/<waiting_id>/faults.csv")
@needs("coordinator")
def faults(waiting_id: str) -> Answer:
    """Return what is wrong with a file, as a table that Excel opens."""
    waiting = files_waiting.find(waiting_id)
    if waiting is None:
        return _gone()
    found: list[Fault] = []
    try:
        files_preview.preview(office(), _author(), waiting)
    except Refused as refused:
        found = _faults(refused.objections)
    text = io.StringIO(newline="")
    table = csv.writer(text, delimiter=";")
    table.writerow([_("Row"), _("Column"), _("What is wrong, and what to do")])
    table.writerows([one.row or "", guard(one.column or ""), guard(one.words)] for one in found)
    response = Response(("\ufeff" + text.getvalue()).encode(), mimetype="text/csv")
    name = _("faults")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def too_large_words(megabytes: int) -> str:
    """Return what to do about a file that is too large."""
    return str(
        _(
            "The file is larger than %(most)s MB. Keep only the sheet with the shifts, without "
            "pictures, or split it by month.",
            most=megabytes,
        )
    )


def _show_faults(waiting: Waiting, objections: Sequence[Objection]) -> str:
    with office().read() as connection:
        last = files_page.last_import(connection)
    form: UploadForm = upload_form(default_line=waiting.line, remove_others=waiting.remove_others)
    found = _faults(objections)
    return render_template(
        "files_faults.html",
        waiting=waiting,
        faults=found,
        by_row=any(one.row or one.column for one in found),
        uploads=form,
        last=last,
        most=MEGABYTES,
    )


def _faults(objections: Sequence[Objection]) -> list[Fault]:
    return [Fault(one.row, one.column, _say(one)) for one in objections]


def _say(objection: Objection) -> str:
    """Return an objection without its place, which the page tells otherwise."""
    return say(replace(objection, row=None, column=None), languages.language())


def _gone() -> Answer:
    flash(_("The uploaded file is no longer here. It is kept for an hour, for your log-in and on "
            "the machine that took it. Please choose it again."), "notice")  # fmt: skip
    return redirect(url_for("files.page"), code=303)


def _author() -> Author:
    person = current_person()
    return Author(person.name, person.id)


def _kinds() -> dict[str, tuple[str, str]]:
    """Return, for each kind of difference, its word and its colour."""
    return {
        "added": (_("added"), "good"),
        "changed": (_("changed"), "turn"),
        "removed": (_("removed"), "bad"),
        "left": (_("stays"), "plain"),
    }
