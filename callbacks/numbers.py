"""Which numbers may be rung back: those that are one person's, in Belgium.

A valid number is not yet a safe one: satellite, premium and some foreign numbers cost
whoever rings them dearly, and fraud lives on that. So only Belgian fixed and mobile numbers
are rung back. The withheld markers are those of the provider's documentation.
"""

import phonenumbers
from phonenumbers import PhoneNumberType

REGION = "BE"
ALLOWED = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
    }
)

# What providers send in place of a number: keypad spellings of ANONYMOUS, RESTRICTED,
# BLOCKED, UNKNOWN and UNAVAILABLE. Some of them pass for possible foreign numbers.
WITHHELD_MARKERS = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})


def is_withheld(sender: str) -> bool:
    """Tell whether what the provider calls the sender is no number at all."""
    digits = sender.strip().removeprefix("+")
    return not (digits.isascii() and digits.isdigit()) or "+" + digits in WITHHELD_MARKERS


def dialable(sender: str | None) -> str | None:
    """Return the number in E.164 if it may be rung back, else ``None``.

    Takes what the provider sends as ``From`` and what a caller keys in: with a plus sign,
    with 00, or as dialled in Belgium.
    """
    if not sender or is_withheld(sender):
        return None
    try:
        parsed = phonenumbers.parse(sender.strip(), REGION)
    except phonenumbers.NumberParseException:
        return None
    region = phonenumbers.region_code_for_number(parsed)
    if region != REGION or phonenumbers.number_type(parsed) not in ALLOWED:
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
