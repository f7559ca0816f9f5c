"""Who, for which service and on which line: what an event says about it, and where."""

import re
from dataclasses import dataclass

from icalendar import Event
from icalendar.parser import unescape_backslash

from planning import file_cells as cells
from planning.calendar_event import NOBODY, all_words_of, title_of, values_of, words_of
from planning.calendar_write import title
from planning.file_guard import unguard

_SEPARATORS = re.compile(r"[,;\n]|\s[+&]\s")
_AWAY = frozenset({"DECLINED"})
_THINGS = frozenset({"ROOM", "RESOURCE"})
_DIGITS = 8  # fewer make no telephone number, but perhaps a room


@dataclass(frozen=True)
class Place:
    """A place in a shift, and who has it."""

    name: str | None
    order: int | None = None


def line_of(event: Event, default: str | None) -> str:
    """Return the line: our own property, or a number as place, or the default line."""
    if own := words_of(event, "X-PERMANENCE-LINE"):
        return cells.line(own)
    place = words_of(event, "LOCATION").removeprefix("tel:")
    if sum(sign.isdecimal() for sign in place) >= _DIGITS and not re.search(r"[^\W\d_]", place):
        return cells.line(place)
    if default is None:
        raise cells.Wrong("calendar_line", title=title_of(event))
    return default


def _is_ours(event: Event) -> bool:
    """Tell whether our own properties still say what the title says."""
    own = unguard(words_of(event, "X-PERMANENCE-SERVICE"))
    names = [unguard(name) for name in all_words_of(event, "X-PERMANENCE-RESPONDER")]
    return bool(own and names) and title(own, names) == words_of(event, "SUMMARY")


def service_of(event: Event) -> str:
    """Return the code of the service: what stands before the colon, or the category."""
    if _is_ours(event):
        return cells.text(words_of(event, "X-PERMANENCE-SERVICE"))
    code, colon, _ = words_of(event, "SUMMARY").partition(":")
    found = cells.text(code) if colon else _category(event)
    # Somebody may have taken the colon away together with the names.
    found = found or cells.text(words_of(event, "X-PERMANENCE-SERVICE"))
    found = found or cells.text(words_of(event, "SUMMARY"))
    if not found:
        raise cells.Wrong("calendar_service", title=title_of(event))
    return found


def _category(event: Event) -> str:
    for value in values_of(event, "CATEGORIES"):
        for category in getattr(value, "cats", []):
            return cells.text(str(category))
    return ""


def people_of(event: Event, service: str) -> list[Place]:
    """Return the places of a shift in ring order; one open place where nobody is named."""
    if _is_ours(event):
        return [_own_place(value) for value in values_of(event, "X-PERMANENCE-RESPONDER")]
    names = _attendees(event) or _in_title(event, service)
    return [Place(None if name == NOBODY else cells.responder(name)) for name in names] or [
        Place(None)
    ]


def _own_place(value: object) -> Place:
    order = getattr(value, "params", {}).get("X-ORDER", "")
    return Place(cells.responder(unescape_backslash(str(value))), cells.whole(str(order), 1))


def _in_title(event: Event, service: str) -> list[str]:
    summary = words_of(event, "SUMMARY")
    code, colon, names = summary.partition(":")
    if not colon:
        # The title holds people where something else holds the service.
        names = "" if code.strip().casefold() == service.casefold() else summary
    return [name.strip() for name in _SEPARATORS.split(names) if name.strip()]


def _attendees(event: Event) -> list[str]:
    """Return the names of those who attend (RFC 5545, 3.8.4.1)."""
    names = []
    for value in values_of(event, "ATTENDEE"):
        told = getattr(value, "params", {})
        status, kind = str(told.get("PARTSTAT", "")), str(told.get("CUTYPE", ""))
        name = str(told.get("CN", "")).strip()
        if name and status.upper() not in _AWAY and kind.upper() not in _THINGS:
            names.append(name)
    return names
