"""The forms by which coordinators describe whom responders may bring into a talk."""

from typing import Any

import phonenumbers
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TelField, TextAreaField
from wtforms.validators import InputRequired, Length

from console.forms import choices
from console.own_speaking import SpeakingForm, rows_for
from logging_db.contacts import INTERPRETER, LONGEST_NAME, LONGEST_NOTE, OTHER, SERVICE, Entry

REGION = "BE"

KINDS: dict[str, LazyString] = {
    INTERPRETER: _l("Interpreter"),
    SERVICE: _l("Service or office"),
    OTHER: _l("Other"),
}


class ContactForm(SpeakingForm):
    """Who a contact is; ``seen`` knows again what the form showed."""

    name = StringField(
        _l("Name"),
        [InputRequired(_l("Enter the name.")), Length(max=LONGEST_NAME)],
        render_kw={"autocomplete": "off"},
    )
    kind = SelectField(_l("Kind"))
    note = TextAreaField(_l("Note"), [Length(max=LONGEST_NOTE)], render_kw={"rows": 3})
    seen = HiddenField()

    def __init__(self, entry: Entry | None = None, seen: str = "") -> None:
        told = {} if entry is None else {"name": entry.name, "kind": entry.kind, "note": entry.note}
        spoken = entry.languages if entry else ()
        super().__init__(data={**told, "languages": rows_for(spoken), "seen": seen})
        self.kind.choices = choices(KINDS.items())
        self.offer(spoken)

    def validate(self, extra_validators: Any = None) -> bool:
        """Tell whether all is well; only an interpreter must speak something."""
        well: bool = FlaskForm.validate(self, extra_validators)
        for field in (self.name, self.note):
            if _holds_number(field.data or ""):
                words = _("Here stands a telephone number that everybody would see. Take it out.")
                field.errors = [*field.errors, words]
                well = False
        if self.kind.data == INTERPRETER and not self.spoken:
            self.form_errors.append(_("An interpreter needs at least one language. Choose it."))
            return False
        return well

    @property
    def entry(self) -> Entry:
        """What was filled in."""
        name = " ".join((self.name.data or "").split())
        return Entry(name, self.kind.data or OTHER, self.spoken, (self.note.data or "").strip())


def _holds_number(text: str) -> bool:
    """Tell whether somebody's number stands in a text that is neither sealed nor secret."""
    return phonenumbers.PhoneNumberMatcher(text, REGION).has_next()


class NumberForm(FlaskForm):  # type: ignore[misc] # the library declares no types
    """A number at which a contact is rung."""

    number = TelField(
        _l("Telephone number"),
        [InputRequired(_l("Enter the number at which the line rings this contact."))],
        render_kw={"autocomplete": "off", "inputmode": "tel", "maxlength": "40"},
    )


class NewContactForm(ContactForm):
    """A contact who is added, with a number."""

    number = TelField(
        _l("Telephone number"),
        [InputRequired(_l("Enter the number at which the line rings this contact."))],
        render_kw={"autocomplete": "off", "inputmode": "tel", "maxlength": "40"},
    )
