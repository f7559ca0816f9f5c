"""The forms of the words of a line: a text, a recording, and a recording put to use."""

from collections.abc import Iterable
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, TextAreaField

from console.languages import language
from planning.objections import Objection, say

SOUNDS = ".wav,.mp3,.flac,.ogg,.oga,audio/wav,audio/mpeg,audio/flac,audio/ogg"


class Wanted:
    """Says that a field must not be left empty; planning says so where it was."""

    field_flags: ClassVar = {"required": True}

    def __call__(self, form: FlaskForm, field: TextAreaField) -> None:
        """Object to nothing."""


class WordsForm(FlaskForm):  # type: ignore[misc] # the library declares no types
    """A form that can say what planning has against what was written or chosen."""

    def object_to(self, name: str, objections: Iterable[Objection]) -> None:
        """Say each objection at the field that it is about."""
        said = [say(each, language()) for each in objections]
        self[name].errors = [*self[name].errors, *said]


class TextForm(WordsForm):
    """The sentence in words. ``seen`` tells what the line said when the form was opened."""

    text = TextAreaField(_l("Sentence"), [Wanted()], render_kw={"rows": 4})
    seen = HiddenField()


class UploadForm(WordsForm):
    """A recording to be brought in."""

    file = FileField(
        _l("Recording"),
        [FileRequired(_l("Choose the file of the recording."))],
        render_kw={"accept": SOUNDS},
    )
    transcript = TextAreaField(_l("What it says, word for word"), [Wanted()], render_kw={"rows": 3})


class UseForm(WordsForm):
    """A recording that was listened to. ``seen`` as in :class:`TextForm`."""

    transcript = TextAreaField(_l("What it says, word for word"), [Wanted()], render_kw={"rows": 3})
    seen = HiddenField()
