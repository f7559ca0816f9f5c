"""Cells of a roster file, read one by one: what a person wrote, as a value, or why not.

Spreadsheets hand over typed values, CSV only texts; both are read by the same functions.
"""

import re
import unicodedata
from datetime import date, datetime, time, timedelta

import phonenumbers

from planning.file_guard import unguard
from planning.file_shift import YEARS
from planning.file_shown import shown
from planning.file_table import Value
from planning.objections import Detail

REGION = "BE"
"""Numbers without a country are Belgian."""

NOTHING = frozenset({"", "-", "–", "—"})
"""What means an empty cell."""

_LONGEST = 200  # as in a federation file
# Signs that nobody sees, but by which two names differ: controls, formats, separators. The
# two joiners belong to the spelling of Persian and of languages of India.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_SHORTENED = re.compile(r"\d+([.,]\d+)?[eE]\+?\d+")
_WHOLE = re.compile(r"[0-9]{1,4}")


def is_empty(value: Value) -> bool:
    """Tell whether nothing stands in a cell."""
    return isinstance(value, str) and " ".join(value.split()) in NOTHING


class Wrong(Exception):  # noqa: N818 -- what the cell is
    """A cell cannot be read: the code of the objection and its details."""

    def __init__(self, code: str, **details: Detail) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


def text(value: Value) -> str:
    """Return a cell as text: composed, trimmed, with single spaces; "-" alone is nothing.

    A number that a spreadsheet made of digits becomes those digits again.
    """
    if isinstance(value, bool | date | time | timedelta):
        raise Wrong("file_not_text", value=shown(value))
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    words = " ".join(unicodedata.normalize("NFC", str(value)).split())
    if words.startswith(("=", "@")):
        raise Wrong("file_formula_text", value=shown(words))
    words = unguard(words)
    if any(unicodedata.category(sign) in _INVISIBLE and sign not in _JOINERS for sign in words):
        raise Wrong("file_invisible", value=shown(_seen(words)))
    if len(words) > _LONGEST:
        raise Wrong("file_cell_too_long", most=_LONGEST)
    return "" if words in NOTHING else words


def _seen(words: str) -> str:
    """Return the text with a mark where something invisible stands."""
    hidden = (sign for sign in words if unicodedata.category(sign) in _INVISIBLE)
    return words.translate({ord(sign): "▯" for sign in hidden})


def line(value: Value) -> str:
    """Return a line's number in E.164; one without a country is Belgian."""
    number = text(value)
    if _SHORTENED.fullmatch(number):
        raise Wrong("file_line_shortened", value=shown(number))
    try:
        if any(sign.isalpha() for sign in number):
            raise Wrong("file_line", value=shown(number))
        parsed = phonenumbers.parse(number, REGION)
    except phonenumbers.NumberParseException:
        raise Wrong("file_line", value=shown(number)) from None
    if not phonenumbers.is_possible_number(parsed):
        raise Wrong("file_line", value=shown(number))
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def responder(value: Value) -> str | None:
    """Return a person's name; ``None`` where nobody stands in the shift yet."""
    name = text(value)
    if name and not any(sign.isalpha() for sign in name):
        raise Wrong("file_name", value=shown(name))
    return name or None


def languages(value: Value) -> tuple[str, ...]:
    """Return language codes, each once: "fr nl", "fr,nl", "fr;nl", "FR / NL"."""
    codes = re.split(r"[\s,;/+&]+", text(value).lower())
    for code in codes:
        if code and not _LANGUAGE.fullmatch(code):
            raise Wrong("file_language", value=shown(code))
    return tuple(dict.fromkeys(code for code in codes if code))


def whole(value: Value, least: int, most: int = 1000) -> int | None:
    """Return a whole number from ``least`` to ``most``; ``None`` for an empty cell."""
    if isinstance(value, str):
        words = text(value)
        if not words:
            return None
        number = int(words) if _WHOLE.fullmatch(words) else None
    else:
        number = _integer(value)
    if number is None or not least <= number <= most:
        raise Wrong("file_whole", value=shown(value), least=least, most=most)
    return number


def _integer(value: Value) -> int | None:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def day(value: Value) -> date:
    """Return a date: a date cell, 2026-11-24, 24/11/2026, 24-11-2026 or 24.11.2026."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, int | float):
        raise Wrong("file_date_number", value=shown(value))
    found = value if isinstance(value, date) else _written_day(text(_as_text(value)))
    if found.year not in YEARS:
        raise Wrong("file_date_year", value=shown(value), first=YEARS[0], last=YEARS[-1])
    return found


def _as_text(value: Value) -> str:
    if not isinstance(value, str):
        raise Wrong("file_date", value=shown(value))
    return value


_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", re.ASCII)
_SHORT_YEAR = re.compile(r"\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2}", re.ASCII)


def _written_day(words: str) -> date:
    if found := _YEAR_FIRST.fullmatch(words):
        year, month, number = (int(part) for part in found.groups())
    elif found := _DAY_FIRST.fullmatch(words):
        number, month, year = (int(part) for part in found.groups())
        if month > 12 >= number:
            raise Wrong("file_date_month_first", value=words)
    else:
        code = "file_date_short_year" if _SHORT_YEAR.fullmatch(words) else "file_date"
        raise Wrong(code, value=shown(words))
    try:
        return date(year, month, number)
    except ValueError:
        raise Wrong("file_date_none", value=words) from None
