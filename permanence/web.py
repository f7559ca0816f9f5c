"""The web applications: the telephone's (webhooks, music, health), and beside it the console.

They share a port and a database, nothing else: a webhook meets no session, no form token and
no hook of the console.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Flask, Response, current_app

from console.app import create_console
from console.config import ConsoleSettings, Sentence
from logging_db.engine import read
from permanence import board, health, keys, places
from permanence.runtime import open_desk
from permanence.settings import Settings
from telephony import music, paths, words
from telephony.desk import Desk
from telephony.webhooks import voice

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# What belongs to the telephone's application; everything else is the console's.
OURS = frozenset({"voice", "media", "healthz", "readyz", "metrics", "board.json"})


def create_app(settings: Settings, desk: Desk | None = None) -> Flask:
    """Return the telephone's application over ``desk`` (by default one from the settings)."""
    app = Flask(__name__, static_folder=None)
    desk = desk or open_desk(settings)
    app.extensions["desk"] = desk
    app.register_blueprint(voice)
    app.register_blueprint(health.make_blueprint(settings, desk.engine))
    board.install(app, desk, settings.web.board_token.get_secret_value())
    app.add_url_rule(paths.MUSIC, view_func=waiting_music)
    app.add_url_rule(f"{paths.RECORDINGS}<recording_id>.wav", view_func=recording)
    return app


def create_wsgi(settings: Settings, desk: Desk | None = None) -> "WSGIApplication":
    """Return both applications behind one port, for the web server."""
    desk = desk or open_desk(settings)
    telephone = create_app(settings, desk).wsgi_app
    console = create_console(
        desk.engine, console_settings(settings), desk.clock, desk.cipher, desk.bell
    ).wsgi_app

    def choose(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        first = environ.get("PATH_INFO", "")[1:].partition("/")[0]
        return telephone(environ, start) if first in OURS else console(environ, start)

    return choose


def console_settings(settings: Settings) -> ConsoleSettings:
    """Return what the console needs of the settings; makes its keys where there are none."""
    table = settings.console
    return ConsoleSettings(
        session_key=keys.session_key(settings),
        totp_key=keys.totp_key(settings),
        public_url=settings.console_url,
        second_factor=table.second_factor,
        idle=timedelta(minutes=table.idle_minutes),
        lifetime=timedelta(hours=table.session_hours),
        proxies=table.proxies,
        password_memory=table.password_memory_mib * 1024,
        sms=settings.mail.sms,
        uploads=places.uploads_folder(settings.data_dir),
        streams=table.streams,
        sentences={language: sentences(language) for language in words.LANGUAGES},
        calls_per_second=settings.provider.calls_per_second,
    )


def sentences(language: str) -> dict[str, Sentence]:
    """Return what a line may say in its own words, in ours."""
    ours = words.prompts(language).words
    return {
        key: Sentence(ours[key], words.names(key), recordable=words.is_recordable(key))
        for key in words.EDITABLE
    }


def waiting_music() -> Response:
    """Serve the loop that callers hear while they wait."""
    response = Response(music.loop(), mimetype="audio/wav")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


def recording(recording_id: str) -> Response:
    """Serve a recording; the provider fetches it without a signature, as it does the music.

    One that was served before is served while the database is away.
    """
    desk: Desk = current_app.extensions["desk"]
    sound = desk.sounds.kept(recording_id)
    if sound is None:
        with read(desk.engine) as connection:
            sound = desk.sounds.load(connection, recording_id)
    if sound is None:
        return Response("There is no such recording.\n", 404, mimetype="text/plain")
    response = Response(sound, mimetype="audio/wav")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
