"""Sentences with example values in place of their names, in the language in which they are said."""

import re
from collections.abc import Mapping

from console.closing_lines import LineRow

EXAMPLES: Mapping[str, Mapping[str, str]] = {
    "fr": {"name": "Noël", "when": "demain à 9 heures"},
    "nl": {"name": "Kerstmis", "when": "morgen om 9 uur"},
    "en": {"name": "Christmas", "when": "tomorrow at 9"},
}
_NAME = re.compile(r"\{([a-z_]+)\}")


def examples(language: str, line: LineRow, names: tuple[str, ...]) -> dict[str, str]:
    """Return an example for each of these names; one that is not known here is left in braces.

    The name of the line, and the key of a language in its menu, are what callers will hear.
    """
    of_line = {"line": line.name, "key": str(line.languages.index(language) + 1)}
    known = {**EXAMPLES.get(language, EXAMPLES["en"]), **of_line}
    return {name: known.get(name, f"{{{name}}}") for name in names}


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a sentence with its names filled in; what is no name of it stays as it is."""
    return _NAME.sub(lambda found: values.get(found[1], found[0]), text)
