"""The forms by which coordinators describe people."""

from collections.abc import Iterable

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import Connection, select
from wtforms import SelectField, StringField, TelField
from wtforms.validators import InputRequired, Length

from console.forms import choices
from console.languages import language
from console.own_speaking import SpeakingForm
from logging_db.tables import partner_services, users
from planning.objections import Objection, say
from planning.people import LONGEST_NAME, Profile

FIELDS = {"person_name": "name", "person_name_taken": "name", "service_unknown": "service"}


class PersonForm(SpeakingForm):
    """Who somebody is: name, service, languages."""

    name = StringField(
        _l("Name"),
        [InputRequired(_l("Enter the name.")), Length(max=LONGEST_NAME)],
        render_kw={"autocomplete": "off"},
    )
    service = SelectField(_l("Service"))

    def offer_services(self, connection: Connection) -> None:
        """Set the services to choose from."""
        self.service.choices = choices(services(connection))

    @property
    def profile(self) -> Profile:
        """What was filled in."""
        return Profile(self.name.data or "", self.service.data or "", self.spoken)

    def object_to(self, objections: Iterable[Objection]) -> None:
        """Say what planning has against it, at the field that it is about."""
        for each in objections:
            name = "number" if each.code.startswith("number_") else FIELDS.get(each.code, "")
            sentence = say(each, language())
            if name and name in self:
                self[name].errors = [*self[name].errors, sentence]
            else:
                self.form_errors.append(sentence)


class NewPersonForm(PersonForm):
    """Somebody who is added, with a number."""

    number = TelField(
        _l("Telephone number"),
        [InputRequired(_l("Enter the number at which the line rings this person."))],
        render_kw={"autocomplete": "off", "inputmode": "tel"},
    )


class NumberForm(FlaskForm):  # type: ignore[misc] # the library declares no types
    """Another number for somebody."""

    number = TelField(
        _l("New number"),
        [InputRequired(_l("Enter the number at which the line rings this person."))],
        render_kw={"autocomplete": "off", "inputmode": "tel"},
    )


class LinkForm(FlaskForm):  # type: ignore[misc] # the library declares no types
    """Who logs in as somebody."""

    user = SelectField(_l("Logs in as"))

    def offer(self, connection: Connection, responder_id: str) -> None:
        """Set the users to choose from: whoever is nobody else."""
        free = users.c.active & (
            users.c.responder_id.is_(None) | (users.c.responder_id == responder_id)
        )
        rows = connection.execute(select(users).where(free).order_by(users.c.name))
        pairs = [(row.id, f"{row.name}, {row.email}") for row in rows]
        self.user.choices = choices([("", _("nobody")), *pairs])


def services(connection: Connection) -> list[tuple[str, str]]:
    """Return the services as a list to choose from: id, and code with name."""
    rows = connection.execute(select(partner_services).order_by(partner_services.c.code))
    return [(row.id, f"{row.code} · {_named(row.names, row.code)}") for row in rows]


def _named(names: dict[str, str], code: str) -> str:
    return names.get(language()) or next(iter(names.values()), code)


def wish_words() -> dict[str, LazyString]:
    """Return what the list can be narrowed to."""
    return {
        "": _l("Everybody who answers"),
        "fault": _l("Something is wrong with the number"),
        "malformed": _l("Number cannot be rung"),
        "shared": _l("Number shared with somebody"),
        "failing": _l("Number not reached lately"),
        "unverified": _l("Number not verified"),
        "no_log_in": _l("Does not log in"),
        "stopped": _l("No longer answers"),
    }
