"""The console: pages for coordinators and responders. How to add one is told here.

**A family of pages** is one module with a blueprint called ``pages``, named after the module,
and templates of its own in ``templates/``; add the module to :mod:`console.pages`::

    pages = Blueprint("week", __name__)
    navigation.add("week.page", _l("Week"), order=20, needs="coordinator")

    @pages.get("/week")
    @needs("coordinator")
    def page() -> str:
        with office().read() as connection:
            ...
        return render_template("week.html", …)

**Who may see it**: ``needs("responder" | "coordinator" | "administrator")`` under the route.
Without it only administrators may; nobody may without logging in (:mod:`console.guard`).
``open_to_all("why")`` opens a view to everybody (a calendar feed with a token, say).
``current_person()`` is whoever is logged in: ``id, name, email, role, language,
responder_id``, ``may(role)``. A house test walks over all routes.

**What it works with**: ``office()`` has ``engine, clock, cipher, bell, rosters, settings``;
``office().read()`` and ``office().step()`` are the two kinds of transaction. A step has
``connection``, ``at`` (now, UTC), ``book`` and ``later(job, row_id)``, which rings the bell
after the commit. Nothing else reads a clock.

**Forms** are Flask-WTF forms; every POST needs ``{{ csrf_token_field() }}`` or
``form.hidden_tag()``. After a POST: ``flash("…", "done")`` (also ``"notice"``, ``"error"``)
and ``redirect(url_for(…), code=303)``. An invalid form is shown again with status 422 and
``{{ error_summary(form) }}`` on top. ``{% from "parts.html" import … %}`` has the macros;
``static/console.css`` lists every component there is. A destructive act asks first on a page of
its own: extend ``confirm.html``.

**No inline script or style**: the browser refuses them. Scripts are small ES modules in
``static/``, brought in by ``{% block scripts %}<script type="module" src="{{ asset("week.js")
}}"></script>{% endblock %}``, and every page works without them. ``asset(name)`` is the
address of a static file; it changes with the content.

**Languages**: write English sentences in ``_("…")`` (``gettext``), ``_l`` outside requests,
``ngettext``; in templates ``{{ _("…") }}`` and ``{% trans %}``. Put the translations into
``translations/{fr,nl}/<area>.po``, one area a family of pages. ``python -m console.catalogue
check`` says what is missing. Days and times: the filters ``day``, ``short_day``, ``time``,
``moment``; functions of the same names in :mod:`console.languages`, and ``local(at)``.

**Tests**: see ``tests/test_console_kit.py``.
"""

from collections.abc import Callable
from datetime import datetime

from flask import Flask
from flask_wtf import CSRFProtect
from sqlalchemy import Engine
from werkzeug.middleware.proxy_fix import ProxyFix

from console import accounts, assets, faults, guard, headers, languages, layout, pages
from console.config import ConsoleSettings
from console.office import EXTENSION, Bell, Office
from logging_db.cipher import FieldCipher

MEGABYTE = 1024 * 1024


def create_console(
    engine: Engine,
    settings: ConsoleSettings,
    clock: Callable[[], datetime],
    cipher: FieldCipher,
    bell: Bell,
) -> Flask:
    """Return the console over this database; it shares nothing with the telephone's app."""
    app = Flask(__name__, static_folder=None)
    app.extensions[EXTENSION] = Office(engine, settings, clock, cipher, bell)
    app.config.update(_configuration(settings))
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0, x_host=0)  # type: ignore[method-assign] # Flask’s own way to wrap it
    assets.install(app)
    languages.install(app)
    headers.install(app)
    faults.install(app)
    guard.install(app)
    CSRFProtect(app)
    accounts.install(app)
    layout.install(app)
    pages.install(app)
    return app


def _configuration(settings: ConsoleSettings) -> dict[str, object]:
    return {
        "SECRET_KEY": settings.session_key,
        "SESSION_COOKIE_NAME": "__Host-console" if settings.secure else "permanence_console",
        "SESSION_COOKIE_SECURE": settings.secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": settings.lifetime,
        "MAX_CONTENT_LENGTH": 6 * MEGABYTE,
        "MAX_FORM_MEMORY_SIZE": MEGABYTE,
        "MAX_FORM_PARTS": 2000,
        "WTF_CSRF_TIME_LIMIT": None,  # a form is good as long as the log-in is
        "WTF_CSRF_SSL_STRICT": settings.secure,
    }
