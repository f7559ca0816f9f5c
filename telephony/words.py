"""Sentences to be spoken, by language, out of the prompt files."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from string import Formatter

from routing.roster import Line, Recording

LANGUAGES = ("fr", "nl", "en")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
EDITABLE = (
    "greeting", "menu", "welcome", "callback_hint", "connecting", "back_in_line",
    "nobody", "too_long", "callback_offer", "callback_offer_waiting", "callback_offer_forward",
    "forwarding", "forward_failed", "callback_noted",
    "closed", "closed_for", "reopens", "emergency", "ring_again", "after_talk", "goodbye",
)  # fmt: skip
"""What a line may say in its own words, in the order in which a caller may hear it.

Never the words of consent: what a caller agrees to is the same everywhere, and its digest is
kept with the consent. Nor the technical ones, which are for when something has failed.
"""

SPOKEN = frozenset({"closed_for", "reopens", "connecting"})
"""Of these, the ones that are never a recording: they tell something new each time, or must be
over within seconds, because a caller who was not moved to a responder goes there after them."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Prompts:
    """One language's sentences, its voice and the names of languages in it."""

    voice: str
    locale: str
    languages: dict[str, str]
    words: dict[str, str]


@cache
def prompts(language: str) -> Prompts:
    """Return the prompts of one of :data:`LANGUAGES`; raise ``KeyError`` for another."""
    if language not in LANGUAGES:
        raise KeyError(f"There are no prompts in '{language}'; there are {LANGUAGES}.")
    text = files("telephony.prompts").joinpath(f"{language}.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    return Prompts(
        voice=data["voice"]["name"],
        locale=data["voice"]["language"],
        languages=data["languages"],
        words=data["words"],
    )


def spoken(languages: tuple[str, ...], otherwise: str = LANGUAGES[0]) -> str:
    """Return the first of ``languages`` that we have prompts in, else ``otherwise``."""
    return next((known for known in languages if known in LANGUAGES), otherwise)


def sentence(key: str, language: str, /, **values: object) -> str:
    """Return the sentence ``key`` with its names filled in."""
    return prompts(language).words[key].format(**values)


def is_recordable(key: str) -> bool:
    """Tell whether a line may play a recording for the sentence ``key``."""
    return key in EDITABLE and key not in SPOKEN


def names(key: str) -> tuple[str, ...]:
    """Return the names in braces that the sentence ``key`` fills in, in order of appearance."""
    text = prompts(LANGUAGES[0]).words[key]
    return tuple(dict.fromkeys(name for _, name, _, _ in Formatter().parse(text) if name))


def of_line(line: Line, key: str, language: str, /, **values: object) -> str:
    """Return what ``line`` says for ``key`` in words: its own, else our sentence.

    A text whose braces do not fit is left aside: a slip of the pen never breaks a call. Of a
    recording, which cannot be played here, what it says is said.
    """
    own = line.words.get((key, language)) if key in EDITABLE else None
    text = filled_in(own, values) if isinstance(own, str) else None
    if isinstance(own, Recording) and is_recordable(key):
        text = own.text
    return _speakable(text or "") or sentence(key, language, **values)


def _speakable(text: str) -> str:
    """Leave out what no voice can say and no document of ours may hold, control characters say."""
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()


def filled_in(text: str, values: Mapping[str, object]) -> str | None:
    """Return ``text`` with its names in braces filled in; ``None`` if they do not fit.

    Bare names only: no attributes, conversions or formats.
    """
    try:
        parts = list(Formatter().parse(text))
    except ValueError:  # a single brace
        return None
    if any(name is not None and (name not in values or spec or to) for _, name, spec, to in parts):
        return None
    return "".join(said + (str(values[name]) if name else "") for said, name, _, _ in parts)


def fingerprint(key: str, language: str) -> str:
    """Return the SHA-256 of the words of ``key``, to prove later what was agreed to."""
    return hashlib.sha256(prompts(language).words[key].encode()).hexdigest()


def language_name(code: str, language: str) -> str:
    """Return the name of the language ``code``, in ``language``."""
    return prompts(language).languages.get(code, code)


def position(people_before: int, language: str) -> str:
    """Say how many wait before the caller."""
    if people_before == 0:
        return sentence("position_next", language)
    if people_before == 1:
        return sentence("position_one", language)
    return sentence("position_many", language, count=people_before)


def duration(length: timedelta, language: str) -> str:
    """Say a length of time in whole minutes."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 1:
        return sentence("wait_short", language)
    if minutes == 1:
        return sentence("wait_minute", language)
    return sentence("wait_minutes", language, count=minutes)


def expected(wait: timedelta, language: str) -> str:
    """Say within which time somebody mostly answers: whole minutes, at least two."""
    return sentence("wait_told", language, wait=duration(wait, language))


def moment(when: datetime, now: datetime, language: str) -> str:
    """Say ``when`` as seen from ``now``; both in the line's zone."""
    key = "clock_minutes" if when.minute else "clock_hour"
    time = sentence(key, language, hour=when.hour, minute=f"{when.minute:02}")
    days = (when.date() - now.date()).days
    if days <= 1:
        return sentence(("when_today", "when_tomorrow")[days], language, time=time)
    if days > 6:  # "Monday" would be understood as the next one
        month = sentence(MONTHS[when.month - 1], language)
        return sentence("when_date", language, day=when.day, month=month, time=time)
    weekday = sentence(WEEKDAYS[when.weekday()], language)
    return sentence("when_day", language, weekday=weekday, time=time)


def digits(number: str) -> str:
    """Return a number as single digits, so that a voice reads them one by one.

    A Belgian number is read as it is dialled at home: 0 for +32.
    """
    home = "0" + number.removeprefix("+32") if number.startswith("+32") else number
    return " ".join(home.removeprefix("+"))
