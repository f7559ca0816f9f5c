"""What a calendar may hold, looked at before the library does: how many events, which rules.

Rules are worked out date by date, from the first on. One that repeats every second, or
never comes true, would keep a process busy for hours; in the explanation of a zone as well
as in an event.
"""

import re
from collections.abc import Iterator

from planning.file_shift import ROWS_AT_MOST, Notes
from planning.file_shown import shown
from planning.objections import refuse

SERIES_AT_MOST = 300
"""Events that repeat, in one calendar."""

_FOLD = re.compile(r"\r?\n[ \t]")
_RULE = re.compile(r"(RRULE|EXRULE)(?:;[^:]*)?:(.*)", re.IGNORECASE)
_PARTS = frozenset({"FREQ", "UNTIL", "COUNT", "INTERVAL", "WKST", "BYSETPOS"}) | frozenset(
    f"BY{part}" for part in ("DAY", "MONTHDAY", "YEARDAY", "WEEKNO", "MONTH")
)
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")


def check_rules(text: str, notes: Notes) -> None:
    """Note the rules that are not followed; refuse a calendar that is too large at once."""
    events, series, in_zone = 0, 0, False
    for line in _lines(text):
        match line.upper().split(":", 1):
            case ["BEGIN", "VEVENT"]:
                events += 1
            case ["BEGIN", "VTIMEZONE"]:
                in_zone = True
            case ["END", "VTIMEZONE"]:
                in_zone = False
        if found := _RULE.fullmatch(line):
            series += not in_zone
            if found[1].upper() == "EXRULE" or not _is_allowed(found[2].upper(), in_zone=in_zone):
                notes.note("calendar_rule", events + in_zone, "RRULE", rule=shown(found[2]))
    if events > ROWS_AT_MOST:
        raise refuse("file_rows_too_many", most=ROWS_AT_MOST)
    if series > SERIES_AT_MOST:
        raise refuse("calendar_series_too_many", most=SERIES_AT_MOST)


def _lines(text: str) -> Iterator[str]:
    """Yield the lines, unfolded (RFC 5545, 3.1)."""
    for line in _FOLD.sub("", text).splitlines():
        yield line.strip()


def _is_allowed(rule: str, *, in_zone: bool) -> bool:
    parts = dict(part.partition("=")[::2] for part in rule.split(";") if part)
    frequency = parts.get("FREQ")
    if not parts.keys() <= _PARTS or frequency not in _FREQUENCIES:
        return False
    if in_zone and frequency != "YEARLY":
        return False
    return all(
        parts.get(name, "1").isdecimal() and 0 < int(parts.get(name, "1")) <= ROWS_AT_MOST
        for name in ("INTERVAL", "COUNT")
    )
