"""The provider's account over HTTP, and an installation that uses it, for the commands."""

import os
import pty
import select
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner, Result
from pydantic import SecretStr
from sqlalchemy import Engine, insert

from logging_db.columns import new_id
from logging_db.engine import make_engine
from logging_db.tables import line_numbers, lines
from permanence import places
from permanence.cli import commands
from permanence.provider import client
from permanence.settings import Provider, Settings
from simulator.clock import RealClock
from simulator.exchange import Exchange
from simulator.serve import make
from tests.kept_simulators import simulator
from tests.permanence_kit import TOKEN, environment

ACCOUNT = "AC" + "0" * 32
LINE, IN_DUTCH, SHOWN = "+3280035243", "+3280035244", "+3225550100"


@dataclass
class Installation:
    """Settings of an installation with one line, and the account that it uses."""

    settings: Settings
    exchange: Exchange
    engine: Engine
    line_id: str = ""

    @property
    def account(self):
        return client(self.settings.provider)

    @property
    def env(self) -> dict[str, str]:
        provider = self.settings.provider
        return environment(
            self.settings.data_dir,
            PERMANENCE_PROVIDER__BASE_URL=provider.base_url,
            PERMANENCE_PROVIDER__PUBLIC_URL=provider.public_url,
            PERMANENCE_REDIS__URL="redis://127.0.0.1:9/0",
        )

    def runs(self, *arguments: str, **more: str) -> Result:
        """Run a command where there is no terminal."""
        return CliRunner().invoke(commands, arguments, env=self.env | more)

    def types(self, typed: str, *arguments: str) -> tuple[int, str]:
        """Run a command in a terminal of its own, and type something when it asks."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "permanence", *arguments],
            env=self.env, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True,
        )  # fmt: skip
        os.close(theirs)
        os.write(ours, typed.encode())
        said = b""
        while select.select([ours], [], [], 30)[0]:
            try:
                part = os.read(ours, 4096)
            except OSError:  # the other side is closed
                break
            said += part
        os.close(ours)
        return process.wait(10), said.decode()

    def add_line(self, number: str = LINE, name: str = "Allo", **more: object) -> str:
        line_id = new_id()
        with self.engine.begin() as connection:
            connection.execute(
                insert(lines).values(
                    id=line_id, number=number, name=name, languages=["fr"], timezone="UTC",
                    caller_id=SHOWN, ring_seconds=20, max_wait_seconds=600,
                    wrap_up_seconds=0, callback_when_closed=False, **more,
                )
            )  # fmt: skip
        return line_id

    def add_number(self, line_id: str, number: str = IN_DUTCH, language: str = "nl") -> None:
        with self.engine.begin() as connection:
            connection.execute(
                insert(line_numbers).values(
                    id=new_id(), line_id=line_id, number=number, language=language
                )
            )


@contextmanager
def installation(folder: Path, template: Path) -> Iterator[Installation]:
    """``template``: a migrated, empty SQLite file."""
    exchange = Exchange(clock=RealClock(), account_sid=ACCOUNT, auth_token=TOKEN)
    server = make(simulator(exchange), 0)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    settings = Settings(
        data_dir=folder,
        provider=Provider(
            account_sid=ACCOUNT,
            auth_token=SecretStr(TOKEN),
            base_url=f"http://127.0.0.1:{server.port}",
            public_url="https://line.example",
        ),
    )
    shutil.copy(template, places.database_file(folder))
    engine = make_engine(settings.database_url)
    try:
        yield Installation(settings, exchange, engine)
    finally:
        engine.dispose()
        server.shutdown()
        server.server_close()
        exchange.close()
