"""Which numbers belong to one person in Belgium, and what is wrong with the others.

A valid number is not yet a safe one: premium, satellite and some foreign numbers cost
whoever rings them dearly, and fraud lives on that. So region and type decide, by
libphonenumber's data, and not a list of what is known to be bad.
"""

from collections.abc import Collection

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType
from sqlalchemy import Connection, select

from logging_db.tables import line_numbers, lines

REGION, COUNTRY = "BE", 32
ALLOWED = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
    }
)
SHORTEST = 8
"""Digits of the shortest Belgian number of a person, without its leading zero."""

# What libphonenumber counts as nobody's although it is dialled, and dearly: 070 and 09xx
# are billed to whoever calls, 077 and 078 are machines' and companies'.
_DEAR, _ODD = ("70", "90"), ("77", "78", "800")

REASONS = ("malformed", "short", "foreign", "premium", "special", "own_line")
"""What :func:`why_not` may say."""


def allowed(typed: str) -> str | None:
    """Return the number in E.164 if it is a Belgian fixed or mobile one, else ``None``.

    Takes it with a plus sign, with 00, or as dialled in Belgium.
    """
    parsed = _parsed(typed)
    if parsed is None or phonenumbers.region_code_for_number(parsed) != REGION:
        return None
    if phonenumbers.number_type(parsed) not in ALLOWED:
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def why_not(typed: str, ours: Collection[str] = ()) -> str | None:
    """Return what speaks against ringing a responder at ``typed``: one of :data:`REASONS`.

    ``ours`` are numbers that would ring ourselves: see :func:`of_our_lines`. ``None`` means
    that nothing does, and then :func:`allowed` gives the number.
    """
    parsed = _parsed(typed)
    if parsed is None:
        digits = sum(mark.isdigit() for mark in typed)
        return "short" if 0 < digits < SHORTEST and not _spells(typed) else "malformed"
    if phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) in ours:
        return "own_line"
    if parsed.country_code != COUNTRY:
        return "foreign"
    return None if allowed(typed) else _kind(parsed)


def _kind(parsed: PhoneNumber) -> str:
    """Return what a Belgian number is that is no single person's."""
    national = str(parsed.national_number)
    if phonenumbers.number_type(parsed) == PhoneNumberType.PREMIUM_RATE:
        return "premium"
    if len(national) < SHORTEST:
        return "short"
    if phonenumbers.is_valid_number(parsed) or national.startswith(_ODD):
        return "special"
    return "premium" if national.startswith(_DEAR) else "malformed"


def _spells(typed: str) -> bool:
    return any(mark.isalpha() for mark in typed)


def _parsed(typed: str) -> PhoneNumber | None:
    if _spells(typed):  # the library would read letters as keys, or an extension
        return None
    try:
        parsed = phonenumbers.parse(typed.strip(), REGION)
    except phonenumbers.NumberParseException:
        return None
    return None if parsed.extension else parsed


def of_our_lines(connection: Connection) -> frozenset[str]:
    """Return all numbers of the lines and their caller ids: to ring one is to ring ourselves."""
    rows = connection.execute(select(lines.c.number, lines.c.caller_id))
    further = connection.execute(select(line_numbers.c.number)).scalars()
    return frozenset(number for row in rows for number in row).union(further)
