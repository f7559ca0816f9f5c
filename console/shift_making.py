"""Making a change from a page, and telling about it on the page after."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Generic, TypeVar

from flask import jsonify, redirect, render_template, request, session
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from console.change_rows import newest_id
from console.forms import Answer
from console.languages import language
from console.office import office
from console.person import current_person
from notices import requests
from planning import absences, checks
from planning.keys import StaleError
from planning.ledger import Author, Ledger, changing
from planning.objections import Objection, Refused, say

T = TypeVar("T")
TOLD = "told"


@dataclass(frozen=True)
class Made(Generic[T]):
    """A change that was made: what it gave, what else should be known, its id if it is one."""

    value: T
    warnings: tuple[Objection, ...]
    change_id: int | None


def author() -> Author:
    """Return whoever is logged in as the author of a change."""
    person = current_person()
    return Author(person.name, person.id)


def make(
    kind: str, line_id: str | None, do: Callable[[Ledger], T], **details: str | int
) -> Made[T]:
    """Make one change and look it over; raises what planning refuses with.

    Where it is one of a line, people hear of what it does to their duty in the next days; of
    their own absence they know.
    """
    with office().step() as step:
        with changing(step.connection, step.at, author(), kind, line_id, **details) as ledger:
            before = None if line_id is None else requests.duties(step.connection, step.at)
            value = do(ledger)
            warnings = (*absences.remarks(ledger), *checks.look_over(ledger))
        if before is not None and ledger.images:
            own = current_person().responder_id
            requests.duties_changed(step.connection, before, step.at, but=own)
        change_id = newest_id(step.connection) if ledger.images else None
    return Made(value, warnings, change_id)


def details_of(service: str, day: date, starts: time, ends: time) -> dict[str, str]:
    """Return what the list of changes will say of a shift."""
    return {
        "service": service,
        "day": day.isoformat(),
        "starts": f"{starts:%H:%M}",
        "ends": f"{ends:%H:%M}",
    }


def said(objections: Sequence[Objection]) -> list[str]:
    """Return the sentences of objections, each once."""
    return list(dict.fromkeys(say(each, language()) for each in objections))


def tell(words: str, warnings: Sequence[Objection] = (), change_id: int | None = None) -> None:
    """Have the next page say what was done, what to know about it, and offer to undo it."""
    session[TOLD] = {"words": words, "warnings": said(warnings), "change": change_id}


def told() -> dict[str, Any] | None:
    """Return what the last act left to say, once."""
    found: dict[str, Any] | None = session.pop(TOLD, None)
    return found


def wants_json() -> bool:
    """Tell whether a script asks, which shows the answer itself."""
    return request.accept_mimetypes.best == "application/json"


def done(made: Made[Any], words: str, url: str, **more: str) -> Response:
    """Answer an act that was done: to a script as JSON, else by the page it leads to."""
    if wants_json():
        return jsonify(
            words=words, warnings=said(made.warnings), change=made.change_id, url=url, **more
        )
    tell(words, made.warnings, made.change_id)
    return redirect(url, code=303)


def refused(error: Refused, back: str, status: int = 0) -> Answer:
    """Answer an act that was refused: sentences for a script, or a page with a way back."""
    status = status or (409 if isinstance(error, StaleError) else 422)
    sentences = said(error.objections)
    if wants_json():
        answer = jsonify(title=_("That was not done"), errors=sentences)
        answer.status_code = status
        return answer
    return render_template("shift_refused.html", sentences=sentences, back=back), status
