"""What all forms of the console share."""

from typing import Any

from flask import render_template
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

Answer = str | tuple[str, int] | Response
UNPROCESSABLE = 422


class ConfirmForm(FlaskForm):  # type: ignore[misc] # the library declares no types
    """A form with nothing but its token: somebody has said yes on a page of ``confirm.html``."""


def shown_again(template: str, form: FlaskForm, **values: Any) -> Answer:
    """Render a page with a form: as it is, or with what is wrong with it and status 422."""
    page = render_template(template, form=form, **values)
    return (page, UNPROCESSABLE) if form.errors else page
