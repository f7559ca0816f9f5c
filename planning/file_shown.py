"""Showing a value of a file to a person: recognisable, short, and never a whole number."""

import re

LONGEST = 40

# Nine digits and more with what people write between them: a telephone number. A date has
# eight digits, and a colon ends the run, so that dates and times stay readable.
_NUMBER = re.compile(r"\+?\d(?:[ ()./\u00a0-]*\d){8,}")


def shown(value: object) -> str:
    """Return the value for a sentence; of a telephone number only its last two digits."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # as a spreadsheet shows it
    text = " ".join(str(value).split())
    text = _NUMBER.sub(lambda found: "…" + found[0][-2:], text)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def letters(column: int) -> str:
    """Return the letters of a spreadsheet's column; the first is 1, "A"."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
