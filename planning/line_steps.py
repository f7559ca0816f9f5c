"""What a sentence tells a caller to press or to dial, and whether a text still tells it.

Callers learn their next step from the sentence alone. A text of a line's own that leaves one
out may be meant, or may spell it out (“touche un”); so a person confirms it, by name.
"""

import re
from collections.abc import Collection

from planning.objections import Objection

STAR = "*"
_STARS = {
    "fr": ("étoile", "astérisque"),
    "nl": ("sterretje", "ster"),
    "en": ("star", "asterisk"),
}
_DIGITS = re.compile(r"\d+")
_SPACED = re.compile(r"\d(?:[ .-]?\d)*")
_APART = re.compile(r"[ .-]")


def lost(ours: str, text: str, language: str) -> list[str]:
    """Return the keys and numbers that our sentence names and ``text`` does not, in order.

    The star key is ``*``; a number may be written digit by digit, as for a voice that is to
    read it so.
    """
    there = _numbers(text) | _star(text, language)
    named = dict.fromkeys(_DIGITS.findall(ours)) | dict.fromkeys(_star(ours, language))
    return [step for step in named if step not in there]


def objections(steps: Collection[str]) -> list[Objection]:
    """Return what to know of a text without these steps; a person may confirm each."""
    return [Objection("words_number_missing", {"number": step}, hard=False) for step in steps]


def key_unwritten(transcript: str, key: str) -> list[Objection]:
    """Object to a recording whose text does not name the key to press in figures.

    That is how the telephone knows when the key has become another one.
    """
    named = key in _DIGITS.findall(transcript)
    return [] if named else [Objection("words_key_unwritten", {"key": key})]


def _numbers(text: str) -> set[str]:
    spaced = {_APART.sub("", found) for found in _SPACED.findall(text)}
    return spaced.union(_DIGITS.findall(text))


def _star(text: str, language: str) -> set[str]:
    words = re.findall(r"\w+", text.casefold())
    named = any(star in words for star in _STARS.get(language, ()))
    return {STAR} if named or STAR in text else set()
