"""What a line says: in its own words or by a recording where it has some, else in ours."""

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Protocol

from logging_db import calls as record
from routing.roster import Line, Recording
from telephony import paths, words
from telephony.desk import Step
from telephony.replies import Play, Say

Spoken = Say | Play


class Teller(Protocol):
    """Says what a line says for a key; ``values`` fill in the names in braces."""

    def __call__(self, line: Line, key: str, language: str, /, **values: object) -> Spoken:
        """Return it, to be spoken or played."""


def in_text(line: Line, key: str, language: str, /, **values: object) -> Say:
    """Return what ``line`` says, without the database: in its own text or in ours."""
    return Say(words.of_line(line, key, language, **values), language)


def keep_in_line(step: Step, call_id: str, spoken: Iterable[Spoken]) -> None:
    """Count a caller as heard of until the end of the recordings among ``spoken``.

    The provider asks for nothing while they play, and whoever was not heard of for a minute is
    rung for no more.
    """
    seconds = sum(one.seconds for one in spoken if isinstance(one, Play))
    if seconds:
        until = step.at + timedelta(seconds=seconds)
        record.amend(step.connection, call_id, seen_at=until)


def teller(step: Step) -> Teller:
    """Return :func:`speak` for one step."""
    return partial(speak, step)


def speak(step: Step, line: Line, key: str, language: str, /, **values: object) -> Spoken:
    """Return what ``line`` says for ``key``; ``values`` fill in the names in braces.

    A recording is played only where it can be (:mod:`telephony.sounds`) and where it may
    stand for the sentence; otherwise words are spoken.
    """
    own = line.words.get((key, language))
    if isinstance(own, Recording) and words.is_recordable(key):
        playable = step.desk.sounds.may_be_played(step.connection, own.id, step.at)
        if playable:
            return Play(paths.recording(step.desk, own.id), own.seconds)
    return in_text(line, key, language, **values)
