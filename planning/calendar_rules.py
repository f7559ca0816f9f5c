"""What a calendar may hold, looked at before the library does: how many events, which rules.

Rules are worked out date by date, from the first on. One that repeats every second, or
never comes true, would keep a process busy for hours; in the explanation of a zone as well
as in an event.
"""

import re
from collections.abc import Iterator, Mapping

from planning.file_shift import ROWS_AT_MOST, Notes
from planning.file_shown import shown
from planning.objections import refuse

SERIES_AT_MOST = 300
"""Events that repeat, in one calendar."""

# As the library does it: whoever reads lines otherwise can be shown other rules.
_FOLD = re.compile(r"(\r?\n)+[ \t]")
_LINE = re.compile(r"\r?\n")
_RULE = re.compile(r"(RRULE|EXRULE)(?:;[^:]*)?:(.*)", re.IGNORECASE)
_WEEKDAY = "(MO|TU|WE|TH|FR|SA|SU)"
_ANYWHERE = frozenset({"FREQ", "UNTIL", "COUNT", "INTERVAL", "WKST"})
# How a day is chosen, by frequency: what calendar programs offer, and where every choice
# comes true at some time. The library looks for a 30 February until the year 9999.
_CHOICES = {
    "DAILY": (set(), {"BYDAY"}),
    "WEEKLY": (set(), {"BYDAY"}),
    "MONTHLY": (set(), {"BYDAY"}, {"BYMONTHDAY"}, {"BYDAY", "BYSETPOS"}),
    "YEARLY": (
        set(),
        {"BYMONTH"},
        {"BYDAY", "BYMONTH"},
        {"BYMONTH", "BYMONTHDAY"},
        {"BYDAY", "BYMONTH", "BYSETPOS"},
    ),
}
_LONGEST = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)  # days of the months


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
    for line in _LINE.split(_FOLD.sub("", text)):
        yield line.strip()


def _is_allowed(rule: str, *, in_zone: bool) -> bool:
    parts = dict(part.partition("=")[::2] for part in rule.split(";") if part)
    frequency = parts.get("FREQ", "")
    if parts.keys() - _ANYWHERE not in _CHOICES.get(frequency, ()):
        return False
    if in_zone and (frequency != "YEARLY" or "INTERVAL" in parts):
        return False
    if frequency == "DAILY" and "BYDAY" in parts and parts.get("INTERVAL", "1") != "1":
        return False
    return _are_days(parts, frequency) and all(
        re.fullmatch("[0-9]{1,4}", parts.get(name, "1")) and int(parts.get(name, "1"))
        for name in ("INTERVAL", "COUNT")
    )


def _are_days(parts: Mapping[str, str], frequency: str) -> bool:
    """Tell whether there are such days: no 30 February, no sixth Monday."""
    has_ordinals = frequency in ("MONTHLY", "YEARLY") and "BYSETPOS" not in parts
    weekday = f"([+-]?[1-5])?{_WEEKDAY}" if has_ordinals else _WEEKDAY
    if not re.fullmatch(f"{weekday}(,{weekday})*", parts.get("BYDAY", "MO")):
        return False
    numbers = {}
    for name, most in (("BYSETPOS", 5), ("BYMONTH", 12), ("BYMONTHDAY", 31)):
        told = parts.get(name, "1")
        if not re.fullmatch(r"[+-]?[0-9]{1,2}(,[+-]?[0-9]{1,2})*", told):
            return False
        numbers[name] = [int(number) for number in told.split(",")]
        if not all(0 < abs(number) <= most for number in numbers[name]):
            return False
    return all(month > 0 for month in numbers["BYMONTH"]) and (
        "BYMONTH" not in parts
        or min(map(abs, numbers["BYMONTHDAY"])) <= max(_LONGEST[m] for m in numbers["BYMONTH"])
    )
