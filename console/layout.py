"""What the layout of every page needs beside its own content."""

from typing import Any

from flask import Flask, request
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from console import navigation, passkeys
from console.person import person_or_none
from console.places import here


def install(app: Flask) -> None:
    """Give every template the person, the links and where it stands."""
    app.jinja_env.globals["csrf_token_field"] = csrf_token_field
    app.context_processor(_around)


def csrf_token_field() -> Markup:
    """Return the hidden field that says a form is ours, for one that is no Flask-WTF form."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def _around() -> dict[str, Any]:
    person = person_or_none()
    return {
        "person": person,
        "links": navigation.links(person),
        "tabs": navigation.tabs(person),
        "account_pages": navigation.account_links(person),
        "here": here() if request.method == "GET" else "/",
        "passkeys_possible": passkeys.possible(),
    }
