"""The roster in and out of files: its page, exports, the empty workbook."""

import re
import unicodedata
from datetime import timedelta

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from console import files_import, languages, navigation
from console.files_page import MEGABYTES, ExportForm, all_lines, export_form, show, upload_form
from console.forms import UNPROCESSABLE, Answer
from console.office import office
from console.person import needs
from logging_db.tables import partner_services, responders
from planning.file_rows import Kind, template_workbook
from planning.roster_files import file_of

pages = Blueprint("files", __name__)
pages.register_blueprint(files_import.pages)
navigation.add_tab("files.page", _l("Files"), order=50)

MIMETYPES: dict[Kind, str] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "ics": "text/calendar",
}
TOO_LARGE = 413
DRAINED = 64 * 2**20  # bytes of a request too large that are still taken off the wire


@pages.get("/files")
@needs("coordinator")
def page() -> str:
    """Show the forms; the address may name the days of an export."""
    named = request.args.keys() & {"since", "until"}
    return show(export_form(request.args if named else None), upload_form())


@pages.get("/files/export")
@needs("coordinator")
def export() -> Answer:
    """Return the roster of some days as a file."""
    form = export_form(request.args)
    if not form.validate():
        return show(form, upload_form(formdata=None)), UNPROCESSABLE
    kind: Kind = "csv" if form.kind.data == "excel" else form.kind.data
    with office().read() as connection:
        names = {row.id: row.name for row in all_lines(connection)}
        content = file_of(
            connection,
            kind,
            form.since.data,
            form.until.data + timedelta(days=1),
            office().clock(),
            form.line.data or None,
            for_excel=form.kind.data == "excel",
        )
    return download(content, _file_name(form, names, kind), MIMETYPES[kind])


@pages.get("/files/template")
@needs("coordinator")
def template() -> Response:
    """Return an empty roster to fill in, in the person's language."""
    with office().read() as connection:
        numbers = [row.number for row in all_lines(connection)]
        codes = select(partner_services.c.code).order_by(partner_services.c.code)
        names = select(responders.c.name).where(responders.c.active).order_by(responders.c.name)
        content = template_workbook(
            languages.language(),
            numbers,
            connection.execute(codes).scalars(),
            connection.execute(names).scalars(),
            stamp=office().clock(),
        )
    return download(content, _("empty-roster") + ".xlsx", MIMETYPES["xlsx"])


@pages.errorhandler(TOO_LARGE)
def too_large(_error: Exception) -> Answer:
    """Say in words, beside the form, what is larger than any request may be."""
    drain()
    form = upload_form(formdata=MultiDict())
    form.file.errors = [files_import.too_large_words(MEGABYTES)]
    return show(export_form(), form), TOO_LARGE


def drain() -> None:
    """Take the rest of the request off the wire: a browser that still sends hears nothing."""
    left = min(request.content_length or 0, DRAINED)
    while left > 0:
        taken = request.environ["wsgi.input"].read(min(left, 2**16))
        if not taken:
            return
        left -= len(taken)


def download(content: bytes, name: str, mimetype: str) -> Response:
    """Return an answer that browsers store as a file, and never show or guess at."""
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _file_name(form: ExportForm, names: dict[str, str], kind: Kind) -> str:
    days = f"{form.since.data:%Y-%m-%d}_{form.until.data:%Y-%m-%d}"
    parts = (_("roster"), _plain(names.get(form.line.data, "")), days)
    return f"{'_'.join(filter(None, parts))}.{kind}"


def _plain(name: str) -> str:
    """Return a name as every system takes it in the name of a file: allo-aide-sociale."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:40]
