"""The demo: a provider simulator and the product on one machine, with sample data."""

import os
import secrets
import shutil
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import requests
from twilio.base.exceptions import TwilioException

from permanence import board, demo_people, forking, logs, places, ports
from permanence.children import Child, Ours
from permanence.locking import DataDirLock
from permanence.provider import client, own, point, webhooks
from permanence.settings import Settings, load
from permanence.supervisor import RUNNING, Household, Once, Step, plan

HOST = "127.0.0.1"
DATA_DIR = Path("var/demo")
SAMPLE = Path(__file__).parent / "sample"
FEDERATION = SAMPLE / "federation.toml"
CAST = SAMPLE / "cast.toml"

READY = """
The demo is ready. Its people and numbers are made up, and it calls nobody outside.

  phone wall   {wall}/
  console      {console}/
  health       {web}/readyz

Log in to the console with the password "{password}" as
{people}

On the wall, dial {line} from a caller's phone and choose a language; then answer a
responder's phone and press 1. Ctrl-C ends it. Its log is {log}.
"""


def run(port: int) -> int:
    """Run the demo until a signal; return the exit code."""
    for taken in (port, port + 1):
        ports.refuse_taken(HOST, taken, "Choose another pair: --port.")
    settings = _settings(port)
    places.make_data_dir(settings.data_dir)
    lock = DataDirLock(places.lock_file(settings.data_dir))
    try:
        lock.take()
        _forget_the_last_run(settings.data_dir)
        log = settings.data_dir / "demo.log"
        with _talking_to(log) as people:
            logs.set_up(settings.log, service="demo")
            forking.load(RUNNING)
            code = Household(_steps(settings, port, lock.fd), _Ready(settings, people, log)).run()
        if code:
            print(f"The demo could not start; {log} says why.", file=sys.stderr)  # noqa: T201
        return code
    finally:
        lock.release()


def _forget_the_last_run(data_dir: Path) -> None:
    """Empty the folder: the new simulator knows nothing of the calls on record there."""
    for entry in data_dir.iterdir():
        if entry == places.lock_file(data_dir):
            continue
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _settings(port: int) -> Settings:
    """Set the environment that every process of the demo reads; nothing of the user's is."""
    for name in [name for name in os.environ if name.startswith("PERMANENCE_")]:
        del os.environ[name]
    os.environ |= {
        "PERMANENCE_CONFIG": os.devnull,
        "PERMANENCE_DATA_DIR": str(DATA_DIR.resolve()),
        "PERMANENCE_PROVIDER__ACCOUNT_SID": "AC" + secrets.token_hex(16),
        "PERMANENCE_PROVIDER__AUTH_TOKEN": secrets.token_hex(16),
        "PERMANENCE_PROVIDER__BASE_URL": f"http://{HOST}:{port}",
        "PERMANENCE_PROVIDER__PUBLIC_URL": f"http://{HOST}:{port + 1}",
        # A name, as passkeys are bound to one; and nobody need set up a second factor.
        "PERMANENCE_CONSOLE__PUBLIC_URL": f"http://localhost:{port + 1}",
        "PERMANENCE_CONSOLE__SECOND_FACTOR": "nobody",
        "PERMANENCE_WEB__HOST": HOST,
        "PERMANENCE_WEB__PORT": str(port + 1),
        "PERMANENCE_WEB__BOARD_TOKEN": secrets.token_urlsafe(16),
        "PERMANENCE_LOG__FORMAT": "json",
    }
    return load()


def _steps(settings: Settings, port: int, lock: int) -> list[Step]:
    """Return what `serve` starts, with the simulator before it and the data after it."""
    token = settings.web.board_token.get_secret_value()
    watch = f"{settings.provider.public_url}{board.PATH}?token={token}"
    wall = Child(
        "simulator",
        lambda: Ours(("simulator", "--port", str(port), "--cast", str(CAST), "--watch-url", watch)),
        kept_open=(lock,),
    )
    fill = Once("import", Ours(("import", "federation", str(FEDERATION))))
    people = Once("people", [sys.executable, "-m", "permanence.demo_people"])
    return [wall, *plan(settings, lock), fill, people]


def _people() -> str:
    with_roles = (f"  {email:<20} {role}" for email, _, role, _ in demo_people.PEOPLE)
    return "\n".join(with_roles)


class _Ready:
    """Looks whether all is ready; then has the number call us, and tells people."""

    def __init__(self, settings: Settings, people: TextIO, log: Path) -> None:
        self._settings = settings
        self._people = people
        self._log = log
        self._line: dict[str, str] = tomllib.loads(FEDERATION.read_text("utf-8"))["lines"][0]

    def __call__(self) -> bool:
        web, provider = self._settings.web, self._settings.provider
        if not ports.answers(web.host, web.port, "/readyz"):
            return False  # the simulator's turn comes below: it is asked for something
        try:
            account = client(provider)
            own(account, self._line["caller_id"])
            point(account, self._line["number"], webhooks(provider.public_url))
        except (TwilioException, requests.RequestException):
            return False
        self._people.write(
            READY.format(
                wall=provider.base_url,
                web=provider.public_url,
                console=self._settings.console_url,
                password=demo_people.PASSWORD,
                people=_people(),
                line=self._line["number"],
                log=self._log,
            )
        )
        self._people.flush()
        return True


@contextmanager
def _talking_to(log: Path) -> Iterator[TextIO]:
    """Send our output and that of all children to ``log``; give the terminal for our words."""
    sys.stdout.flush()
    kept = os.dup(1), os.dup(2)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.close(file)
    with os.fdopen(os.dup(kept[0]), "w") as people:
        try:
            yield people
        finally:
            for number, terminal in enumerate(kept, start=1):
                os.dup2(terminal, number)
                os.close(terminal)
