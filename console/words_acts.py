"""Changing what a line says, from a page: in one transaction, told on the page after."""

from collections.abc import Callable, Sequence

from flask import redirect, url_for
from werkzeug.wrappers import Response

from console.change_rows import newest_id
from console.office import office
from console.own_making import author
from console.shift_making import tell
from console.words_view import Said
from logging_db.word_editing import forget_unused
from planning.ledger import Ledger, changing
from planning.objections import Objection


def change(said: Said, kind: str, do: Callable[[Ledger], None]) -> int | None:
    """Make one change; return its id, or ``None`` where nothing was to be changed.

    Raises what planning refuses with. Recordings that nobody needs any more go with it.
    """
    with office().step() as step:
        with changing(step.connection, step.at, author(), kind, said.place.line_id) as ledger:
            do(ledger)
        forget_unused(step.connection, step.at)
        return newest_id(step.connection) if ledger.images else None


def done(
    said: Said, words: str, change_id: int | None, warnings: Sequence[Objection] = ()
) -> Response:
    """Go back to all sentences, and say there what was done."""
    tell(words, warnings, change_id)
    place = said.place
    back = url_for("words.page", line_id=place.line_id, language=place.language)
    return redirect(back, code=303)
