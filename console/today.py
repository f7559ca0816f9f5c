"""The first page."""

from flask import Blueprint, render_template
from flask_babel import lazy_gettext as _l

from console import navigation
from console.person import needs

pages = Blueprint("today", __name__)
navigation.add("today.page", _l("Today"), order=10, needs="responder")


@pages.get("/")
@needs("responder")
def page() -> str:
    """Show the first page."""
    return render_template("today.html")
