"""What a notice says: its words, in the reader's language, with local times."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date

from notices import gsm
from notices.people import spoken

WORDS = Path(__file__).parent / "words"
SHORT_DATE = "EEE d MMM"
LONG_DATE = "EEEE d MMMM"

Params = Mapping[str, Any]


@dataclass(frozen=True)
class Text:
    """A subject and what follows it, without greeting."""

    subject: str
    body: str


@cache
def words(language: str) -> Mapping[str, Mapping[str, str]]:
    """Return the words of a language: a table a kind, and ``frame`` for all of them."""
    path = WORDS / f"{spoken((language,))}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def mail(kind: str, language: str, notices: Sequence[Params], link: str) -> Text:
    """Return what a mail says; only kinds that gather may have several ``notices``."""
    own = words(language)[kind]
    said = [_values(params, language) for params in notices]
    values = {"link": link} | said[0]  # an invitation brings a link of its own
    values["items"] = "\n".join(_items(own, notices, said))
    return Text(own["subject"].format(**values), own["body"].strip().format(**values))


def _items(
    own: Mapping[str, str], notices: Sequence[Params], said: Sequence[Mapping[str, str]]
) -> list[str]:
    """Return a line for each notice, by time; what two of them say alike, once."""
    lines = {
        (params.get("begins", ""), own.get(_item(params), "").format(**values))
        for params, values in zip(notices, said, strict=True)
    }
    return [line for _, line in sorted(lines)]


def _item(params: Params) -> str:
    if "what" in params:
        return f"item_{params['what']}"
    return "item_language" if params.get("missing") else "item"


def sms(kind: str, language: str, params: Params, link: str) -> str:
    """Return a text message, cut to one part where that can be."""
    values = _values(params, language)
    return gsm.fitted(words(language)[kind]["sms"], values | {"link": link})


def letter(language: str, name: str, text: Text) -> str:
    """Return the whole of a mail: greeting, body, and where it comes from."""
    frame = words(language)["frame"]
    return "\n\n".join((frame["hello"].format(name=name), text.body, frame["automatic"])) + "\n"


def _values(params: Params, language: str) -> dict[str, str]:
    """Return what fills the words: the params themselves, and their times as people say them."""
    values = {name: str(value) for name, value in params.items()}
    frame = words(language)["frame"]
    if params.get("missing"):
        values["language"] = _language_name(str(params["missing"]), frame["locale"])
    if "begins" in params:
        zone = ZoneInfo(str(params["zone"]))
        begins, ends = (
            datetime.fromisoformat(str(params[name])).astimezone(zone)
            for name in ("begins", "ends")
        )
        values |= _times(begins, ends, frame)
    return values


def _times(begins: datetime, ends: datetime, frame: Mapping[str, str]) -> dict[str, str]:
    at = {"begins": f"{begins:%H:%M}", "ends": f"{ends:%H:%M}"}
    date = format_date(begins.date(), LONG_DATE, locale=frame["locale"])
    brief = format_date(begins.date(), SHORT_DATE, locale=frame["locale"])
    key = "when" if begins.date() == ends.date() else "when_next_day"
    return at | {
        "date": date,
        "when": frame[key].format(date=date, **at),
        "short": f"{brief} {at['begins']}-{at['ends']}",
        "until": frame["until"].format(date=date, begins=at["begins"]),
    }


def _language_name(code: str, locale: str) -> str:
    name = Locale.parse(locale).languages.get(code)
    return str(name or code)
