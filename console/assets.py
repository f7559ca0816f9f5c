"""Static files under an address that changes with their content: kept for a year.

The digest of all files together is a folder in the address (``/static/3f2a…/console.css``),
so a script that imports its neighbour by ``./neighbour.js`` gets the one of its own age.
"""

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, abort, send_from_directory, url_for

from console.person import open_to_all

FOLDER = Path(__file__).parent / "static"


@cache
def age() -> str:
    """Return the digest of all static files: names and contents."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def asset(name: str) -> str:
    """Return the address of a static file; templates call it too."""
    return url_for("static", age=age(), filename=name)


def is_lasting(path: str) -> bool:
    """Tell whether this address will always have the same content."""
    return path.startswith(f"/static/{age()}/")


@open_to_all("the log-in page needs its styles")
def _static(age: str, filename: str) -> Response:  # noqa: ARG001 # an older age is as good
    if filename.startswith("."):
        abort(404)
    return send_from_directory(FOLDER, filename)


def install(app: Flask) -> None:
    """Serve the folder; give templates ``asset``."""
    app.add_url_rule("/static/<age>/<path:filename>", endpoint="static", view_func=_static)
    app.jinja_env.globals["asset"] = asset
