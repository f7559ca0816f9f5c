"""What the pages about the words of a line show: our sentences, and what the line says instead."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import abort
from sqlalchemy import Connection

from console.closing_lines import LineRow, line_of
from console.config import Sentence
from console.office import office
from console.words_examples import examples, filled
from console.words_titles import PARTS, Told, told
from logging_db.word_editing import Own, own_words
from planning import line_steps
from planning.line_words import NOTHING, Place, digest


@dataclass(frozen=True)
class Said:
    """A sentence of a line in one language: ours, and the line's own if it has one."""

    place: Place
    line: LineRow
    ours: Sentence
    own: Own | None

    @property
    def about(self) -> Told:
        """Its name, and when it is heard."""
        return told(self.place.key)

    @property
    def values(self) -> dict[str, str]:
        """An example for each of its names."""
        return examples(self.place.language, self.line, self.ours.names)

    def filled(self, text: str) -> str:
        """Return a text as a caller would hear it."""
        return filled(text, self.values)

    def lost(self, text: str) -> list[str]:
        """Return the keys and numbers to dial that our sentence names and ``text`` does not."""
        key = {name: value for name, value in self.values.items() if name == "key"}
        ours, text = filled(self.ours.text, key), filled(text, key)
        return line_steps.lost(ours, text, self.place.language)

    @property
    def text(self) -> str:
        """What the line says in words: its own, those of its recording, or ours."""
        if self.own is None:
            return self.ours.text
        if self.own.recording is not None:
            return self.own.recording.transcript
        return self.own.text or ""

    @property
    def digest(self) -> str:
        """What tells what the line says from anything else it could say."""
        if self.own is None:
            return NOTHING
        recording = self.own.recording
        return digest(self.own.text, recording.id if recording else None)


def languages_of(line: LineRow) -> list[str]:
    """Return the languages in which the line says something that can be edited."""
    known = office().settings.sentences
    return [language for language in line.languages if language in known]


def every(connection: Connection, line: LineRow, language: str) -> list[Said]:
    """Return all sentences of a line in a language, in the order in which they are heard."""
    own = own_words(connection, line.id)
    return [
        Said(Place(line.id, key, language), line, ours, own.get((key, language)))
        for key, ours in _ours(line, language).items()
    ]


def one(connection: Connection, line_id: str, language: str, key: str) -> Said:
    """Return one sentence, or the page that says that there is none."""
    line = line_of(connection, line_id)
    ours = _ours(line, language).get(key)
    if ours is None:
        abort(404)
    own = own_words(connection, line.id).get((key, language))
    return Said(Place(line.id, key, language), line, ours, own)


def by_part(sentences: list[Said]) -> list[tuple[str, list[Said]]]:
    """Return the sentences by the part of a call to which they belong, with its name."""
    found = [
        (words(), [each for each in sentences if each.about.part == part])
        for part, words in PARTS.items()
    ]
    return [(words, of_part) for words, of_part in found if of_part]


def _ours(line: LineRow, language: str) -> Mapping[str, Sentence]:
    if language not in languages_of(line):
        abort(404)
    return office().settings.sentences[language]
