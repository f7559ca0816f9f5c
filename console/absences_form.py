"""The forms of absences: days of the calendar, with times for whoever needs them."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, TimeField
from wtforms.validators import InputRequired, Optional

from console.languages import language, zone
from console.shift_form import CLOCK, near_day
from planning.absences import instant
from planning.objections import Objection, say

DAY = timedelta(days=1)
FIELDS = {
    "absence_in_the_past": "first",
    "absence_overlaps": "first",
    "absence_backwards": "last",
    "absence_too_long": "last",
    "absence_end_between": "last",
    "no_such_time": "last",
}


class _AbsenceForm(FlaskForm):  # type: ignore[misc] # the library declares no types
    def object_to(self, objections: Iterable[Objection]) -> None:
        """Say what planning has against it, at the field that it is about."""
        for each in objections:
            name = FIELDS.get(each.code, "")
            sentence = say(each, language())
            if name in self:
                self[name].errors = [*self[name].errors, sentence]
            else:
                self.form_errors.append(sentence)


class AbsenceForm(_AbsenceForm):
    """From when to when somebody is away. Without times: whole days."""

    first = DateField(_l("First day"), [InputRequired(_l("Choose a day.")), near_day])
    first_time = TimeField(_l("From (time)"), [Optional()], format=CLOCK)
    last = DateField(_l("Last day"), [Optional(), near_day])
    last_time = TimeField(_l("Until (time)"), [Optional()], format=CLOCK)

    @property
    def starts_at(self) -> datetime:
        """The instant from which they are away; may refuse one that clocks leap over."""
        return instant(datetime.combine(self.first.data, self.first_time.data or time(0)), zone())

    @property
    def ends_at(self) -> datetime:
        """The instant from which they are back; may refuse one that clocks leap over."""
        return end_of(self.last.data or self.first.data, self.last_time.data)


class EndForm(_AbsenceForm):
    """When somebody is back sooner."""

    last = DateField(_l("Last day away"), [InputRequired(_l("Choose a day.")), near_day])
    last_time = TimeField(_l("Until (time)"), [Optional()], format=CLOCK)

    @property
    def ends_at(self) -> datetime:
        """The instant from which they are back; may refuse one that clocks leap over."""
        return end_of(self.last.data, self.last_time.data)


def end_of(day: date, at: time | None) -> datetime:
    """Return the instant at which an absence ends: a time of its last day, or the end of it."""
    wall = datetime.combine(day, at) if at else datetime.combine(day + DAY, time(0))
    return instant(wall, zone())
