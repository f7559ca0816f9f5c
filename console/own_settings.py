"""A responder's own settings: languages, reminders, number, calendar."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import Row, update
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField, RadioField

from console.forms import UNPROCESSABLE, Answer, choices
from console.office import office
from console.own_making import change, done, sentences
from console.own_speaking import SpeakingForm, rows_for
from console.own_whose import mine
from console.person import needs
from logging_db.tables import responders
from planning import people
from planning.keys import StaleError
from planning.objections import Refused
from planning.people import Profile

pages = Blueprint("settings", __name__)
CONFLICT = 409


class SeenForm(SpeakingForm):
    """One's languages; ``seen`` knows again what the form showed."""

    seen = HiddenField()


class RemindForm(FlaskForm):  # type: ignore[misc] # the library declares no types
    """When somebody is reminded of a shift, and by which way."""

    remind_day = BooleanField(_l("A day ahead"))
    remind_hour = BooleanField(_l("An hour ahead"))
    remind_by = RadioField(
        _l("How"), choices=choices([("email", _l("By e-mail")), ("sms", _l("By text message"))])
    )


def offers_texts() -> bool:
    """Tell whether text messages are sent at all."""
    return office().settings.sms


@pages.get("/mine/settings")
@needs("responder")
def page() -> Answer:
    """Show one's settings."""
    row = _row()
    return _shown(row, _speaking(row), _reminding(row, None))


def _row() -> Row[Any]:
    whose = mine()
    with office().read() as connection:
        return people.row_of(connection, whose.id)


def _speaking(row: Row[Any]) -> SeenForm:
    told = {"languages": rows_for(row.languages), "seen": people.digest(row)}
    form = SeenForm(formdata=None, data=told)
    form.offer(row.languages)
    return form


def _reminding(row: Row[Any], sent: MultiDict[str, str] | None) -> RemindForm:
    """Return the form as it was ``sent``; where another was, as things are."""
    form = RemindForm(formdata=sent, obj=row)
    if not offers_texts():
        del form.remind_by
    return form


def _shown(row: Row[Any], form: SeenForm, reminding: RemindForm) -> Answer:
    page = render_template(
        "own_settings.html",
        row=row,
        form=form,
        reminding=reminding,
        texts=offers_texts(),
    )
    return (page, UNPROCESSABLE) if form.errors else page


@pages.post("/mine/settings/languages")
@needs("responder")
def speak() -> Answer:
    """Take the languages in their new order."""
    row = _row()
    form = SeenForm()
    form.offer(row.languages)
    if form.validate():
        profile = Profile(row.name, row.service_id, form.spoken)
        try:
            with change("person_changed") as (_step, ledger):
                people.change(ledger, row.id, profile, form.seen.data or "")
            return done(
                _("Stored. Calls follow your languages from now on."), url_for("own.settings.page")
            )
        except StaleError as error:
            return _stale(error)
        except Refused as error:
            form.form_errors.extend(sentences(error))
    return _shown(row, form, _reminding(row, None))


def _stale(error: StaleError) -> Answer:
    """Show the languages as they are now: a coordinator has changed them meanwhile."""
    row = _row()
    form = _speaking(row)
    form.form_errors = sentences(error)
    answer = _shown(row, form, _reminding(row, None))
    return (answer[0], CONFLICT) if isinstance(answer, tuple) else answer


@pages.post("/mine/settings/reminders")
@needs("responder")
def remind() -> Answer:
    """Take how one wants to be reminded."""
    row = _row()
    form = _reminding(row, request.form)
    if not form.validate():
        return _shown(row, _speaking(row), form)
    values = {"remind_day": form.remind_day.data, "remind_hour": form.remind_hour.data}
    if offers_texts():
        values["remind_by"] = form.remind_by.data
    with office().step() as step:  # no part of the roster: it is nobody else's business
        own = responders.c.id == row.id
        step.connection.execute(update(responders).where(own).values(**values))
    flash(_("Stored."), "done")
    return redirect(url_for("own.settings.page"), code=303)
