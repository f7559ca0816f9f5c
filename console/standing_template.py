"""A template of a line: a week kept by name, to be laid over weeks."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _

from console.forms import UNPROCESSABLE, Answer, ConfirmForm
from console.languages import language
from console.office import office
from console.person import needs
from console.shift_making import make, refused, tell
from console.standing_form import NameForm
from console.standing_frame import Frame, frame_of
from console.standing_table import picked, table
from planning import templates
from planning.objections import Refused

pages = Blueprint("standing_template", __name__)
LIST = "/standing"


@pages.route("/standing/<line_id>/template/<template_id>", methods=["GET", "POST"])
@needs("coordinator")
def page(line_id: str, template_id: str) -> Answer:
    """Show a template as a table; a POST gives it another name."""
    try:
        frame = _frame(line_id, template_id)
    except Refused as error:
        return refused(error, LIST, 404)
    form = NameForm(data={"name": frame.template})
    if not form.validate_on_submit():
        return _page(frame, form)
    try:
        made = make(
            "template_renamed",
            line_id,
            lambda it: templates.rename(it, template_id, form.name.data),
        )
    except Refused as error:
        form.object_to(error.objections)
        return _page(frame, form)
    name = " ".join(form.name.data.split())
    tell(_("The template is called “%(name)s” now.", name=name), made.warnings, made.change_id)
    return redirect(frame.home(), code=303)


@pages.route("/standing/<line_id>/template/<template_id>/delete", methods=["GET", "POST"])
@needs("coordinator")
def delete(line_id: str, template_id: str) -> Answer:
    """Ask before a template is deleted; delete it."""
    try:
        frame = _frame(line_id, template_id)
        if not ConfirmForm().validate_on_submit():
            return render_template("standing_delete.html", frame=frame)
        made = make("template_removed", line_id, lambda it: templates.delete(it, template_id))
    except Refused as error:
        return refused(error, LIST, 404)
    words = _("Deleted the template “%(name)s”.", name=frame.template)
    tell(words, made.warnings, made.change_id)
    return redirect(url_for("standing.page", line_id=line_id, _anchor="templates"), code=303)


def _page(frame: Frame, form: NameForm) -> Answer:
    # A template holds on no day: it is shown beside the hours of the coming week.
    shown = table(frame, frame.next_monday, language())
    text = render_template(
        "standing_template.html",
        frame=frame,
        line=frame.line,
        table=shown,
        form=form,
        on=None,
        picked=picked(shown.columns, request.args.get("weekday", ""), frame.today),
    )
    return text, UNPROCESSABLE if form.errors else 200


def _frame(line_id: str, template_id: str) -> Frame:
    with office().read() as connection:
        return frame_of(connection, line_id, template_id)
