"""Sentences to be spoken, by language, out of the prompt files."""

import hashlib
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files

LANGUAGES = ("fr", "nl", "en")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
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
