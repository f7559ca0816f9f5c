"""The languages that somebody speaks, in order of preference, as a form."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FieldList, SelectField

from console.forms import choices
from console.languages import language
from console.week_words import language_name
from planning.objections import Objection, say
from planning.people import MOST_LANGUAGES

# The line's own languages first, then what is heard in Brussels.
FIRST = ("fr", "nl", "en")
HEARD = (
    *("am", "ar", "ber", "bg", "bn", "bs", "cs", "de", "el", "es", "fa", "ff", "hi", "hr", "hu"),
    *("hy", "it", "ja", "ka", "ku", "ln", "pa", "pl", "ps", "pt", "rif", "ro", "rom", "ru", "rw"),
    *("sk", "so", "sq", "sr", "sw", "th", "ti", "tr", "uk", "ur", "vi", "zh"),
)
ROWS = 4


class SpeakingForm(FlaskForm):  # type: ignore[misc] # the library declares no types
    """What somebody speaks, the preferred language first; empty rows are left out."""

    languages = FieldList(SelectField(_l("Language"), default=""), min_entries=ROWS)

    def offer(self, spoken: Sequence[str]) -> None:
        """Set the choices: all known languages, and those that the person has anyway."""
        others = {*HEARD, *spoken} - set(FIRST)
        rest = sorted(others, key=lambda code: language_name(code).casefold())
        pairs = [("", _("– none –")), *((code, language_name(code)) for code in (*FIRST, *rest))]
        for entry in self.languages:
            entry.choices = choices(pairs)

    def validate(self, extra_validators: Any = None) -> bool:
        """Tell whether all is well; everybody speaks something."""
        well: bool = super().validate(extra_validators)
        if not self.spoken:
            nothing = Objection("person_languages", {"most": MOST_LANGUAGES})
            self.form_errors.append(say(nothing, language()))
        return well and bool(self.spoken)

    @property
    def spoken(self) -> tuple[str, ...]:
        """What was chosen, in order, each once."""
        return tuple(dict.fromkeys(entry.data for entry in self.languages if entry.data))


def rows_for(spoken: Sequence[str]) -> list[str]:
    """Return what fills the rows: the languages, and room for another."""
    return [*spoken, *([""] * max(1, ROWS - len(spoken)))]
