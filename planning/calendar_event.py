"""Reading one event of a calendar: its properties as plain values."""

from datetime import date, datetime

from icalendar import Event
from icalendar.parser import unescape_backslash

from planning.file_shown import shown

NUMBER = "X-PERMANENCE-NUMBER"
"""Which event of the file this is: given before repeated events are worked out."""

NOBODY = "?"
"""What stands in a title for an open place."""


def values_of(event: Event, name: str) -> list[object]:
    """Return the values of a property, as the library holds them."""
    value = event.get(name)
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def all_words_of(event: Event, name: str) -> list[str]:
    """Return the values of a property as texts."""
    # The library leaves the escapes in properties that it does not know.
    unknown = name.startswith("X-")
    return [
        unescape_backslash(str(value)) if unknown else str(value)
        for value in values_of(event, name)
    ]


def words_of(event: Event, name: str) -> str:
    """Return a property as text; the first where there are several, nothing without it."""
    found = all_words_of(event, name)
    return found[0] if found else ""


def when(event: Event, name: str) -> date | datetime | None:
    """Return a date, or a date with a time; ``None`` where there is neither."""
    for value in values_of(event, name):
        at = getattr(value, "dt", None)
        return at if isinstance(at, date) else None
    return None


def instant(event: Event, name: str) -> datetime | None:
    """Return a date with a time; ``None`` where there is none, or a date alone."""
    at = when(event, name)
    return at if isinstance(at, datetime) else None


def number_of(event: Event) -> int:
    """Return which event of the file this is, from 1."""
    return int(words_of(event, NUMBER))


def title_of(event: Event) -> str:
    """Return the title of an event for a sentence."""
    return shown(words_of(event, "SUMMARY")) or NOBODY


def is_cancelled(event: Event) -> bool:
    """Tell whether an event or occurrence does not take place."""
    return words_of(event, "STATUS").upper() == "CANCELLED"
