"""The form of laying a week over others: what is asked for, and the order that it makes."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Literal

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from console import languages
from console.forms import choices
from console.office import office
from planning.weeks import FARTHEST, MOST_WEEKS, Order, Source, mondays_from

SOURCES = (
    ("week", _l("A week, as it is planned")),
    ("template", _l("A template")),
    ("standing", _l("The standing week")),
)
YEAR = timedelta(days=366)  # so long that fifty-two weeks do not reach beyond
MODES = (
    ("replace", _l("Make the weeks exactly like it")),
    ("fill", _l("Only add what is missing")),
)


class CopyForm(FlaskForm):  # type: ignore[misc] # the library declares no types
    """What is laid over which weeks, and how. It only asks; it changes nothing."""

    line = HiddenField()
    source = RadioField(_l("What"), choices=choices(SOURCES), default="week")
    monday = DateField(_l("The week of"), [Optional()])
    template = SelectField(_l("Template"), [Optional()], validate_choice=False)
    first = DateField(_l("First week"), [InputRequired(_l("Choose the first week."))])
    count = IntegerField(
        _l("How many weeks"),
        [
            InputRequired(_l("Write how many.")),
            NumberRange(1, MOST_WEEKS, _l("Write a number between 1 and 52.")),
        ],
        default=1,
    )
    mode = RadioField(_l("How"), choices=choices(MODES), default="replace")

    def offer(self, templates: Sequence[tuple[str, str, int]]) -> None:
        """Set which templates can be chosen."""
        self.template.choices = choices([("", "—"), *((row[0], row[1]) for row in templates)])

    def validate(self, extra_validators: Any = None) -> bool:
        """Tell whether it is complete: a source needs its week or template."""
        fine = super().validate(extra_validators)
        today = languages.local(office().clock()).date()
        for field in (self.monday, self.first):
            if field.data is not None and abs(field.data - today) > FARTHEST - YEAR:
                field.errors = [*field.errors, _l("Too far away: look whether the year is right.")]
                fine = False
        if self.source.data == "week" and self.monday.data is None and not self.monday.errors:
            self.monday.errors = [*self.monday.errors, _l("Choose the week to copy.")]
            fine = False
        if self.source.data == "template" and not self.template.data:
            self.template.errors = [*self.template.errors, _l("Choose a template.")]
            fine = False
        return bool(fine)

    def order(self, line_id: str) -> Order:
        """Return what is asked for; the form must be valid."""
        kind: Literal["week", "template", "standing"] = self.source.data
        source = Source(
            kind,
            monday=_monday(self.monday.data) if kind == "week" else None,
            template_id=self.template.data if kind == "template" else "",
        )
        mondays = mondays_from(self.first.data, self.count.data)
        return Order(line_id, source, mondays, self.mode.data)

    def address(self) -> dict[str, str]:
        """Return what the form says, for an address."""
        return {
            "source": self.source.data,
            "monday": _text(self.monday.data),
            "template": self.template.data or "",
            "first": _text(self.first.data),
            "count": str(self.count.data),
            "mode": self.mode.data,
        }


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""
