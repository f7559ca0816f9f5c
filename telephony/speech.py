"""What a line says: in its own words or by a recording where it has some, else in ours."""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import partial
from typing import Protocol

from logging_db import calls as record
from routing.roster import Line, Recording
from telephony import paths, words
from telephony.desk import Step
from telephony.replies import Play, Say, say

Spoken = Say | Play

SIGNS_A_SECOND = 12
"""How fast the voices speak, at the slowest: a line's own sentence may last over a minute."""

SHORT = 20
"""Seconds of speech that are no news: with the music after them they are over in a minute."""


class Teller(Protocol):
    """Says what a line says for a key; ``values`` fill in the names in braces."""

    def __call__(self, line: Line, key: str, language: str, /, **values: object) -> Spoken:
        """Return it, to be spoken or played."""


def in_text(line: Line, key: str, language: str, /, **values: object) -> Say:
    """Return what ``line`` says, without the database: in its own text or in ours."""
    return Say(words.of_line(line, key, language, **values), language)


def keep_in_line(step: Step, call_id: str, spoken: Iterable[Spoken]) -> None:
    """Count a caller as heard of until the end of what is ``spoken``, if that is long.

    The provider asks for nothing meanwhile, and whoever was not heard of for a minute is rung
    for no more.
    """
    seconds = sum(map(_seconds, spoken))
    if seconds > SHORT:
        until = step.at + timedelta(seconds=seconds)
        record.amend(step.connection, call_id, seen_at=until)


def _seconds(spoken: Spoken) -> float:
    return spoken.seconds if isinstance(spoken, Play) else len(spoken.text) / SIGNS_A_SECOND


def teller(step: Step) -> Teller:
    """Return :func:`speak` for one step."""
    return partial(speak, step)


def _names_the_key(own: Recording, values: Mapping[str, object]) -> bool:
    """Tell whether a recording names the key to press, which it did when it was made.

    Another order of the line's languages is another key: the wrong one would lead a caller
    into a language that they do not speak.
    """
    return "key" not in values or str(values["key"]) in re.findall(r"\d+", own.text)


def speak(step: Step, line: Line, key: str, language: str, /, **values: object) -> Spoken:
    """Return what ``line`` says for ``key``; ``values`` fill in the names in braces.

    A recording is played only where it can be (:mod:`telephony.sounds`) and where it may
    stand for the sentence; otherwise words are spoken.
    """
    own = line.words.get((key, language))
    if isinstance(own, Recording) and not _names_the_key(own, values):
        return say(key, language, **values)
    if isinstance(own, Recording) and words.is_recordable(key):
        playable = step.desk.sounds.may_be_played(step.connection, own.id, step.at)
        if playable:
            return Play(paths.recording(step.desk, own.id), own.seconds)
    return in_text(line, key, language, **values)
