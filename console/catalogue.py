"""The translations: one .po file an area and language, merged in memory when the console starts.

``translations/<language>/<area>.po``. Messages are English sentences in the code, so that an
area file is only a list of translations; the same sentence needs to stand in one area only.
`python -m console.catalogue check` (in `./run check`) looks whether all is translated.
"""

import io
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

ROOM = Path(__file__).parent
FOLDER = ROOM / "translations"
LANGUAGES = ("fr", "nl")  # English stands in the code
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
OPTIONS = {"**.html": {"trimmed": "true"}, "**.txt": {"trimmed": "true"}}
KEYWORDS: dict[str, tuple[int, ...] | tuple[tuple[int, str], int] | None] = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}

Key = tuple[str | None, str]  # the context, and the English sentence (its singular)


def key(message: Message) -> Key:
    """Return what tells a message from all others."""
    first = message.id if isinstance(message.id, str) else message.id[0]
    return message.context, first


def areas(language: str) -> dict[str, Catalog]:
    """Read the area files of a language, by area."""
    found = {}
    for path in sorted((FOLDER / language).glob("*.po")):
        with path.open("rb") as file:
            found[path.stem] = read_po(file, locale=language, charset="utf-8")
    return found


@cache
def translations(language: str) -> Translations:
    """Return a language's messages out of all areas, ready for gettext."""
    merged = Catalog(locale=language)
    for catalog in areas(language).values():
        for message in catalog:
            if message.id and not message.fuzzy:
                merged[message.id] = message
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return Translations(compiled)


def used() -> dict[Key, Message]:
    """Return every message that the room's code and templates speak."""
    found: dict[Key, Message] = {}
    rows = extract_from_dir(ROOM, METHODS, OPTIONS, KEYWORDS)
    for file, line, words, _comments, context in rows:
        message = Message(words, context=context, locations=[(file, line)])
        found.setdefault(key(message), message)
    return found


def faults() -> list[str]:
    """Return a sentence for everything that is wrong with the translations."""
    wanted = used()
    return [fault for language in LANGUAGES for fault in _faults_of(language, wanted)]


def _faults_of(language: str, wanted: dict[Key, Message]) -> Iterator[str]:
    given: dict[Key, tuple[str, Message]] = {}
    for area, catalog in areas(language).items():
        place = f"console/translations/{language}/{area}.po"
        for message in filter(lambda each: each.id, catalog):
            other = given.setdefault(key(message), (place, message))
            if other[1].string != message.string:
                yield f"{place}: {key(message)[1]!r} is translated otherwise in {other[0]}."
            yield from _faults_in(place, message, wanted)
    for missing in wanted.keys() - given.keys():
        file, line = wanted[missing].locations[0]
        yield (
            f"console/translations/{language}: {missing[1]!r} is missing (console/{file}, "
            f"line {line}); translate it in the area it belongs to."
        )


def _faults_in(place: str, message: Message, wanted: dict[Key, Message]) -> Iterator[str]:
    name = repr(key(message)[1])
    model = wanted.get(key(message))
    if model is None:
        yield f"{place}: {name} is not used; remove it."
        return
    if isinstance(model.id, str) != isinstance(message.id, str):
        yield f"{place}: {name} has a plural in one place and none in the other."
        return
    if message.fuzzy:
        yield f"{place}: {name} is fuzzy; look at it and remove the mark."
    strings = (message.string,) if isinstance(message.string, str) else message.string
    if not strings or not all(strings):
        yield f"{place}: {name} has no translation."
        return
    wanted_places = _places(model.id)
    for string in strings:
        said = _places(string)
        # A plural may say its number in words.
        if said - wanted_places or (isinstance(message.id, str) and wanted_places - said):
            yield f"{place}: {name} names other values than its translation; use the same."


def _places(text: str | tuple[str, ...] | list[str]) -> set[str]:
    """Return the names of the values that are put into a sentence."""
    whole = text if isinstance(text, str) else " ".join(text)
    return set(re.findall(r"%\((\w+)\)", whole))


def main() -> int:
    """Print the faults; return 1 if there are any."""
    if sys.argv[1:] != ["check"]:
        sys.stderr.write("Usage: python -m console.catalogue check\n")
        return 2
    found = sorted(faults())
    for fault in found:
        sys.stderr.write(fault + "\n")
    if not found:
        sys.stdout.write(f"{len(used())} messages, complete in {', '.join(LANGUAGES)}.\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
