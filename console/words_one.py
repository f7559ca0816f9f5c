"""One sentence of a line: written in its own words, or ours again."""

from typing import Any

from flask import flash, render_template, request
from flask_babel import gettext as _

from console.forms import UNPROCESSABLE, Answer
from console.office import office
from console.own_making import sentences
from console.person import needs
from console.words_acts import change, done
from console.words_forms import TextForm, UploadForm, WordsForm
from console.words_view import Said, one
from planning import line_steps, line_words
from planning.line_words import WordsMovedError, tidied

CONFLICT = 409
MEGABYTES = 6  # as console/app.py allows for a whole request
PREVIEW = "preview"
WITHOUT = "without"
"""Says that a text may be stored without the steps that it names."""


def load(line_id: str, language: str, key: str) -> Said:
    """Return a sentence as it stands now."""
    with office().read() as connection:
        return one(connection, line_id, language, key)


@needs("coordinator")
def edit(line_id: str, language: str, key: str) -> Answer:
    """Show a sentence and take another text for it."""
    said = load(line_id, language, key)
    if request.method == "GET":
        return show(said, text_form(said))
    form = TextForm()
    text = tidied(form.text.data or "")
    if not form.validate_on_submit():
        return show(said, form), UNPROCESSABLE
    if request.form.get("act") == PREVIEW:
        return show(said, form)
    form.object_to("text", line_words.objections(text, said.ours.names))
    lost = unsaid(said, form, "text", text)
    if form.errors:
        return show(said, form, lost=lost), UNPROCESSABLE
    try:
        return _store(said, text, form.seen.data or "")
    except WordsMovedError as error:
        return moved(load(line_id, language, key), form, error)


def _store(said: Said, text: str, seen: str) -> Answer:
    """Have the line say a text; the text that we say anyway is no words of its own."""
    place = said.place
    if text == said.ours.text:
        return _take_back(said, seen)
    made = change(
        said, "words_changed", lambda ledger: line_words.say_text(ledger, place, text, seen)
    )
    if made is None:
        return done(said, _("The line says so already: nothing was to be changed."), None)
    words = _("Stored: “%(sentence)s”. The next caller hears it.", sentence=said.about.title())
    return done(said, words, made, line_steps.objections(said.lost(text)))


def _take_back(said: Said, seen: str) -> Answer:
    place = said.place
    made = change(said, "words_taken_back", lambda ledger: line_words.say_ours(ledger, place, seen))
    if made is None:
        return done(said, _("The line says our sentence already: nothing was to be changed."), None)
    words = _("Callers hear our sentence again: “%(sentence)s”.", sentence=said.about.title())
    return done(said, words, made)


@needs("coordinator")
def back(line_id: str, language: str, key: str) -> Answer:
    """Have the line say our sentence again."""
    said = load(line_id, language, key)
    try:
        return _take_back(said, request.form.get("seen", ""))
    except WordsMovedError as error:
        flash(sentences(error)[0], "error")
        said = load(line_id, language, key)
        return show(said, text_form(said)), CONFLICT


def text_form(said: Said) -> TextForm:
    """Return the form with what the line says now, whatever the request sends."""
    return TextForm(formdata=None, text=said.text, seen=said.digest)


def moved(said: Said, form: TextForm, error: WordsMovedError) -> Answer:
    """Show what somebody else has written beside what was typed; sent again, it is stored."""
    form.seen.process_data(said.digest)
    form.form_errors.extend(sentences(error))
    return show(said, form, moved=True), CONFLICT


def unsaid(said: Said, form: WordsForm, name: str, text: str) -> list[str]:
    """Object to a text for the steps of callers that it loses; return them.

    None where there is something else to be mended first, or where somebody has said, of each
    of them, that it is meant.
    """
    lost = [] if form.errors else said.lost(text)
    if set(lost) <= set(request.form.get(WITHOUT, "").split()):
        return []
    form.object_to(name, line_steps.objections(lost))
    return lost


def show(said: Said, form: TextForm, upload: UploadForm | None = None, **more: Any) -> str:
    """Return the page of a sentence with these forms, and what is wrong with them."""
    upload = upload or UploadForm(formdata=None, transcript=said.filled(said.text))
    return render_template(
        "words_one.html",
        said=said,
        texts=form,
        uploads=upload,
        form=upload if upload.errors else form,
        preview=said.filled(tidied(form.text.data or "")),
        longest=line_words.LONGEST,
        most=MEGABYTES,
        **more,
    )
