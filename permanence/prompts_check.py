"""Are the translations complete? Run by `./run check` as `python -m permanence.prompts_check`."""

import sys
from string import Formatter

from telephony import words

MODEL = words.LANGUAGES[0]


def faults() -> list[str]:
    """Return a sentence for every prompt that is missing or names other values."""
    return [fault for language in words.LANGUAGES for fault in _faults_of(language)]


def _faults_of(language: str) -> list[str]:
    wanted, given = words.prompts(MODEL).words, words.prompts(language).words
    place = f"telephony/prompts/{language}.toml"
    found = [f"{place}: '{key}' is missing; translate it." for key in wanted.keys() - given.keys()]
    found += [
        f"{place}: '{key}' stands in no other language; remove it, or add it to {MODEL}.toml."
        for key in given.keys() - wanted.keys()
    ]
    found += [
        f"{place}: '{key}' names other values than in {MODEL}.toml; use the same braces."
        for key in wanted.keys() & given.keys()
        if _names(wanted[key]) != _names(given[key]) or not given[key].strip()
    ]
    return sorted(found)


def _names(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def main() -> int:
    """Print the faults; return 1 if there are any."""
    found = faults()
    for fault in found:
        sys.stderr.write(fault + "\n")
    if not found:
        count = len(words.prompts(MODEL).words)
        sys.stdout.write(f"{count} prompts, complete in {', '.join(words.LANGUAGES)}.\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
