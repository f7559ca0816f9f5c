"""The page of one person who answers."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import render_template
from flask_babel import gettext as _
from sqlalchemy import Connection, Row, select, update
from wtforms import HiddenField

from console import audit, people_list
from console.forms import Answer, ConfirmForm, shown_again
from console.languages import language
from console.office import office
from console.own_cards import sheet
from console.own_making import change, done, refused, sentences
from console.own_speaking import rows_for
from console.own_whose import Whose, somebody
from console.people_forms import LinkForm, PersonForm
from console.person import current_person, fresh, needs
from console.week_words import language_name
from logging_db.tables import responders, users
from planning import people
from planning.keys import StaleError
from planning.objections import Refused

CONFLICT = 409


class SeenForm(PersonForm):
    """Somebody who is there; ``seen`` knows again what the form showed."""

    seen = HiddenField()


@needs("coordinator")
def page(responder_id: str) -> Answer:
    """Show somebody: shifts, what is known of them; take what is changed."""
    whose = somebody(responder_id)
    with office().read() as connection:
        row = people.row_of(connection, whose.id)
        form = SeenForm(data=_as_it_is(row))
        form.offer(row.languages)
        form.offer_services(connection)
    if form.validate_on_submit():
        try:
            with change("person_changed") as (_step, ledger):
                people.change(ledger, whose.id, form.profile, form.seen.data or "")
            return done(_("Stored."), whose.home)
        except StaleError as error:
            return _stale(whose, form, error)
        except Refused as error:
            form.object_to(error.objections)
    return _shown(whose, row, form)


def _as_it_is(row: Row[Any]) -> dict[str, object]:
    told = {"name": row.name, "service": row.service_id, "seen": people.digest(row)}
    return {**told, "languages": rows_for(row.languages)}


def _stale(whose: Whose, form: SeenForm, error: StaleError) -> Answer:
    """Show what is there now beside what was typed; sent again, it is stored over it."""
    with office().read() as connection:
        row = people.row_of(connection, whose.id)
    form.form_errors.extend(sentences(error))
    form.seen.data = people.digest(row)
    answer = _shown(whose, row, form, there=_differences(row, form))
    return (answer[0], CONFLICT) if isinstance(answer, tuple) else answer


def _differences(row: Row[Any], form: SeenForm) -> list[tuple[str, str, str]]:
    """Return what is otherwise now than it was typed: its label, now, and typed."""
    services = {value: words for value, words, *_more in form.service.iter_choices()}
    typed = form.profile

    def spoken(codes: Iterable[str]) -> str:
        return ", ".join(language_name(code) for code in codes)

    told = [
        (_("Name"), row.name, typed.name),
        (_("Service"), services.get(row.service_id, "—"), services.get(typed.service_id, "—")),
        (_("Languages"), spoken(row.languages), spoken(typed.languages)),
    ]
    return [(label, now, then) for label, now, then in told if now != then]


def _shown(
    whose: Whose, row: Row[Any], form: SeenForm, there: Sequence[tuple[str, str, str]] = ()
) -> Answer:
    at = office().clock()
    with office().read() as connection:
        faults = people_list.faults(connection, office().cipher, at).get(whose.id, [])
        others = [each.other_responder_id for each in faults if each.other_responder_id]
        named = select(responders.c.id, responders.c.name).where(responders.c.id.in_(others))
        names = {each.id: each.name for each in connection.execute(named)}
        user = _user_of(connection, whose.id)
        found = sheet(connection, whose.id, at, language())
    return shown_again(
        "people_one.html",
        form,
        whose=whose,
        row=row,
        faults=faults,
        names=names,
        user=user,
        sheet=found,
        there=there,
    )


def _user_of(connection: Connection, responder_id: str) -> Row[Any] | None:
    query = select(users).where(users.c.responder_id == responder_id, users.c.active)
    return connection.execute(query.order_by(users.c.created_at, users.c.id).limit(1)).first()


@needs("coordinator")
def stop(responder_id: str) -> Answer:
    """Show which shifts lose somebody, ask, and let them answer no more."""
    whose = somebody(responder_id)
    if not ConfirmForm().validate_on_submit():
        with office().read() as connection:
            found = sheet(connection, whose.id, office().clock(), language())
            user = _user_of(connection, whose.id)
        return render_template("people_stop.html", whose=whose, sheet=found, user=user)
    with change("person_stopped") as (_step, ledger):
        people.stop(ledger, whose.id)
    audit.done("Responder stopped", current_person().id, responder=whose.id)
    words = _("%(name)s is not rung any more. Places in shifts stay open.", name=whose.name)
    return done(words, whose.home)


@needs("coordinator")
def start(responder_id: str) -> Answer:
    """Let somebody answer again."""
    whose = somebody(responder_id)
    try:
        with change("person_started") as (_step, ledger):
            people.start(ledger, office().cipher, whose.id)
    except Refused as error:
        return refused(error, whose.home)
    audit.done("Responder started", current_person().id, responder=whose.id)
    return done(_("%(name)s answers again.", name=whose.name), whose.home)


@needs("coordinator")
@fresh
def link(responder_id: str) -> Answer:
    """Say which user this person is, or that they do not log in."""
    whose = somebody(responder_id)
    with office().step() as step:
        user = _user_of(step.connection, whose.id)
        form = LinkForm(data={"user": user.id if user else ""})
        form.offer(step.connection, whose.id)
        stored = form.validate_on_submit()
        if stored:
            _link(step.connection, whose.id, form.user.data or "")
    if not stored:
        return shown_again("people_link.html", form, whose=whose)
    audit.done(
        "Responder linked", current_person().id, responder=whose.id, whom=form.user.data or None
    )
    return done(_("Stored."), whose.home)


def _link(connection: Connection, responder_id: str, user_id: str) -> None:
    mine = users.c.responder_id == responder_id
    connection.execute(update(users).where(mine, users.c.id != user_id).values(responder_id=None))
    connection.execute(update(users).where(users.c.id == user_id).values(responder_id=responder_id))
