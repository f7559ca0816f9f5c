"""The form of a shift: what is typed, what of it makes a plan, where objections belong."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TimeField,
)
from wtforms.validators import InputRequired, NumberRange, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from console.forms import choices
from console.shift_making import said
from console.week_books import near
from planning.objections import Objection
from planning.plans import MOST_NEEDED, Plan
from routing.duty import exists, span, zone_of

DAY = timedelta(days=1)
HALF_HOUR = timedelta(minutes=30)
CLOCK = ["%H:%M", "%H:%M:%S"]
BELONGS = {
    "service_unknown": "service",
    "needed_out_of_range": "needed",
    "ends_before_start": "ends",
    "longer_than_a_day": "ends",
    "no_such_time": "starts",
    "outside_hours": "starts",
    "shift_has_begun": "starts",
    "closed_that_day": "day",
    "shift_is_over": "day",
    "two_shifts_at_once": "people",
    "no_longer_answers": "people",
    "person_twice": "people",
}
"""The field that an objection is about; the others are about the shift."""


def near_day(_form: FlaskForm, field: Field) -> None:
    """Refuse a day that lies so far away that nobody means it."""
    if field.data is not None and not near(field.data):
        raise ValidationError(too_far())


def too_far() -> str:
    """Say that a day is too far away."""
    return str(_("This day is too far away. Look whether the year is right."))


def lengthened(starts: time, ends: time, by: timedelta) -> time:
    """Return when a shift ends that becomes longer; an end at its beginning is 24 hours later.

    Raises :class:`ValueError`, with a sentence, where it would have no length or more than that.
    """
    begins = datetime.combine(date(2000, 1, 2), starts)
    over = datetime.combine(begins.date(), ends)
    length = (over if over > begins else over + DAY) - begins + by
    if length <= timedelta(0):
        raise ValueError(no_length())
    if length > DAY:
        raise ValueError(_("A shift lasts 24 hours at most. Make two shifts of it."))
    return (begins + length).time()


def no_length() -> str:
    """Say that a shift would have no length."""
    return str(_("The shift would be over before it has begun. Remove it if it is not wanted."))


class PeopleField(Field):  # type: ignore[misc] # the library declares no types
    """The ids of people in ring order."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what the form sends, each person once."""
        self.data = list(dict.fromkeys(valuelist))

    def process_data(self, value: Sequence[str] | None) -> None:
        """Take what the shift has."""
        self.data = list(value or ())


class ShiftForm(FlaskForm):  # type: ignore[misc] # the library declares no types
    """A shift. ``version`` is what the person had before them when they opened it."""

    service = SelectField(_l("Service"), [InputRequired(_l("Choose a service."))])
    day = DateField(_l("Day"), [InputRequired(_l("Choose a day.")), near_day])
    starts = TimeField(_l("From"), [InputRequired(_l("Enter a time."))], format=CLOCK)
    ends = TimeField(_l("To"), [InputRequired(_l("Enter a time."))], format=CLOCK)
    next_day = BooleanField(_l("Ends the next day"))
    needed = IntegerField(
        _l("People needed"),
        [
            InputRequired(_l("Write how many.")),
            NumberRange(1, MOST_NEEDED, _l("Write a number between 1 and 50.")),
        ],
    )
    languages = SelectMultipleField(
        _l("Languages wanted"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    people = PeopleField(_l("People"))
    search = StringField(_l("Look for somebody"))
    version = HiddenField()
    line = HiddenField()
    back = HiddenField()

    belongs: Mapping[str, str] = BELONGS

    def offer(self, services: list[tuple[str, str]], wanted: list[tuple[str, str]]) -> None:
        """Set what can be chosen: services and languages, each with its name."""
        self.service.choices = choices([("", "—"), *services])
        self.languages.choices = choices(wanted)

    def plan(self) -> Plan:
        """Return what is typed as a plan; the form must be valid."""
        return Plan(
            service_id=self.service.data,
            day=self.day.data,
            starts=self.starts.data,
            ends=self.ends.data,
            needed=self.needed.data,
            languages=tuple(self.languages.data or ()),
            responders=tuple(self.people.data),
            next_day=self.next_day.data,
        )

    def times(self, zone: str) -> tuple[datetime, datetime] | None:
        """Return the instants that the times typed mean, or ``None`` while they mean none."""
        day, starts, ends = self.day.data, self.starts.data, self.ends.data
        if not (isinstance(day, date) and isinstance(starts, time) and isinstance(ends, time)):
            return None
        if not near(day):
            return None
        found = span(day, starts, ends, zone_of(zone))
        real = exists(day, starts, zone_of(zone)) and found[0] < found[1]
        return found if real else None

    def object_to(self, objections: Sequence[Objection]) -> None:
        """Put refusals where they belong."""
        for objection in objections:
            field = self.belongs.get(objection.code)
            errors: Any = self[field].errors if field else self.form_errors
            for sentence in said([objection]):
                if sentence not in errors:
                    errors.append(sentence)

    def act(self, act: str) -> None:
        """Do what a button within the form asks for; nothing is saved by it."""
        verb, _colon, who = act.partition(":")
        people: list[str] = self.people.data
        if verb == "add" and who not in people:
            people.append(who)
        elif verb == "drop" and who in people:
            people.remove(who)
        elif verb in ("up", "down") and who in people:
            here = people.index(who)
            there = here + (-1 if verb == "up" else 1)
            if 0 <= there < len(people):
                people[here], people[there] = people[there], people[here]
        elif verb in ("longer", "sooner"):
            self._lengthen(HALF_HOUR if verb == "longer" else -HALF_HOUR)

    def _lengthen(self, by: timedelta) -> None:
        starts, ends = self.starts.data, self.ends.data
        if starts is None or ends is None:
            return
        try:
            self.ends.data = lengthened(starts, ends, by)
        except ValueError as error:
            self.ends.errors = [str(error)]
            return
        self.ends.raw_data = None
        self.next_day.data = self.ends.data <= starts
