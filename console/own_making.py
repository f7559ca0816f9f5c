"""Making a change of the roster from a page, and answering what is refused."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import flash, redirect
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from console.languages import language
from console.office import Step, office
from console.person import current_person
from planning.ledger import Author, Ledger, changing
from planning.objections import Refused, say


def author() -> Author:
    """Return whoever is logged in as the author of a change."""
    person = current_person()
    return Author(person.name, person.id)


@contextmanager
def change(kind: str, line_id: str | None = None, **details: str) -> Iterator[tuple[Step, Ledger]]:
    """Make one change in one transaction; ``kind`` and ``details`` name its words."""
    with (
        office().step() as step,
        changing(step.connection, step.at, author(), kind, line_id, **details) as ledger,
    ):
        yield step, ledger


def sentences(error: Refused) -> list[str]:
    """Return what was refused, in the language of the page."""
    return list(dict.fromkeys(say(each, language()) for each in error.objections))


def refused(error: Refused, back: str) -> Response:
    """Go back and say there what was refused."""
    for sentence in sentences(error):
        flash(sentence, "error")
    return redirect(back, code=303)


def done(words: str, back: str, *, told: int | None = None, nobody: str = "") -> Response:
    """Go back and say what was done. ``told``: how many hear of it; with none, say ``nobody``."""
    flash(words, "done")
    if told == 0:
        flash(nobody or _("Nobody could be told by e-mail. Ring them."), "notice")
    return redirect(back, code=303)
