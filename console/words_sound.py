"""Recordings: brought in, listened to, and then put to use or given up."""

import io
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from console.files import drain
from console.files_waiting import plain_name
from console.forms import UNPROCESSABLE, Answer
from console.languages import language as page_language
from console.office import office
from console.own_making import sentences
from console.person import needs
from console.words_acts import change, done
from console.words_forms import UploadForm, UseForm
from console.words_one import CONFLICT, MEGABYTES, load, show, text_form, unsaid
from console.words_view import Said
from logging_db import line_words as book
from logging_db import word_editing
from logging_db.word_editing import Recorded
from planning import line_steps, line_words
from planning.ledger import Ledger
from planning.line_words import WordsMovedError, tidied
from planning.objections import Objection, Refused, say
from planning.sound import Sound
from planning.sound_reading import read_sound

TOO_LARGE = 413
REMARKS = ("sound_clipped", "sound_faint")
KEPT_SECONDS = 3600  # by the browser: the sound of an id never changes


@needs("coordinator")
def upload(line_id: str, language: str, key: str) -> Answer:
    """Take a recording and have it wait until somebody has listened to it."""
    said = load(line_id, language, key)
    if not said.ours.recordable:
        abort(404)
    form = UploadForm()
    valid = form.validate_on_submit()
    form.object_to("transcript", _wrong(said, form.transcript.data))
    if not valid or form.errors:
        return show(said, text_form(said), form), UNPROCESSABLE
    try:
        sound = read_sound(form.file.data.stream.read())
    except Refused as refused:
        form.object_to("file", refused.objections)
        return show(said, text_form(said), form), UNPROCESSABLE
    kept = _keep(said, plain_name(form.file.data.filename), form.transcript.data, sound)
    mind = [each.code for each in sound.warnings]
    return redirect(_url("words.listen", said, recording_id=kept.id, mind=mind), code=303)


def _keep(said: Said, name: str, transcript: str, sound: Sound) -> Recorded:
    about = Recorded("", said.place.line_id, name, sound.seconds, tidied(transcript))
    with office().step() as step:
        word_editing.forget_unused(step.connection, step.at)
        return word_editing.keep_recording(step.connection, about, sound.wav, step.at)


def _wrong(said: Said, transcript: str | None) -> list[Objection]:
    text, key = tidied(transcript or ""), said.values.get("key")
    wrong = line_words.objections(text, ())
    return wrong or (line_steps.key_unwritten(text, key) if key else [])


@needs("coordinator")
def listen(line_id: str, language: str, key: str, recording_id: str) -> Answer:
    """Let a recording be listened to; put it to use when somebody says so."""
    said = load(line_id, language, key)
    recorded = _recorded(said, recording_id)
    if recorded is None:
        return _gone(said)
    if request.method == "GET":
        form = UseForm(formdata=None, transcript=recorded.transcript, seen=said.digest)
        return _show(said, recorded, form)
    form = UseForm()
    valid = form.validate_on_submit()
    form.object_to("transcript", _wrong(said, form.transcript.data))
    transcript = tidied(form.transcript.data or "")
    lost = unsaid(said, form, "transcript", transcript)
    if not valid or form.errors:
        return _show(said, recorded, form, lost=lost), UNPROCESSABLE
    try:
        return _use(said, recorded, transcript, form.seen.data or "")
    except WordsMovedError as error:
        said = load(line_id, language, key)
        form.seen.process_data(said.digest)
        form.form_errors.extend(sentences(error))
        return _show(said, recorded, form), CONFLICT
    except Refused:
        return _gone(said)


def _use(said: Said, recorded: Recorded, transcript: str, seen: str) -> Answer:
    def play(ledger: Ledger) -> None:
        own = word_editing.saying(ledger.connection, recorded, transcript, ledger.at)
        line_words.play(ledger, said.place, own, seen)

    made = change(said, "words_changed", play)
    words = _(
        "Stored: “%(sentence)s”. The next caller hears the recording.", sentence=said.about.title()
    )
    return done(said, words, made, line_steps.objections(said.lost(transcript)))


@needs("coordinator")
def drop(line_id: str, language: str, key: str, recording_id: str) -> Answer:
    """Give a recording up that nobody uses."""
    said = load(line_id, language, key)
    recorded = _recorded(said, recording_id)
    if recorded is None:
        return _gone(said)
    with office().step() as step:
        dropped = word_editing.drop_recording(step.connection, recorded.id)
    if dropped:
        flash(_("The recording is not used; it was deleted here."), "done")
    else:
        flash(_("Callers hear this recording already. Go back to our sentence instead."), "notice")
    return redirect(_url("words.edit", said), code=303)


@needs("coordinator")
def sound(recording_id: str) -> Response:
    """Return the sound of a recording, as callers hear it."""
    with office().read() as connection:
        known = word_editing.recorded(connection, recording_id)
        content = book.sound(connection, recording_id) if known else None
    if content is None:
        abort(404)
    answer = send_file(io.BytesIO(content), mimetype="audio/wav", conditional=True)
    answer.headers["Cache-Control"] = f"private, max-age={KEPT_SECONDS}"
    return answer


def too_large(_error: Exception) -> Answer:
    """Say in words, beside the form, what is larger than any request may be."""
    drain()
    place = request.view_args or {}
    said = load(place["line_id"], place["language"], place["key"])
    form = UploadForm(formdata=None, transcript=said.filled(said.text))
    form.file.errors = [too_large_words(MEGABYTES)]
    return show(said, text_form(said), form), TOO_LARGE


def too_large_words(megabytes: int) -> str:
    """Return what to do about a file that is too large."""
    words = _("The file is larger than %(most)s MB. Save the recording as MP3, which is a tenth "
              "of the size.", most=megabytes)  # fmt: skip
    return str(words)


def _recorded(said: Said, recording_id: str) -> Recorded | None:
    with office().read() as connection:
        found = word_editing.recorded(connection, recording_id)
    ours = found is not None and found.line_id == said.place.line_id and said.ours.recordable
    return found if ours else None


def _show(said: Said, recorded: Recorded, form: UseForm, **more: Any) -> str:
    mind = [code for code in REMARKS if code in request.args.getlist("mind")]
    return render_template(
        "words_listen.html",
        said=said,
        recorded=recorded,
        form=form,
        mind=[say(Objection(code), page_language()) for code in mind],
        **more,
    )


def _gone(said: Said) -> Answer:
    flash(say(Objection("recording_gone"), page_language()), "notice")
    return redirect(_url("words.edit", said), code=303)


def _url(endpoint: str, said: Said, **more: Any) -> str:
    return url_for(endpoint, **vars(said.place), **more)
