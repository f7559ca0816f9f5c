"""Which numbers may be rung back: those that are one person's, in Belgium.

What such a number is, ``logging_db.phone_numbers`` says, for callers and responders alike.
The withheld markers are those of the provider's documentation.
"""

from logging_db import phone_numbers

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
    return phone_numbers.allowed(sender)
