"""Reading the lines of a federation file, with their opening hours and closures."""

from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import combinations
from zoneinfo import available_timezones

from logging_db import federation_numbers as numbers
from logging_db.federation_fields import WEEKDAYS, Fields, Keys, nearest, quoted
from logging_db.federation_line_numbers import read_numbers
from logging_db.federation_overlap import overlap
from logging_db.federation_plan import LineEntry, Slot
from routing.matching import ALL_AT_ONCE, CHOICES, LONGEST_IDLE, MOST_AT_ONCE, RING_AT_ONCE
from routing.roster import Closure, Hours

HOURS: Keys = {
    "days": 'days = ["mon", "tue"]',
    "from": 'from = "09:00"',
    "to": 'to = "17:00"',
}
CLOSURE: Keys = {
    "date": "date = 2026-12-25",
    "name": 'name = { fr = "Noël", nl = "Kerstmis" }',
}
LINE: Keys = {
    "number": 'number = "+3280035243"',
    "name": 'name = "Allo ? Aide sociale"',
    "languages": 'languages = ["fr", "nl"]',
    "timezone": 'timezone = "Europe/Brussels"',
    "caller_id": 'caller_id = "+3225550100"',
    "fallback_number": 'fallback_number = "+3225550199"',
    "ring_seconds": "ring_seconds = 20",
    "max_wait_seconds": "max_wait_seconds = 600",
    "wrap_up_seconds": "wrap_up_seconds = 30",
    "callback_when_closed": "callback_when_closed = false",
    "policy": 'policy = "longest_idle"',
    "ring_at_once": "ring_at_once = 3",
    "backup": 'backup = ["Alice Martin"]',
    "backup_after_seconds": "backup_after_seconds = 60",
    "greet_first": "greet_first = false",
    "tell_wait": "tell_wait = true",
    "numbers": 'numbers = { fr = "+3280035244", nl = "+3280035245" }',
    "hours": 'hours = [{ days = ["mon", "tue"], from = "09:00", to = "17:00" }]',
    "closures": 'closures = [{ date = 2026-12-25, name = { fr = "Noël", nl = "Kerstmis" } }]',
}


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """Return the names of all time zones that this machine knows."""
    return frozenset(available_timezones())


def read_line(line: Fields, prompts: Collection[str]) -> LineEntry:
    """Return the line, noting its faults. ``prompts`` are the languages it may speak."""
    number = _number(line, "number")
    languages = line.languages("languages", prompts)
    policy = line.one_of("policy", CHOICES, LONGEST_IDLE)
    return LineEntry(
        place=line.place,
        number=number,
        name=line.text("name"),
        languages=languages,
        timezone=_timezone(line),
        caller_id=_caller_id(line, number),
        fallback_number=_number(line, "fallback_number") if "fallback_number" in line else None,
        ring_seconds=line.whole("ring_seconds", 5, 600, default=20),
        max_wait_seconds=line.whole("max_wait_seconds", 30, 7200, default=600),
        wrap_up_seconds=line.whole("wrap_up_seconds", 0, 3600, default=30),
        callback_when_closed=line.flag("callback_when_closed", default=False),
        hours=_hours(line),
        closures=_closures(line, languages),
        policy=policy,
        ring_at_once=_ring_at_once(line, policy),
        backup_after_seconds=line.whole("backup_after_seconds", 0, 7200, default=60),
        greet_first=line.flag("greet_first", default=False),
        tell_wait=line.flag("tell_wait", default=True),
        numbers=read_numbers(line, languages),
        backup=(),  # people are known once all of them are read
    )


def _ring_at_once(line: Fields, policy: str) -> int:
    default = MOST_AT_ONCE if policy == ALL_AT_ONCE else RING_AT_ONCE
    return line.whole("ring_at_once", 1, MOST_AT_ONCE, default=default)


def _number(line: Fields, key: str) -> str:
    """Return the number as it is written, so that what refers to it still finds it."""
    number = line.text(key)
    objection = numbers.form(number) if number else None
    if objection:
        line.fault(key, f"{quoted(number)} {objection[0]}", objection[1])
    return number


def _caller_id(line: Fields, line_number: str) -> str:
    number = line.text("caller_id")
    objection = numbers.caller_id(number, line_number) if number else None
    if objection:
        line.fault("caller_id", f"{quoted(number)} {objection[0]}", objection[1])
    return number


def _timezone(line: Fields) -> str:
    name = line.text("timezone")
    if name and name not in zones():
        meant = nearest(name, zones()) or "Europe/Brussels"
        line.fault(
            "timezone", f"{quoted(name)} is no known time zone", f'write for example "{meant}"'
        )
    return name


def _hours(line: Fields) -> tuple[Hours, ...]:
    """Return the opening hours. They must be said: a line without any never opens."""
    if "hours" not in line:
        line.fault("hours", "is missing", f"write for example {LINE['hours']}, or [] for never")
    items = [(item, list(_slots(item))) for item in line.tables("hours", HOURS)]
    for (one, firsts), (other, seconds) in combinations(items, 2):
        met = [slot for slot in seconds if any(overlap(first, slot) for first in firsts)]
        if met:
            other.fault(
                "from",
                f"these hours run into those of {one.place} on {WEEKDAYS[met[0].weekday or 0]}",
                "let one end where the other begins",
            )
    return tuple(
        Hours(slot.weekday or 0, slot.starts, slot.ends) for _, slots in items for slot in slots
    )


def _slots(item: Fields) -> Iterator[Slot]:
    days, opens, closes = item.weekdays("days"), item.clock("from"), item.clock("to", end=True)
    if opens is not None and closes is not None:
        yield from (Slot(day, None, opens, closes) for day in days)


def _closures(line: Fields, languages: tuple[str, ...]) -> tuple[Closure, ...]:
    found: list[Closure] = []
    for item in line.tables("closures", CLOSURE):
        day = item.date("date")
        names = item.names("name", languages) if "name" in item else {}
        if day in [closure.day for closure in found]:
            item.fault("date", f"{day} is closed already", "leave one of them out")
        elif day is not None:
            found.append(Closure(day, names))
    return tuple(found)
