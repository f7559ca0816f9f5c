"""The live board behind the real web server: streams beside webhooks, and their end."""

import json
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from console import log_ins
from console.app import create_console
from logging_db import calls, offers, pauses, users
from logging_db.cipher import FieldCipher
from logging_db.engine import make_engine, write
from logging_db.federation import import_federation
from logging_db.tables import lines, responders
from permanence import places
from permanence.clock import now
from permanence.keys import field_key
from permanence.settings import Settings
from permanence.web import console_settings, create_app
from telephony import signature
from telephony.desk import Desk
from tests.doubles import CountingBell
from tests.permanence_kit import TOKEN, environment, free_port, running, until
from tests.stories.cast import FEDERATION
from tests.stories.world import LINE

THREADS, STREAMS = 2, 4


class Web:
    """A running `permanence web` with few threads, and somebody who is logged in."""

    def __init__(self, process, port: int, cookie: str) -> None:
        self.process, self.port, self.cookie = process, port, cookie

    def get(self, path: str, stack: ExitStack) -> HTTPResponse:
        connection = stack.enter_context(closing(HTTPConnection("127.0.0.1", self.port, timeout=8)))
        connection.request("GET", path, headers={"Cookie": self.cookie})
        return connection.getresponse()

    def is_up(self) -> bool:
        try:
            with ExitStack() as stack:
                return self.get("/healthz", stack).status == 200
        except OSError:
            return False

    def rings(self, sid: str) -> tuple[int, str]:
        """A call comes in: a signed webhook."""
        form = {"CallSid": sid, "AccountSid": "AC" + "0" * 32, "From": "+32499000001",
                "To": LINE, "CallStatus": "ringing", "Direction": "inbound"}  # fmt: skip
        url = "https://line.example/voice/incoming"
        headers = {
            "X-Twilio-Signature": signature.sign(url, form, TOKEN),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=5)) as connection:
            connection.request("POST", "/voice/incoming", urlencode(form), headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()


def logged_in(settings: Settings) -> str:
    """Make a coordinator who is logged in; return their cookie."""
    engine, cipher = make_engine(settings.database_url), FieldCipher(field_key(settings))
    import_federation(engine, cipher, FEDERATION)
    console = create_console(engine, console_settings(settings), now, cipher, CountingBell())
    with console.test_request_context(), write(engine) as connection:
        user = users.add(connection, email="chloe@example.org", name="Chloé Dubois",
                         role="coordinator", language="en", at=now())  # fmt: skip
        token = log_ins.begin(connection, user, now(), "password", "Tests")
        signer = console.session_interface.get_signing_serializer(console)
        value = signer.dumps(log_ins.kept(token, user))
    engine.dispose()
    return f"{console.config['SESSION_COOKIE_NAME']}={value}"


@pytest.fixture
def web(tmp_path: Path, sqlite_template: Path) -> Iterator[Web]:
    port, data_dir = free_port(), tmp_path / "data"
    env = environment(
        data_dir,
        PERMANENCE_WEB__PORT=str(port),
        PERMANENCE_WEB__THREADS=str(THREADS),
        PERMANENCE_CONSOLE__STREAMS=str(STREAMS),
        PERMANENCE_CONSOLE__SECOND_FACTOR="nobody",
    )
    settings = Settings.model_validate(
        {"data_dir": data_dir, "provider": {"public_url": "https://line.example"}}
    )
    places.make_data_dir(data_dir)
    shutil.copy(sqlite_template, data_dir / "permanence.db")
    cookie = logged_in(settings)
    with running("web", env=env, log=tmp_path / "web.log") as process:
        made = Web(process, port, cookie)
        until(made.is_up, 30)
        yield made


def state_of(stream: HTTPResponse) -> dict[str, object]:
    """Read on to the next state."""
    while True:
        line = stream.readline().decode()
        assert line, "the stream has ended"
        if line.startswith('data: {"at"'):
            return dict(json.loads(line[6:]))


def test_open_boards_leave_webhooks_their_threads_and_end_with_the_web_server(web: Web):
    with ExitStack() as stack:
        answers = [web.get("/board/stream", stack) for _ in range(STREAMS + 3)]
        assert [answer.status for answer in answers] == [200] * STREAMS + [503] * 3
        streams = answers[:STREAMS]
        assert all(state_of(stream)["waiting"] == 0 for stream in streams)
        began = time.monotonic()
        for n in range(10):
            status, words = web.rings(f"CA{n:032x}")
            assert status == 200
            assert "<Say" in words
        assert time.monotonic() - began < 5
        assert web.get("/board/state", stack).status == 200
        began = time.monotonic()
        web.process.send_signal(signal.SIGTERM)
        for stream in streams:
            stream.read()  # to its end, which is no error
        web.process.wait(8)
        assert time.monotonic() - began < 6  # the supervisor waits for eight


def test_the_phone_wall_is_told_who_writes_up_and_who_pauses(desk: Desk):
    import_federation(desk.engine, desk.cipher, FEDERATION)
    settings = Settings.model_validate({"web": {"board_token": "secret"}})
    wall = create_app(settings, desk).test_client()
    with write(desk.engine) as connection:
        ids = {row.name: row.id for row in connection.execute(select(responders))}
        pauses.begin(connection, ids["Bram Peeters"], pauses.OWN, desk.clock())
        line_id = connection.execute(select(lines.c.id)).scalar_one()
        call_id = calls.open_call(connection, provider_sid="CA1", line_id=line_id, at=desk.clock())
        offer = offers.open_offer(
            connection, line_id=line_id,
            responder_id=ids["Alice Martin"], at=desk.clock(), call_id=call_id,
        )  # fmt: skip
        assert offer
        offers.move_offer(connection, offer, "taken", taken_at=desk.clock())
        offers.close_offer(connection, offer, desk.clock())
    (line,) = wall.get("/board.json?token=secret").json["lines"]
    assert {one["name"]: one["state"] for one in line["on_duty"]} == {
        "Alice Martin": "wrap_up", "Bram Peeters": "paused", "Chloé Diallo": "free",
    }  # fmt: skip
