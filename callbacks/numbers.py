"""Which numbers may be rung: those that are one person's or one office's, in Belgium.

What such a number is, ``logging_db.phone_numbers`` says, for callers and responders alike.
The withheld markers are those of the provider's documentation.
"""

from collections.abc import Collection

from logging_db import phone_numbers

EMERGENCY = frozenset({"112", "100", "101", "102", "103", "105", "106", "107", "110", "911", "999"})
"""Help in need, as dialled. The provider connects nobody in Belgium with it, and should it, the
services would neither see the number nor the place of whoever needs them: to be refused with
words, so that the responder takes another telephone."""

REFUSALS = ("emergency", *phone_numbers.REASONS)
"""What :func:`refusal` may say. ``special`` holds 0800, 077 and 078, which are not rung from
abroad; ``short`` also holds 116 000 and its like, and four-digit services."""

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


def refusal(typed: str, ours: Collection[str] = ()) -> str | None:
    """Return why a number that a responder keys in is not rung into a room, by a code.

    One of :data:`REFUSALS`; ``ours`` are the numbers that would ring ourselves
    (:func:`logging_db.phone_numbers.of_our_lines`). ``None``: nothing speaks against it, and
    :func:`logging_db.phone_numbers.allowed` gives it in E.164. Foreign numbers are refused,
    whatever their country.
    """
    digits = "".join(mark for mark in typed if mark.isdigit())
    if digits.removeprefix("0032").removeprefix("32").removeprefix("0") in EMERGENCY:
        return "emergency"
    return phone_numbers.why_not(typed, ours)
