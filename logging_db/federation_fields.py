"""Reading one table of the federation file, key by key.

Nothing here raises: a fault is noted and a harmless stand-in returned, so that reading goes
on and one run names everything that is wrong. What was read is only used once there are no
faults. Pydantic was weighed and left: its messages would all have to be rewritten.
"""

import difflib
import json
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, time

from logging_db.federation_faults import Faults

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_LANGUAGE = re.compile(r"[a-z]{2,3}")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEARS = range(2000, 2200)
# Values under these keys are numbers of people: a refusal must not repeat them.
_SECRET = frozenset({"phone"})

Keys = Mapping[str, str]
"""The keys that a table may have, each with an example as it is written in the file."""


def nearest(word: str, known: Collection[str]) -> str | None:
    """Return the known word that ``word`` was probably meant to be, if there is one."""
    close = difflib.get_close_matches(word, known, n=1)
    return close[0] if close else None


def quoted(value: object) -> str:
    """Return a value of the file as a person would recognise it, not too long."""
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Mapping | list):
        return "a table" if isinstance(value, Mapping) else "a list"
    told = json.dumps(value, ensure_ascii=False)
    return told if len(told) <= 60 else told[:57] + '…"'


class Fields:
    """One table of the file at ``place``, of which the ``keys`` are known."""

    def __init__(self, place: str, table: Mapping[str, object], keys: Keys, faults: Faults) -> None:
        self.place = place
        self._table = table
        self._keys = keys
        self._faults = faults
        for key in (key for key in table if key not in keys):
            meant = nearest(key, keys.keys())
            remedy = f'write "{meant}"' if meant else f"leave it out or use {', '.join(keys)}"
            self.fault(key, "is no key that is known here", remedy)

    def __contains__(self, key: str) -> bool:
        return key in self._table

    def at(self, key: str) -> str:
        """Return where ``key`` stands in the file."""
        return f"{self.place}.{key}" if self.place else key

    def fault(self, key: str, reason: str, remedy: str | None = None) -> None:
        """Note what is wrong with ``key``; without a remedy, an example is given."""
        if remedy is None:
            example = self._keys[key]
            remedy = f"write for example {example.partition(' = ')[2] or example}"
        self._faults.add(self.at(key), reason, remedy)

    def wrong(self, key: str, value: object, reason: str) -> None:
        """Note that ``value``, under ``key``, ``reason``."""
        self.fault(key, f"{'this value' if key in _SECRET else quoted(value)} {reason}")

    def _value(self, key: str, *kinds: type, what: str) -> object | None:
        """Return the value under ``key`` if it is there and of one of the ``kinds``."""
        value = self._table.get(key)
        if value is None:
            self.fault(key, "is missing", f"write for example {self._keys[key]}")
        elif type(value) not in kinds:  # True is no number and a date with a time no date
            self.wrong(key, value, f"is not {what}")
        else:
            return value
        return None

    def text(self, key: str, most: int = 200) -> str:
        """Return a text without the spaces around it, composed, so that equal looks equal."""
        value = self._value(key, str, what="a text between quotes")
        text = unicodedata.normalize("NFC", str(value or "")).strip()
        if value is not None and not text:
            self.fault(key, "is empty")
        if len(text) > most:
            self.fault(key, f"is longer than {most} characters", "shorten it")
        if any(unicodedata.category(letter) == "Cc" for letter in text):
            self.fault(key, "has a control character in it", "remove it")
        return text

    def whole(self, key: str, low: int, high: int, default: int) -> int:
        """Return a whole number from ``low`` to ``high``; without the key, the default."""
        if key not in self:
            return default
        value = self._value(key, int, what="a whole number")
        if not isinstance(value, int):
            return default
        if not low <= value <= high:
            self.fault(key, f"{value} is not between {low} and {high}")
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """Return ``true`` or ``false``; without the key, the default."""
        if key not in self:
            return default
        return self._value(key, bool, what="true or false") is True

    def one_of(self, key: str, allowed: Sequence[str], default: str) -> str:
        """Return one of the ``allowed`` words; without the key, the default."""
        if key not in self:
            return default
        word = self.text(key)
        if word and word not in allowed:
            meant = nearest(word, allowed) or default
            self.fault(key, f"{quoted(word)} is none of {', '.join(allowed)}", f'write "{meant}"')
        return word

    def texts(self, key: str, *, required: bool = True) -> tuple[str, ...]:
        """Return a list of different texts; unless ``required``, it may be missing or empty."""
        if key not in self and not required:
            return ()
        value = self._value(key, list, what="a list")
        if not isinstance(value, list):
            return ()
        if required and not value:
            self.fault(key, "is empty")
        bad = [item for item in value if not isinstance(item, str) or not item.strip()]
        for item in bad:
            self.wrong(key, item, "in this list is no text")
        return self._once(key, [item for item in value if item not in bad])

    def _once(self, key: str, items: Sequence[str]) -> tuple[str, ...]:
        clean = [unicodedata.normalize("NFC", item).strip() for item in items]
        for item in dict.fromkeys(item for item in clean if clean.count(item) > 1):
            self.fault(key, f"{quoted(item)} stands here twice", "leave one of them out")
        return tuple(dict.fromkeys(clean))

    def languages(self, key: str, allowed: Collection[str] | None = None) -> tuple[str, ...]:
        """Return languages (ISO 639 codes, the form alone is checked), or of ``allowed``."""
        found = self.texts(key)
        for language in found:
            if allowed is not None and language not in allowed:
                known = ", ".join(allowed)
                self.fault(key, f"{quoted(language)} has no prompts", f"choose from {known}")
            elif not _LANGUAGE.fullmatch(language):
                self.wrong(key, language, "is no language code of two or three small letters")
        return found

    def names(self, key: str, languages: Sequence[str]) -> dict[str, str]:
        """Return a name by language; one text alone is the name in all ``languages``."""
        value = self._value(key, str, dict, what="a text or a table by language")
        if isinstance(value, str):
            return dict.fromkeys(languages, self.text(key))
        if not isinstance(value, dict):
            return {}
        if not value:
            self.fault(key, "is empty")
        for language in value:
            if not _LANGUAGE.fullmatch(language):
                self.wrong(key, language, "is no language code of two or three small letters")
        known = {lang: f'{lang} = "…"' for lang in value}
        table = Fields(self.at(key), value, known, self._faults)
        return {language: table.text(language) for language in value}

    def weekdays(self, key: str) -> tuple[int, ...]:
        """Return days of the week, 0 for Monday, in the order of the week."""
        found = self.texts(key)
        for day in found:
            if day not in WEEKDAYS:
                self.fault(key, f"{quoted(day)} is no day", f"choose from {', '.join(WEEKDAYS)}")
        return tuple(sorted(WEEKDAYS.index(day) for day in found if day in WEEKDAYS))

    def clock(self, key: str, *, end: bool = False) -> time | None:
        """Return a wall time, to the minute. As an ``end``, 24:00 means midnight: 00:00."""
        value = self._value(key, str, time, what="a time")
        if end and value == "24:00":
            return time(0)
        if isinstance(value, str) and _CLOCK.fullmatch(value):
            return time.fromisoformat(value)
        if isinstance(value, time) and not (value.second or value.microsecond):
            return value
        if value is not None:
            self.wrong(key, value, 'is no time of the form "HH:MM"')
        return None

    def date(self, key: str) -> date | None:
        """Return a date, written as a TOML date or as a text."""
        value = self._value(key, str, date, what="a date without a time")
        if isinstance(value, str):
            value = _date(value) or value
        if isinstance(value, date) and value.year in _YEARS:
            return value
        if value is not None:
            self.wrong(key, value, f"is no day of the years {_YEARS[0]} to {_YEARS[-1]}")
        return None

    def table(self, key: str, keys: Keys) -> "Fields | None":
        """Return the table under ``key``, of which the ``keys`` are known; it may be missing."""
        value = self._value(key, dict, what="a table") if key in self else None
        if not isinstance(value, dict):
            return None
        return Fields(self.at(key), value, keys, self._faults)

    def tables(self, key: str, keys: Keys) -> Iterator["Fields"]:
        """Yield the tables of a list of tables, which may be missing; places count from 1."""
        value = self._value(key, list, what="a list of tables") if key in self else []
        for number, item in enumerate(value if isinstance(value, list) else [], start=1):
            place = f"{self.at(key)}[{number}]"
            if isinstance(item, dict):
                yield Fields(place, item, keys, self._faults)
            else:
                self._faults.add(place, f"{quoted(item)} is no table", "put it between { and }")


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None
