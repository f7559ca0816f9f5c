"""Reading the shifts of a federation file: when, and who stands by."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from logging_db.federation_faults import Faults
from logging_db.federation_fields import Fields, Keys, nearest, quoted
from logging_db.federation_lines import zones
from logging_db.federation_overlap import overlap
from logging_db.federation_people import known
from logging_db.federation_plan import Person, ResponderEntry, ShiftEntry, Slot

SHIFT: Keys = {
    "line": 'line = "+3280035243"',
    "service": 'service = "cssbse"',
    "days": 'days = ["mon", "tue"]',
    "date": "date = 2026-11-24",
    "from": 'from = "09:00"',
    "to": 'to = "13:00"',
    "needed": "needed = 1",
    "responders": 'responders = ["Alice Martin"]',
}


class People:
    """The responders of a file, to be found by what a shift calls them."""

    def __init__(self, responders: Iterable[ResponderEntry]) -> None:
        self._services: defaultdict[str, list[str]] = defaultdict(list)
        for responder in responders:
            if responder.service not in self._services[responder.name]:
                self._services[responder.name].append(responder.service)

    def find(
        self, item: Fields, name: str, service: str | None = None, key: str = "responders"
    ) -> Person | None:
        """Return who is meant: of the service, or the only one of that name.

        Else note a fault at ``key`` of ``item``.
        """
        services = self._services.get(name, [])
        if service is not None and service in services:
            return service, name
        if len(services) == 1:
            return services[0], name
        if services:
            reason = f"{quoted(name)} may be of {' or '.join(services)}"
            remedy = "make the names differ"
            if service is not None:
                remedy += ", or give the shift the service that is meant"
        else:
            meant = nearest(name, self._services)
            reason = f"{quoted(name)} is not among the responders of this file"
            remedy = f'write for example "{meant}"' if meant else "add them under [[responders]]"
        item.fault(key, reason, remedy)
        return None


def read_backup(line: Fields, people: People) -> tuple[Person, ...]:
    """Return who stands by behind those on duty, noting faults."""
    names = line.texts("backup", required=False)
    found = [people.find(line, name, key="backup") for name in names]
    return tuple(person for person in found if person)


def read_shift(
    shift: Fields, timezones: Mapping[str, str], services: frozenset[str], people: People
) -> ShiftEntry:
    """Return the shift, noting its faults. ``timezones`` are those of the lines, by number."""
    line = known(shift, "line", frozenset(timezones))
    service = known(shift, "service", services)
    names = shift.texts("responders", required=False)
    found = [people.find(shift, name, service) for name in names]
    return ShiftEntry(
        place=shift.place,
        line=line,
        service=service,
        slots=tuple(_slots(shift, timezones.get(line, ""))),
        needed=shift.whole("needed", 0, 1000, default=len(names) or 1),
        people=tuple(person for person in found if person),
    )


def note_doubles(shifts: Iterable[ShiftEntry], faults: Faults) -> None:
    """Note everybody who would stand twice at the same time on the same line.

    On two lines at once is allowed: one person may serve several lines.
    """
    of_person: defaultdict[tuple[str, Person], list[ShiftEntry]] = defaultdict(list)
    for shift in shifts:
        for person in shift.people:
            of_person[shift.line, person].append(shift)
    for (_, (_, name)), theirs in of_person.items():
        for one, other in combinations(theirs, 2):
            if any(overlap(first, second) for first in one.slots for second in other.slots):
                faults.add(
                    f"{other.place}.responders",
                    f"{quoted(name)} stands at the same time in {one.place}",
                    "leave them out of one, or let one end where the other begins",
                )


def _slots(shift: Fields, timezone: str) -> Iterator[Slot]:
    starts, ends = shift.clock("from"), shift.clock("to", end=True)
    if ("days" in shift) == ("date" in shift):
        reason = "has both days and a date" if "days" in shift else "has neither days nor a date"
        shift.fault("days", reason, "give it days for every week, or a date for once")
        return
    weekdays = shift.weekdays("days") if "days" in shift else ()
    day = shift.date("date") if "date" in shift else None
    if starts is None or ends is None:
        return
    yield from (Slot(weekday, None, starts, ends) for weekday in weekdays)
    if day is not None:
        _note_missing_times(shift, Slot(None, day, starts, ends), day, timezone)
        yield Slot(None, day, starts, ends)


def _note_missing_times(shift: Fields, slot: Slot, day: date, timezone: str) -> None:
    """Note a wall time that the clocks of the line leap over on that very day.

    A weekly shift may hold such a time: it exists in all the other weeks.
    """
    if timezone not in zones():
        return
    last = day + timedelta(days=1) if slot.ends <= slot.starts else day
    for key, on, at in (("from", day, slot.starts), ("to", last, slot.ends)):
        if not _exists(on, at, ZoneInfo(timezone)):
            shift.fault(
                key,
                f"{at:%H:%M} does not exist on {on}, when the clocks of {timezone} go forward",
                "write a time before or after the leap",
            )


def _exists(day: date, at: time, zone: ZoneInfo) -> bool:
    wall = datetime.combine(day, at, zone)
    return wall.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None)
