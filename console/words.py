"""What callers hear: every sentence of a line, ours or its own, and how to change it."""

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from console import navigation, words_one, words_sound
from console.closing_lines import every_line, line_of, to_first_line
from console.office import office
from console.person import needs
from console.words_view import by_part, every, languages_of

pages = Blueprint("words", __name__)
navigation.add_tab("words.start", _l("What callers hear"), order=35)


@pages.get("/words")
@needs("coordinator")
def start() -> Response | str:
    """Lead to the first line."""
    return to_first_line("words.of_line")


@pages.get("/words/<line_id>")
@needs("coordinator")
def of_line(line_id: str) -> Response | str:
    """Lead to the first language of a line."""
    with office().read() as connection:
        line = line_of(connection, line_id)
        lines = every_line(connection)
    spoken = languages_of(line)
    if not spoken:
        return render_template("words_none.html", line=line, lines=lines)
    return redirect(url_for("words.page", line_id=line.id, language=spoken[0]))


@pages.get("/words/<line_id>/<language>")
@needs("coordinator")
def page(line_id: str, language: str) -> str:
    """Show all that a line says in a language."""
    with office().read() as connection:
        line = line_of(connection, line_id)
        sentences = every(connection, line, language)
        lines = every_line(connection)
    return render_template(
        "words.html",
        line=line,
        lines=lines,
        spoken=languages_of(line),
        shown=language,
        parts=by_part(sentences),
        own=sum(each.own is not None for each in sentences),
        count=len(sentences),
    )


_ONE = "/words/<line_id>/<language>/<key>"
_SOUND = f"{_ONE}/recording/<recording_id>"
pages.add_url_rule(_ONE, "edit", words_one.edit, methods=["GET", "POST"])
pages.add_url_rule(f"{_ONE}/back", "back", words_one.back, methods=["POST"])
pages.add_url_rule(f"{_ONE}/recording", "upload", words_sound.upload, methods=["POST"])
pages.add_url_rule(_SOUND, "listen", words_sound.listen, methods=["GET", "POST"])
pages.add_url_rule(f"{_SOUND}/drop", "drop", words_sound.drop, methods=["POST"])
pages.add_url_rule("/words/sounds/<recording_id>.wav", "sound", words_sound.sound)
pages.register_error_handler(words_sound.TOO_LARGE, words_sound.too_large)
