"""What all forms of the console share."""

from collections.abc import Iterable
from typing import Any

from flask import render_template
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

Answer = str | tuple[str, int] | Response
UNPROCESSABLE = 422


def choices(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """Return the choices of a list out of pairs: what is sent, and what is shown."""
    return [SelectChoice(value, words) for value, words in pairs]


class ConfirmForm(FlaskForm):  # type: ignore[misc] # the library declares no types
    """A form with nothing but its token: somebody has said yes on a page of ``confirm.html``."""


def shown_again(template: str, form: FlaskForm, **values: Any) -> Answer:
    """Render a page with a form: as it is, or with what is wrong with it and status 422."""
    page = render_template(template, form=form, **values)
    return (page, UNPROCESSABLE) if form.errors else page


def whole(text: str, most: int = 2**31 - 1) -> int | None:
    """Return the whole number that an address or a form names; ``None`` for anything else.

    ``most`` is by default the largest that every database holds.
    """
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most))):
        return None
    number = int(text)
    return number if number <= most else None
