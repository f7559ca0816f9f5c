"""What the product is measured against: the least that can call itself a webhook.

One Flask route that verifies the signature with the provider's library, inserts one row
and commits it as durably as the product does, and answers a fixed document; under the
product's own web server settings.
"""

from datetime import UTC, datetime
from uuid import uuid4

from flask import Flask, Response, request
from sqlalchemy import Column, MetaData, String, Table, insert
from twilio.request_validator import RequestValidator

from logging_db.columns import ID, UtcDateTime
from logging_db.engine import make_engine
from permanence import logs
from permanence.gunicorn_app import Server
from permanence.settings import Settings, load

TWIML = (
    '<?xml version="1.0" encoding="UTF-8"?><Response><Gather action="https://line.example/voice/'
    'calls/00000000000000000000000000000000/language?attempt=1" finishOnKey="" input="dtmf" '
    'method="POST" numDigits="1" timeout="5"><Say language="fr-FR" voice="Polly.Lea-Neural">'
    "Allo ? Aide sociale. Pour continuer en français, tapez 1.</Say><Say "
    'language="nl-BE" voice="Polly.Lisa-Neural">Allo ? Aide sociale. Om verder te gaan in het '
    'Nederlands, druk 2.</Say></Gather><Redirect method="POST">https://line.example/voice/calls/'
    "00000000000000000000000000000000/language?attempt=1</Redirect></Response>"
)

metadata = MetaData()
calls = Table(
    "bare_calls",
    metadata,
    Column("id", ID, primary_key=True),
    Column("provider_sid", String(64), nullable=False, unique=True),
    Column("received_at", UtcDateTime, nullable=False),
)


def create_bare(settings: Settings) -> Flask:
    """Return the application."""
    app = Flask(__name__)
    engine = make_engine(settings.database_url, pool_size=settings.web.threads)
    validator = RequestValidator(settings.provider.auth_token.get_secret_value())
    url = f"{settings.provider.public_url}/voice/incoming"

    @app.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n")

    @app.post("/voice/incoming")
    def incoming() -> Response:
        signed = request.headers.get("X-Twilio-Signature", "")
        if not validator.validate(url, request.form, signed):
            return Response("The signature does not match.\n", 403)
        row = {
            "id": uuid4().hex,
            "provider_sid": request.form["CallSid"],
            "received_at": datetime.now(UTC),
        }
        with engine.begin() as connection:
            connection.execute(insert(calls), row)
        return Response(TWIML, mimetype="text/xml")

    return app


class BareServer(Server):
    """The product's server over the bare application."""

    def load(self) -> Flask:
        """Make the application, in the worker."""
        return create_bare(self._settings)


def main() -> None:
    """Serve until SIGTERM."""
    settings = load()
    logs.set_up(settings.log, service="bare")
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = make_engine(settings.database_url)
    metadata.create_all(engine)
    engine.dispose()
    BareServer(settings).run()


if __name__ == "__main__":
    main()
