"""The console over the helpline, knowing what callers hear. No tests here."""

import io
import re
from typing import Any

import pytest
from sqlalchemy import func, select
from test_console_kit import Client, Console
from test_console_own_kit import Line, line
from test_planning_sound import tone, wav
from werkzeug.test import TestResponse

from logging_db.engine import read
from logging_db.tables import counters, line_words, recordings
from permanence.web import sentences
from tests.test_planning_kit import LINE

SENTENCES = {language: sentences(language) for language in ("fr", "nl", "en")}
TRANSCRIPT = "Bienvenue chez nous."
__all__ = ["line"]  # fixtures


class Words:
    """A line whose words are edited, and a coordinator who edits them."""

    def __init__(self, line: Line, console: Console) -> None:
        self.line, self.console = line, console
        self.anne: Client = console.client("coordinator")
        self.home = f"/words/{line[LINE]}/fr"

    def path(self, key: str = "welcome", language: str = "fr") -> str:
        return f"/words/{self.line[LINE]}/{language}/{key}"

    def seen(self, path: str, client: Client | None = None) -> str:
        """What the form says of the words that it shows."""
        found = re.search(r'name="seen" value="([^"]*)"', (client or self.anne).get(path).text)
        assert found is not None
        return found[1]

    def write(self, text: str, path: str = "", **more: str) -> TestResponse:
        path = path or self.path()
        return self.anne.send(path, **{"text": text, "seen": self.seen(path), **more})

    def upload(self, content: bytes, path: str = "", **more: Any) -> TestResponse:
        sent = {"transcript": TRANSCRIPT, "file": (io.BytesIO(content), "welcome.wav"), **more}
        return self.anne.send(f"{path or self.path()}/recording", **sent)

    def use(self, listening: str, **more: str) -> TestResponse:
        sent = {"transcript": TRANSCRIPT, "seen": self.seen(listening), **more}
        return self.anne.send(listening.partition("?")[0], **sent)

    def correcting(self) -> str:
        """Where what the recording of the welcome says is corrected."""
        page = self.anne.get(self.path()).text
        found = re.search(r'href="([^"]+)">Correct what stands in writing', page)
        assert found is not None
        return found[1]

    def held(self) -> dict[tuple[str, str], str | None]:
        """The text of each of the line's own words; ``None`` for a recording."""
        with read(self.line.engine) as connection:
            rows = connection.execute(select(line_words))
            return {(row.key, row.language): row.text for row in rows}

    def recordings(self) -> int:
        with read(self.line.engine) as connection:
            return connection.execute(select(func.count()).select_from(recordings)).scalar_one()

    def version(self) -> int:
        """The counter that tells the telephone to read anew."""
        with read(self.line.engine) as connection:
            query = select(counters.c.value).where(counters.c.name == "roster")
            return connection.execute(query).scalar_one()

    def undo(self, told: TestResponse) -> TestResponse:
        found = re.search(r'action="(/changes/\d+/undo)"', told.text)
        assert found is not None
        return self.anne.send(found[1], back=self.home)


SOUND = wav(tone(1.5))


@pytest.fixture
def words(line: Line) -> Words:
    return Words(line, line.console.beside(sentences=SENTENCES))
