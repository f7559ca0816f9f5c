"""A coordinator changes what a line says; the next caller hears it."""

import io
import re
from urllib.request import urlopen

import pytest
from sqlalchemy import select
from test_console_kit import SETTINGS, Client
from test_planning_sound import tone, wav

from console import log_ins
from console.app import create_console
from logging_db import users
from logging_db.engine import read, write
from logging_db.tables import lines
from permanence.web import sentences
from tests.stories.cast import Cast

OWN = "Bonjour et bienvenue chez nous. Nous sommes là pour vous."


class Coordinator:
    """Anne, logged in to the console of the installation."""

    def __init__(self, cast: Cast) -> None:
        desk = cast.world.desk
        settings = vars(SETTINGS) | {"sentences": {"fr": sentences("fr"), "nl": sentences("nl")}}
        app = create_console(
            desk.engine, type(SETTINGS)(**settings), desk.clock, desk.cipher, cast.world.bell
        )
        app.test_client_class = Client
        with app.test_request_context(), write(desk.engine) as connection:
            anne = users.add(
                connection, email="anne@example.org", name="Anne", role="coordinator",
                language="en", at=cast.world.now,
            )  # fmt: skip
            token = log_ins.begin(connection, anne, cast.world.now, "password", "Tests")
            signer = app.session_interface.get_signing_serializer(app)
            cookie = signer.dumps(log_ins.kept(token, anne))
        self.client = app.test_client()
        self.client.set_cookie(app.config["SESSION_COOKIE_NAME"], cookie)
        with read(desk.engine) as connection:
            line_id = connection.execute(select(lines.c.id)).scalar_one()
        self.welcome = f"/words/{line_id}/fr/welcome"

    def seen(self, path: str) -> str:
        found = re.search(r'name="seen" value="([^"]*)"', self.client.get(path).text)
        assert found is not None
        return found[1]

    def sends(self, path: str, **values: object) -> str:
        """Send a form; return where it leads."""
        answer = self.client.send(path, **values)
        assert answer.status_code == 303, answer.text
        return str(answer.location)


@pytest.fixture
def anne(cast: Cast) -> Coordinator:
    return Coordinator(cast)


def waits(cast: Cast) -> tuple[str, list[str]]:
    """Nadia rings until she hears where she stands; what she has heard, and been played."""
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.nadia.hears("Vous êtes la prochaine personne")
    heard = list(cast.nadia.phone.heard)[cast.nadia.heard_from :]
    cast.nadia.hangs_up()
    cast.world.pass_time(2)
    return cast.nadia.heard, [entry.audio for entry in heard if entry.verb == "Play"]


def test_a_welcome_is_changed_in_the_console_and_the_next_caller_hears_it(
    cast: Cast, anne: Coordinator
):
    assert "Bienvenue. Votre appel est gratuit et anonyme." in waits(cast)[0]
    anne.sends(anne.welcome, text=OWN, seen=anne.seen(anne.welcome))
    heard, _ = waits(cast)
    assert OWN in heard
    assert "Votre appel est gratuit" not in heard


def test_a_recording_is_put_to_use_and_the_next_caller_is_played_it(cast: Cast, anne: Coordinator):
    sound = io.BytesIO(wav(tone(1.5)))
    listening = anne.sends(f"{anne.welcome}/recording", file=(sound, "welcome.wav"), transcript=OWN)
    assert waits(cast)[1] == []  # it waits to be listened to
    anne.sends(listening, transcript=OWN, seen=anne.seen(listening))
    heard, played = waits(cast)
    assert OWN not in heard
    assert played[0].endswith(f"/media/recordings/{listening.split('/')[-1]}.wav")
    with urlopen(played[0]) as answer:  # noqa: S310 # the address that the provider was given
        assert answer.headers["Content-Type"] == "audio/wav"
        assert answer.read()[:4] == b"RIFF"
    anne.sends(f"{anne.welcome}/back", seen=anne.seen(anne.welcome))
    assert "Bienvenue. Votre appel est gratuit et anonyme." in waits(cast)[0]
