"""Who is away, which shifts that leaves without them, and who could stand in."""

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from console import navigation
from console.absences_form import AbsenceForm, EndForm
from console.absences_view import PAST, away_words, page_of, people_named
from console.forms import UNPROCESSABLE, Answer, ConfirmForm, shown_again
from console.languages import local, zone
from console.office import office
from console.own_making import refused
from console.own_whose import Whose, somebody
from console.person import needs
from console.shift_making import TOLD, make, tell
from logging_db.columns import is_id
from planning import absences
from planning.absences import Away
from planning.consequences import left_without, without
from planning.objections import Refused

pages = Blueprint("absences", __name__)
navigation.add_tab("absences.page", _l("Absences"), order=40)
pages.add_app_template_global(away_words, "away_words")


@pages.get("/absences")
@needs("coordinator")
def page() -> str:
    """List who is or will be away, fifty at a time; what is over stands folded below."""
    text = request.args.get("q", "").strip()[:100]
    at = office().clock()
    with office().read() as connection:
        listed = page_of(connection, at, text, request.args.get("page", 1, type=int))
        past = [] if text else absences.listed(connection, at, past=True, most=PAST)
    return render_template("absences.html", listed=listed, past=past, text=text, at=at)


@pages.get("/absences/find")
@needs("coordinator")
def find() -> str:
    """Find whom to note an absence of, by name."""
    text = request.args.get("q", "").strip()[:100]
    with office().read() as connection:
        found, number = people_named(connection, text)
    return render_template("absences_find.html", found=found, number=number, text=text)


@pages.route("/absences/person/<responder_id>", methods=["GET", "POST"])
@needs("coordinator")
def of(responder_id: str) -> Answer:
    """Show somebody's absences, and note another one."""
    whose = somebody(responder_id)
    form = AbsenceForm()
    if form.validate_on_submit():
        try:
            return _noted(whose, form)
        except Refused as error:
            form.object_to(error.objections)
    at = office().clock()
    with office().read() as connection:
        coming = absences.listed(connection, at, whose.id)
        left = left_without(connection, coming, at)
        past = absences.listed(connection, at, whose.id, past=True, most=PAST)
    return shown_again(
        "absences_of.html", form, whose=whose, coming=coming, left=left, past=past, at=at
    )


def _noted(whose: Whose, form: AbsenceForm) -> Response:
    starts_at, ends_at = form.starts_at, form.ends_at
    made = make(
        "absence_added",
        None,
        lambda ledger: absences.add(ledger, whose.id, starts_at, ends_at, zone()),
    )
    when = away_words(starts_at, ends_at)
    words = _("Noted: %(name)s is away, %(when)s.", name=whose.name, when=when)
    tell(words, made.warnings, made.change_id)
    return redirect(url_for("absences.one", absence_id=made.value), code=303)


@pages.get("/absences/<absence_id>")
@needs("coordinator")
def one(absence_id: str) -> Answer:
    """Show an absence, with the shifts that it leaves without somebody."""
    away = _found(absence_id)
    if isinstance(away, Response):
        return away
    last = local(away.ends_at - away.ends_at.resolution).date()
    return _shown(away, EndForm(data={"last": last}))


def _shown(away: Away, form: EndForm) -> Answer:
    at = office().clock()
    with office().read() as connection:
        over = away.ends_at <= at
        begins = max(away.starts_at, at)
        left = [] if over else without(connection, away.person, begins, away.ends_at)
    text = render_template(
        "absences_one.html",
        away=away,
        left=left,
        form=form,
        over=over,
        begun=away.starts_at <= at,
        today=local(at).date(),
    )
    return (text, UNPROCESSABLE) if form.errors else text


@pages.post("/absences/<absence_id>/end")
@needs("coordinator")
def end(absence_id: str) -> Answer:
    """Let an absence end sooner: now, or at the time that is given."""
    away = _found(absence_id)
    if isinstance(away, Response):
        return away
    form = EndForm()
    now = request.form.get("act") == "now"
    if not now and not form.validate():
        return _shown(away, form)
    try:
        at = office().clock() if now else form.ends_at
        made = make("absence_ended", None, lambda ledger: absences.end(ledger, absence_id, at))
    except Refused as error:
        form.object_to(error.objections)
        return _shown(away, form)
    when = away_words(away.starts_at, at)
    words = _("The absence of %(name)s ends sooner: %(when)s.", name=away.name, when=when)
    tell(_("%(name)s is back.", name=away.name) if now else words, made.warnings, made.change_id)
    back = url_for("absences.page") if now else url_for("absences.one", absence_id=absence_id)
    return redirect(back, code=303)


@pages.route("/absences/<absence_id>/remove", methods=["GET", "POST"])
@needs("coordinator")
def remove(absence_id: str) -> Answer:
    """Ask, and remove an absence that has not begun."""
    away = _found(absence_id)
    if isinstance(away, Response):
        return away
    if not ConfirmForm().validate_on_submit():
        return render_template("absences_remove.html", away=away)
    try:
        made = make("absence_removed", None, lambda ledger: absences.remove(ledger, absence_id))
    except Refused as error:
        return refused(error, url_for("absences.one", absence_id=absence_id))
    tell(_("Removed: %(name)s is not away then.", name=away.name), made.warnings, made.change_id)
    return redirect(url_for("absences.page"), code=303)


def _found(absence_id: str) -> Away | Response:
    """Return an absence; where it has just been taken back, the list, which says so."""
    if not is_id(absence_id):
        abort(404)
    with office().read() as connection:
        try:
            return absences.find(connection, absence_id)
        except Refused:
            if TOLD in session:
                return redirect(url_for("absences.page"))
            abort(404)
