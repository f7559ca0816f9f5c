"""The machine is started anew while its database is away: the line is served all the same."""

import tempfile
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest
from twilio.request_validator import RequestValidator

from logging_db import migrate
from logging_db.cipher import FieldCipher
from logging_db.engine import make_engine
from logging_db.federation import import_federation
from permanence import keys, places
from permanence.settings import Settings
from tests.own_postgres import OwnServer, own_server
from tests.permanence_kit import TOKEN, environment, free_port, running, says, until
from tests.stories.cast import FEDERATION

PATIENCE = 40.0
HOURS = 'days = ["mon", "tue", "wed", "thu", "fri"], from = "09:00", to = "17:00"'
ALWAYS = (
    """days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], from = "00:00", to = "24:00\""""
)
OPEN = FEDERATION.replace(HOURS, ALWAYS)
CALL = {
    "CallSid": "CA" + "5" * 32,
    "AccountSid": "AC" + "0" * 32,
    "From": "anonymous",
    "To": "+3280035243",
    "CallStatus": "ringing",
    "Direction": "inbound",
    "ApiVersion": "2010-04-01",
}


@pytest.fixture(scope="module")
def server():
    with own_server() as made:
        yield made


def ask(port: int, method: str, path: str, body: str = "", signature: str = "") -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=8)
    headers = {"X-Twilio-Signature": signature}
    if body:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def is_ready(port: int) -> bool:
    try:
        return ask(port, "GET", "/readyz")[0] == 200
    except OSError:
        return False


def is_up(port: int) -> bool:
    try:
        return ask(port, "GET", "/healthz")[0] == 200
    except OSError:
        return False


def incoming(port: int) -> str:
    url = "https://line.example/voice/incoming"
    signature = RequestValidator(TOKEN).compute_signature(url, CALL)
    status, words = ask(port, "POST", "/voice/incoming", urlencode(CALL), signature)
    assert status == 200
    return words


def fill(url: str, data_dir: Path) -> None:
    """A roster in the database, and what another run of the house has left on the disk."""
    places.make_data_dir(data_dir)
    migrate.upgrade(url)
    engine = make_engine(url)
    cipher = FieldCipher(keys.field_key(Settings(data_dir=data_dir)))
    import_federation(engine, cipher, OPEN)
    engine.dispose()


def test_started_anew_without_its_database_it_serves_callers_and_migrates_later(server: OwnServer):
    with tempfile.TemporaryDirectory(prefix="serve-") as folder:
        data_dir, log, port = Path(folder, "data"), Path(folder, "log"), free_port()
        env = environment(
            data_dir, PERMANENCE_WEB__PORT=str(port), PERMANENCE_DATABASE__URL=server.url
        )
        fill(server.url, data_dir)
        with running("serve", env=env, log=log):
            until(lambda: is_ready(port), PATIENCE)
            until(places.snapshot_file(data_dir).exists, PATIENCE)
        with server.stopped(), running("serve", env=env, log=log):
            until(lambda: is_up(port), PATIENCE)
            assert "It cannot be done yet" in log.read_text()
            words = incoming(port)
            assert "<Gather" in words or "<Dial" in words
            server.server.ensure_postgres_running()
            until(lambda: is_ready(port), PATIENCE)
            says_so = log.read_text
            until(lambda: "The database is at revision" in says_so(), PATIENCE)


def test_one_that_never_ran_does_not_start_without_its_database(tmp_path: Path):
    log = tmp_path / "log"
    env = environment(
        tmp_path / "data",
        PERMANENCE_WEB__PORT=str(free_port()),
        PERMANENCE_DATABASE__URL="postgresql+psycopg://127.0.0.1:9/nowhere",
    )
    with running("serve", env=env, log=log) as process:
        says(process, log, "The database cannot be brought up to date", PATIENCE)
        assert process.wait(PATIENCE) == 1
