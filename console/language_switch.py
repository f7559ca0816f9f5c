"""The language switch that stands on every page."""

from flask import Blueprint, Response, abort, redirect, request

from console import languages
from console.office import office
from console.person import open_to_all, person_or_none
from console.places import inside
from logging_db import users

pages = Blueprint("language", __name__)
YEAR = 365 * 24 * 3600  # seconds a visitor's choice is kept


@pages.post("/language")
@open_to_all("the log-in page can be read in three languages")
def choose() -> Response:
    """Keep the choice: with the person where there is one, and in the browser."""
    chosen = request.form.get("language", "")
    if chosen not in languages.LOCALES:
        abort(400)
    person = person_or_none()
    if person is not None:
        with office().step() as step:
            users.change(step.connection, person.id, language=chosen)
    response = redirect(inside(request.form.get("back", "/")), code=303)
    response.set_cookie(
        languages.cookie_name(),
        chosen,
        max_age=YEAR,
        secure=office().settings.secure,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response  # type: ignore[return-value] # Flask's is a kind of Werkzeug's
