"""The forms of opening hours and of closed days."""

from collections.abc import Iterable
from datetime import time
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, Field, HiddenField, SelectMultipleField, StringField
from wtforms.utils import unset_value
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from console.closing_words import DAYS, weekday_name
from console.languages import language
from console.week_words import language_name
from planning.closures import LONGEST_NAME
from planning.hours import MOST_A_DAY, Opening
from planning.objections import Objection, say

Row = tuple[str, str]
FIELDS = {
    "hours_in_the_past": "since",
    "weekly_too_far": "since",
    "closure_in_the_past": "first",
    "closed_already": "first",
    "closure_backwards": "last",
    "closure_too_long": "last",
    "closures_none_chosen": "days",
}
"""The field that an objection is about; some know their weekday or language themselves."""


class ObjectingForm(FlaskForm):  # type: ignore[misc] # the library declares no types
    """A form that can say what planning has against it."""

    def object_to(self, objections: Iterable[Objection]) -> None:
        """Say each objection, once, at the field that it is about."""
        for each in objections:
            sentence = say(each, language())
            name = self._field_of(each)
            if name in self:
                if sentence not in self[name].errors:
                    self[name].errors = [*self[name].errors, sentence]
            elif sentence not in self.form_errors:
                self.form_errors.append(sentence)

    def _field_of(self, objection: Objection) -> str:
        details = objection.details
        if "weekday" in details:
            return f"day{details['weekday']}"
        if objection.code == "closure_without_name":
            return f"name_{details['language']}"
        name = FIELDS.get(objection.code, "")
        return "last" if name == "since" and "since" not in self else name


class OpeningsField(Field):  # type: ignore[misc] # the library declares no types
    """The openings of one weekday: rows of two times as they were typed; empty ones are none."""

    def process(self, formdata: Any, data: Any = unset_value, **_filters: Any) -> None:
        """Take the rows that the form sends, or those that hold now."""
        self.process_errors: list[str] = []
        self.rows: list[Row] = []
        if formdata is not None:
            sent = (formdata.getlist(f"{self.name}-{end}") for end in ("opens", "closes"))
            self.rows = list(zip(*sent, strict=False))
        elif data is not unset_value and data:
            self.rows = [(f"{each.opens:%H:%M}", f"{each.closes:%H:%M}") for each in data]
        self.rows = self.rows or [("", "")]
        self.data = self.rows

    def add_row(self) -> None:
        """Make room for one more opening."""
        self.rows.append(("", ""))

    @property
    def full(self) -> bool:
        """Whether a day can have no more openings."""
        return len(self.rows) >= MOST_A_DAY

    def pre_validate(self, _form: FlaskForm) -> None:
        """Refuse what is half filled in, or no time."""
        self.times: list[tuple[time, time]] = []
        for opens, closes in self.rows:
            if not opens.strip() and not closes.strip():
                continue
            if not opens.strip() or not closes.strip():
                raise ValidationError(say(Objection("hours_incomplete"), language()))
            self.times.append((_time(opens), _time(closes)))


class HoursForm(ObjectingForm):
    """The hours of a week, from a day on. ``seen`` tells which hours it was opened with."""

    since = DateField(_l("They hold from"), [InputRequired(_l("Choose a day."))])
    seen = HiddenField()
    day0, day1, day2, day3 = (OpeningsField() for _n in range(4))
    day4, day5, day6 = (OpeningsField() for _n in range(3))

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        for weekday, each in enumerate(self.days):
            each.label.text = weekday_name(weekday)

    @property
    def days(self) -> list[OpeningsField]:
        """The openings from Monday to Sunday."""
        return [self[f"day{weekday}"] for weekday in range(DAYS)]

    @property
    def openings(self) -> list[Opening]:
        """What was filled in, once the form is valid."""
        return [
            Opening(weekday, opens, closes)
            for weekday, each in enumerate(self.days)
            for opens, closes in each.times
        ]


class ClosureForm(ObjectingForm):
    """A day or a range of days on which a line stays closed."""

    first = DateField(_l("First day"), [InputRequired(_l("Choose a day."))])
    last = DateField(_l("Last day"), [Optional()])

    def names(self, languages: Iterable[str]) -> dict[str, str]:
        """Return why the line is closed, by language."""
        return {code: (self[f"name_{code}"].data or "").strip() for code in languages}


def closure_form(languages: Iterable[str]) -> ClosureForm:
    """Return the form for a line that speaks these languages: the reason in each of them."""
    fields = {
        f"name_{code}": StringField(
            _("Reason in %(language)s", language=language_name(code)),
            [
                InputRequired(_("Write why: callers hear it.")),
                Length(max=LONGEST_NAME, message=_too_long()),
            ],
            render_kw={"lang": code, "autocomplete": "off"},
        )
        for code in languages
    }
    made: ClosureForm = type("LineClosureForm", (ClosureForm,), fields)()
    return made


class HolidaysForm(ObjectingForm):
    """Public holidays to choose from."""

    days = SelectMultipleField(
        _l("Holidays on which the line is not closed yet"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


def _too_long() -> str:
    return say(Objection("closure_name_too_long", {"most": LONGEST_NAME}), language())


def _time(text: str) -> time:
    """Read a time as people write it where the browser has no field for times: 9:00, 9h, 24:00."""
    hours, _colon, minutes = text.strip().lower().replace("h", ":").partition(":")
    try:
        wanted = int(hours), int(minutes[:2] or 0)
        return time(0) if wanted == (24, 0) else time(*wanted)
    except ValueError:
        raise ValidationError(_("Write times like 09:00.")) from None
