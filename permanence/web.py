"""The web application: the provider's webhooks, the waiting music, health."""

from flask import Flask, Response

from permanence import board, health
from permanence.runtime import open_desk
from permanence.settings import Settings
from telephony import music, paths
from telephony.desk import Desk
from telephony.webhooks import voice


def create_app(settings: Settings, desk: Desk | None = None) -> Flask:
    """Return the application over ``desk`` (by default one opened from the settings)."""
    app = Flask(__name__)
    desk = desk or open_desk(settings)
    app.extensions["desk"] = desk
    app.register_blueprint(voice)
    app.register_blueprint(health.make_blueprint(settings, desk.engine))
    board.install(app, desk, settings.web.board_token.get_secret_value())
    app.add_url_rule(paths.MUSIC, view_func=waiting_music)
    return app


def waiting_music() -> Response:
    """Serve the loop that callers hear while they wait."""
    response = Response(music.loop(), mimetype="audio/wav")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response
