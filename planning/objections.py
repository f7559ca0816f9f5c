"""What speaks against a change, as a code with its details; the words come from ``words/``.

A coordinator reads the sentence in their own language, the command line in English. Every
sentence names the place, the reason and the remedy.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from functools import cache
from pathlib import Path
from types import MappingProxyType

from babel.dates import format_date

WORDS = Path(__file__).parent / "words"
LANGUAGES = ("en", "fr", "nl")

Detail = str | int | date | time


@dataclass(frozen=True)
class Objection:
    """One thing that speaks against a change.

    ``code`` names the sentence, ``details`` fill its places. ``row`` and ``column`` say where
    in a file it stands (rows count from 1, as a spreadsheet shows them). What is ``hard``
    cannot be done; the rest may be confirmed by a person.
    """

    code: str
    details: Mapping[str, Detail] = field(default_factory=lambda: MappingProxyType({}))
    row: int | None = None
    column: str | None = None
    hard: bool = True


class Refused(Exception):  # noqa: N818 -- named by what happened to the change
    """The change cannot be made; nothing has changed. ``objections`` says all that is wrong."""

    def __init__(self, objections: Sequence[Objection]) -> None:
        self.objections = tuple(objections)
        super().__init__("\n".join(say(objection, "en") for objection in objections))


def refuse(code: str, **details: Detail) -> Refused:
    """Return the refusal for a single hard objection."""
    return Refused([Objection(code, details)])


@cache
def sentences(language: str) -> Mapping[str, str]:
    """Return the sentences of a language by code, out of every ``words/<area>.<language>.toml``."""
    found: dict[str, str] = {}
    for path in sorted(WORDS.glob(f"*.{language}.toml")):
        found |= tomllib.loads(path.read_text(encoding="utf-8"))
    return MappingProxyType(found)


def say(objection: Objection, language: str) -> str:
    """Return the objection as a sentence; in English where the language is not known."""
    language = language if language in LANGUAGES else "en"
    words = sentences(language)
    details = {name: spoken(value, language) for name, value in objection.details.items()}
    sentence = words[objection.code].format(**details)
    place = [
        words[name].format(value)
        for name, value in (("place_row", objection.row), ("place_column", objection.column))
        if value is not None
    ]
    if not place:
        return sentence
    return words["place_sentence"].format(place=", ".join(place), sentence=sentence)


def spoken(value: Detail, language: str) -> str:
    """Return a detail as people write it: a date with its weekday, a time in 24 hours."""
    if isinstance(value, date):
        return format_date(value, "EEEE d MMMM yyyy", locale=language)
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return str(value)
