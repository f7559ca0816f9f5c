"""The languages that somebody speaks, in order of preference, as a form."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FieldList, SelectField

from console.forms import choices
from console.week_words import language_name

# Those most spoken around the line first come the line's own, then what is heard in Brussels.
KNOWN = (
    "fr nl en de es it pt ar tr pl ro bg ru uk sq ps fa ti so ff ln sw rw am ber rif ur hi pa bn "
    "zh ku hy ka sr hr bs el hu sk cs rom vi th ja"
).split()
ROWS = 4


class SpeakingForm(FlaskForm):  # type: ignore[misc] # the library declares no types
    """What somebody speaks, the preferred language first; empty rows are left out."""

    languages = FieldList(SelectField(_l("Language"), validate_choice=True), min_entries=ROWS)

    def offer(self, spoken: Sequence[str]) -> None:
        """Set the choices: all known languages, and those that the person has anyway."""
        codes = dict.fromkeys((*KNOWN, *spoken))
        own = codes.keys() - set(KNOWN[:3])
        rest = sorted(own, key=lambda code: language_name(code).casefold())
        pairs = [("", _("– none –")), *((c, language_name(c)) for c in (*KNOWN[:3], *rest))]
        for entry in self.languages:
            entry.choices = choices(pairs)

    @property
    def spoken(self) -> tuple[str, ...]:
        """What was chosen, in order, each once."""
        return tuple(dict.fromkeys(entry.data for entry in self.languages if entry.data))


def rows_for(spoken: Sequence[str]) -> list[str]:
    """Return what fills the rows: the languages, and room for another."""
    return [*spoken, *([""] * max(1, ROWS - len(spoken)))]
