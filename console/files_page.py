"""The page of roster files: its two forms, and what stands around them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import current_app, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from sqlalchemy import Connection, Row, select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from wtforms import BooleanField, DateField, RadioField, SelectField, ValidationError
from wtforms.validators import InputRequired

from console import languages
from console.forms import choices
from console.office import office
from logging_db.tables import lines, roster_changes
from planning.file_shift import BYTES_AT_MOST, YEARS

DAY = timedelta(days=1)
LONGEST = 731 * DAY  # two years
MEGABYTES = BYTES_AT_MOST // 2**20

FORMATS = (
    ("xlsx", _l("Excel workbook (.xlsx)")),
    ("ods", _l("OpenDocument sheet (.ods)")),
    ("csv", _l("CSV, with commas")),
    ("excel", _l("CSV for Excel, with semicolons")),
    ("ics", _l("Calendar (.ics)")),
)


class ExportForm(FlaskForm):  # type: ignore[misc] # the library declares no types
    """Which part of the roster, as what. It only reads, so that it needs no token."""

    class Meta:  # noqa: D106 # read by the library
        csrf = False

    line = SelectField(_l("Line"))
    since = DateField(_l("First day"), [InputRequired(_l("Enter the first day."))])
    until = DateField(_l("Last day"), [InputRequired(_l("Enter the last day."))])
    kind = RadioField(_l("Kind of file"), choices=choices(FORMATS), default="xlsx")

    def validate_until(self, until: DateField) -> None:
        """Refuse days that make no export."""
        if not isinstance(self.since.data, date):
            return
        if until.data < self.since.data:
            raise ValidationError(_l("The last day lies before the first. Exchange them."))
        if until.data - self.since.data >= LONGEST:
            raise ValidationError(
                _l("That is more than two years. Choose fewer days, or export year by year.")
            )
        if not (self.since.data.year in YEARS and until.data.year in YEARS):
            raise ValidationError(_l("These days lie too far away. Look at the years."))


class UploadForm(FlaskForm):  # type: ignore[misc] # the library declares no types
    """A file to be brought in, and how."""

    file = FileField(
        _l("File"),
        [FileRequired(_l("Choose the file in which the shifts stand."))],
        render_kw={"accept": ".csv,.xlsx,.ods,.ics,text/csv,text/calendar"},
    )
    default_line = SelectField(_l("Line, for rows that name none"))
    remove_others = BooleanField(_l("Also remove what is not in the file"))


@dataclass(frozen=True)
class LastImport:
    """The last import that was made; ``url`` leads to where it can be taken back."""

    at: datetime
    who: str
    file: str
    counts: dict[str, int]
    undone: bool
    url: str


def all_lines(connection: Connection) -> list[Row[Any]]:
    """Return the lines: id, number and name."""
    query = select(lines.c.id, lines.c.number, lines.c.name)
    return list(connection.execute(query.order_by(lines.c.number)))


def last_import(connection: Connection) -> LastImport | None:
    """Return the last import that was made, or ``None``."""
    query = select(roster_changes).where(roster_changes.c.kind == "import")
    row = connection.execute(query.order_by(roster_changes.c.id.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    counts = {kind: int(row.details.get(kind, 0)) for kind in ("added", "changed", "removed")}
    file, undone = str(row.details.get("file", "?")), row.undone_by is not None
    return LastImport(row.at, row.who, file, counts, undone, _change_url(row.id))


def _change_url(change_id: int) -> str:
    """Return the address of a change, as long as there is a page for it."""
    path = f"/changes/{change_id}"
    try:
        current_app.url_map.bind("").match(path)
    except RequestRedirect:
        return path
    except HTTPException:
        return ""
    return path


def export_form(formdata: Any = None) -> ExportForm:
    """Return the form of exports: next week of all lines, unless ``formdata`` says other days."""
    since, until = _periods()[1][1:]
    form = ExportForm(formdata, since=since, until=until)
    with office().read() as connection:
        found = all_lines(connection)
    named = [(row.id, f"{row.name} ({row.number})") for row in found]
    _offer(form.line, [("", _("All lines")), *named] if len(named) > 1 else named)
    return form


def upload_form(**values: Any) -> UploadForm:
    """Return the form of imports; ``values`` are choices made before."""
    form = UploadForm(**values)
    with office().read() as connection:
        found = all_lines(connection)
    named = [(row.number, f"{row.name} ({row.number})") for row in found]
    none = [("", _("None: every row names its line"))]
    _offer(form.default_line, none + named if len(named) > 1 else named)
    return form


def _offer(field: SelectField, pairs: list[tuple[str, str]]) -> None:
    """Give a field its choices; the first is meant where none was made."""
    field.choices = choices(pairs)
    if not field.data:
        field.data = pairs[0][0] if pairs else ""


def show(exports: ExportForm, uploads: UploadForm) -> str:
    """Return the page with these forms, and what is wrong with them."""
    with office().read() as connection:
        last = last_import(connection)
    return render_template(
        "files.html",
        form=uploads if uploads.errors else exports,
        exports=exports,
        uploads=uploads,
        periods=_periods(),
        last=last,
        most=MEGABYTES,
    )


def _periods() -> list[tuple[str, date, date]]:
    """Return what is exported most often: words, first day, last day."""
    today = languages.local(office().clock()).date()
    monday = today - today.weekday() * DAY
    first = (today.replace(day=1) + 31 * DAY).replace(day=1)
    last = (first + 31 * DAY).replace(day=1) - DAY
    return [
        (_("This week"), monday, monday + 6 * DAY),
        (_("Next week"), monday + 7 * DAY, monday + 13 * DAY),
        (_("Next month"), first, last),
    ]
