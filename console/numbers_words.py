"""What is said to a person when a number will not be rung: which, why, and what to do instead."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import Connection

from callbacks import numbers
from logging_db import phone_numbers

REFUSALS: dict[str, LazyString] = {
    "emergency": _l(
        "Emergency numbers are not rung from here: the emergency services must see the number and "
        "the place of whoever rings. Ask the person to dial 112 themselves, or dial it on another "
        "telephone."
    ),
    "premium": _l(
        "Whoever rings this number pays extra for it, so the line does not ring it. Look for an "
        "ordinary fixed or mobile number."
    ),
    "foreign": _l(
        "This is a foreign number; the line rings Belgian numbers only. Look for a Belgian number "
        "of the same person or service."
    ),
    "own_line": _l(
        "This is a number of the line itself: it would ring itself. To bring in a colleague, "
        "choose them from the list."
    ),
    "special": _l(
        "Numbers such as 0800, 077 and 078 cannot be rung from this line. Look for an ordinary "
        "fixed or mobile number, or have the person ring it themselves."
    ),
    "short": _l(
        "This number is too short, or a short number that this line cannot ring. Look whether "
        "digits are missing, or have the person ring it themselves."
    ),
    "malformed": _l(
        "This is no telephone number. Type it as you would dial it, for example 0470 12 34 56."
    ),
}


def refusal(code: str) -> LazyString:
    """Return the sentence for a refused number; ``code`` as the check of numbers gives it."""
    return REFUSALS.get(code, REFUSALS["malformed"])


def fit_number(connection: Connection, typed: str) -> tuple[str, str]:
    """Return a typed number in E.164 and nothing, or nothing and why it will not be rung."""
    reason = numbers.refusal(typed, phone_numbers.of_our_lines(connection))
    number = phone_numbers.allowed(typed)
    if reason is None and number is not None:
        return number, ""
    return "", str(refusal(reason or "malformed"))
