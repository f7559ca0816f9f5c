"""The forms of weekly shifts and templates."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, Field, HiddenField, RadioField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget, RadioInput

from console.forms import choices
from console.shift_form import BELONGS, ShiftForm
from console.shift_making import said
from console.standing_frame import DAY, Frame, first_of
from console.standing_words import weekday_name
from console.week_books import monday_of
from planning.objections import Objection
from planning.weekly import FARTHEST
from planning.weekly_plans import WeeklyPlan
from routing.wall import exists, span, zone_of

SINCE = dict.fromkeys(("weekly_from_tomorrow", "weekly_too_far", "weekly_over_by_then"), "since")


class WeeklyForm(ShiftForm):
    """A shift of the standing week or of a template: weekdays in place of a day.

    ``base`` is the Monday of the week in which people are looked for.
    """

    day = None  # that of a dated shift
    weekdays = SelectMultipleField(
        _l("Weekdays"),
        [InputRequired(_l("Choose a weekday."))],
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    since = DateField(_l("From this day on"), [InputRequired(_l("Choose a day."))])

    belongs = {code: field for code, field in BELONGS.items() if field != "day"} | {
        **SINCE,
        "weekday_unknown": "weekdays",
        "two_weekly_shifts_at_once": "people",
        "template_two_at_once": "people",
    }
    base: date

    def prepare(self, frame: Frame, *, new: bool) -> None:
        """Make it fit: templates hold from no day, and an existing shift is on one weekday."""
        self.weekdays.choices = choices([(str(n), weekday_name(n)) for n in range(7)])
        if not new:
            self.weekdays.option_widget = RadioInput()
            self.weekdays.label.text = _l("Weekday")
            self.weekdays.data = (self.weekdays.data or [])[:1]
        since, monday = self.since.data, frame.next_monday
        near = isinstance(since, date) and abs(since - monday) < FARTHEST
        self.base = first_of(0, since if near else monday)
        if frame.template_id:
            del self.since

    @property
    def from_day(self) -> date | None:
        """From when it holds; ``None`` in a template."""
        found: date | None = self.since.data if "since" in self else None
        return found

    @property
    def place(self) -> date:
        """The first day that it is about, in the week in which people are looked for."""
        weekday: int = min(self.weekdays.data or [0])
        return self.base + weekday * DAY

    def plans(self) -> list[WeeklyPlan]:
        """Return what is typed, a plan a weekday; the form must be valid."""
        return [
            WeeklyPlan(
                service_id=self.service.data,
                weekday=weekday,
                starts=self.starts.data,
                ends=self.ends.data,
                needed=self.needed.data,
                languages=tuple(self.languages.data or ()),
                responders=tuple(self.people.data),
                next_day=self.next_day.data,
            )
            for weekday in sorted(set(self.weekdays.data))
        ]

    def times(self, zone: str) -> tuple[datetime, datetime] | None:
        """Return the instants that the times mean on its first day, if they mean any."""
        starts, ends = self.starts.data, self.ends.data
        if not (self.weekdays.data and isinstance(starts, time) and isinstance(ends, time)):
            return None
        found = span(self.place, starts, ends, zone_of(zone))
        real = exists(self.place, starts, zone_of(zone)) and found[0] < found[1]
        return found if real else None


class _SaysWhy(FlaskForm):  # type: ignore[misc] # the library declares no types
    """A form to which planning can object; ``belongs`` names fields by code."""

    belongs: Mapping[str, str] = MappingProxyType({})

    def object_to(self, objections: Sequence[Objection]) -> None:
        """Put refusals where they belong."""
        for objection in objections:
            name = self.belongs.get(objection.code, "")
            field: Field | None = self[name] if name and name in self else None
            if field is None:
                self.form_errors.extend(said([objection]))
            else:
                field.errors = [*field.errors, *said([objection])]


class RemoveForm(_SaysWhy):
    """From when a weekly shift is no longer worked; a template needs no day."""

    since = DateField(_l("From this day on"), [InputRequired(_l("Choose a day."))])
    version = HiddenField()

    belongs = SINCE


class NameForm(_SaysWhy):
    """The name of a template."""

    name = StringField(
        _l("Name"),
        [InputRequired(_l("Enter a name."))],
        render_kw={"autocomplete": "off", "maxlength": 120},
    )

    belongs = dict.fromkeys(("template_name", "template_name_taken"), "name")


class KeepForm(NameForm):
    """What is kept as a template: the standing week as it is shown, or a week as planned."""

    what = RadioField(_l("What is kept"), default="standing")
    week = DateField(_l("Which week"), [Optional()])

    def offer(self, standing: str) -> None:
        """Set what can be kept; ``standing`` says which standing week that is."""
        self.week.flags.required = True  # wherever it is asked for
        self.what.choices = choices(
            [
                ("standing", standing),
                ("week", _l("What is planned in a week")),
                ("empty", _l("Nothing yet: I fill it in myself")),
            ]
        )

    def validate(self, extra_validators: Any = None) -> bool:
        """Tell whether it is complete: a planned week needs its date."""
        fine = super().validate(extra_validators)
        if self.what.data == "week" and self.week.data is None and not self.week.errors:
            self.week.errors = [*self.week.errors, _l("Choose the week.")]
            fine = False
        return bool(fine)

    @property
    def monday(self) -> date:
        """The Monday of the week to keep; the form must be valid."""
        return monday_of(self.week.data)
