"""Reading a federation file: TOML in, frozen values out, or all of its faults.

Pure: no database and no clock. What one file can prove wrong is refused here.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from logging_db import federation_line_numbers
from logging_db.federation_faults import Faults, FederationFault, FederationRefused
from logging_db.federation_fields import Fields, Keys, quoted
from logging_db.federation_lines import LINE, read_line
from logging_db.federation_people import RESPONDER, SERVICE, read_responder, read_service
from logging_db.federation_plan import (
    Federation,
    LineEntry,
    ResponderEntry,
    ServiceEntry,
)
from logging_db.federation_shifts import SHIFT, People, note_doubles, read_backup, read_shift

PROMPT_LANGUAGES = ("fr", "nl", "en")
"""The languages in which a line can speak: those that have prompts."""

TOP: Keys = {
    "lines": "[[lines]]",
    "services": "[[services]]",
    "responders": "[[responders]]",
    "shifts": "[[shifts]]",
}

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class _Entry(Protocol):
    @property
    def place(self) -> str: ...


E = TypeVar("E", bound=_Entry)


def read_federation(text: str, languages: Sequence[str] = PROMPT_LANGUAGES) -> Federation:
    """Return what the file asks for; raise :class:`FederationRefused` with all its faults.

    ``languages`` are those that lines may speak.
    """
    faults = Faults()
    top = Fields("", _parse(text.removeprefix("\ufeff")), TOP, faults)
    tables = tuple(top.tables("lines", LINE))
    lines = tuple(read_line(line, languages) for line in tables)
    services = tuple(read_service(item, languages) for item in top.tables("services", SERVICE))
    codes = frozenset(service.code for service in services)
    ours = frozenset(
        number for line in lines for number in (line.number, line.caller_id, *line.numbers)
    )
    responders = tuple(
        read_responder(item, codes, ours) for item in top.tables("responders", RESPONDER)
    )
    zones, people = {line.number: line.timezone for line in lines}, People(responders)
    lines = tuple(
        replace(line, backup=read_backup(table, people))
        for line, table in zip(lines, tables, strict=True)
    )
    shifts = tuple(read_shift(item, zones, codes, people) for item in top.tables("shifts", SHIFT))
    _note_repeats(lines, services, responders, faults)
    _note_loops(lines, faults)
    note_doubles(shifts, faults)
    faults.refuse_if_any()
    return Federation(lines, services, responders, shifts)


def _parse(text: str) -> dict[str, object]:
    """Return the file's tables; the refusal says line and column, and quotes nothing."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        said, place = str(error), "the file"
        if found := _PLACE.search(said):
            said = said[: found.start()]
            place = f"line {found[1]}, column {found[2]}" if found[1] else "end of the file"
        fault = FederationFault(place, f"this is not TOML ({said})", "correct what stands there")
    # Raised outside of the handler: newer Pythons keep the whole file in that error.
    raise FederationRefused([fault])


def _note_repeats(
    lines: Sequence[LineEntry],
    services: Sequence[ServiceEntry],
    responders: Sequence[ResponderEntry],
    faults: Faults,
) -> None:
    for line, first in _repeats(lines, lambda line: line.number):
        said = f"{quoted(line.number)} is the number of {first.place} already"
        faults.add(f"{line.place}.number", said, "give each line a number of its own")
    federation_line_numbers.note_repeats(lines, faults)
    for service, before in _repeats(services, lambda service: service.code):
        said = f"{quoted(service.code)} is the code of {before.place} already"
        faults.add(f"{service.place}.code", said, "give each service a code of its own")
    for person, namesake in _repeats(responders, lambda person: person.name and person.person):
        said = f"{quoted(person.name)} stands in {namesake.place} already, in the same service"
        faults.add(f"{person.place}.name", said, "leave one out, or make the names differ")
    for person, other in _repeats(responders, lambda person: person.phone):
        said = f"this number is the phone of {other.place} already"
        faults.add(f"{person.place}.phone", said, "give each person a phone of their own")


def _repeats(entries: Iterable[E], key: Callable[[E], Hashable]) -> list[tuple[E, E]]:
    """Return every entry whose key an earlier one has, with that one; empty keys aside."""
    groups: defaultdict[Hashable, list[E]] = defaultdict(list)
    for entry in entries:
        groups[key(entry)].append(entry)
    return [(later, group[0]) for k, group in groups.items() if k for later in group[1:]]


def _note_loops(lines: Sequence[LineEntry], faults: Faults) -> None:
    """Note fallbacks that lead back to a line: when we are down, that line is down too."""
    places = {number: line.place for line in lines for number in (line.number, *line.numbers)}
    for line in lines:
        if line.fallback_number in places:
            said = f"{quoted(line.fallback_number)} is the number of {places[line.fallback_number]}"
            remedy = "write a number outside of this system"
            faults.add(f"{line.place}.fallback_number", said, remedy)
