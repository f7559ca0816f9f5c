"""When two stretches of wall time meet, be they weekly or dated."""

from datetime import date, datetime, timedelta

from logging_db.federation_plan import Slot

_DAY = timedelta(days=1)
_SOME_MONDAY = date(2024, 1, 1)

Stretch = tuple[datetime, datetime]


def overlap(one: Slot, other: Slot) -> bool:
    """Tell whether there is a wall time that lies in both.

    No slot is longer than a day: it is enough to look at one day on which either takes
    place, and at its neighbours.
    """
    if one.day and other.day and abs(one.day - other.day) > _DAY:
        return False
    around = one.day or other.day or _SOME_MONDAY + timedelta(days=one.weekday or 0)
    return any(
        begin < other_end and other_begin < end
        for begin, end in _stretches(one, around)
        for other_begin, other_end in _stretches(other, around)
    )


def _stretches(slot: Slot, around: date) -> list[Stretch]:
    days = (around - _DAY, around, around + _DAY)
    return [_stretch(slot, day) for day in days if slot.day == day or slot.weekday == day.weekday()]


def _stretch(slot: Slot, day: date) -> Stretch:
    last = day + _DAY if slot.ends <= slot.starts else day
    return datetime.combine(day, slot.starts), datetime.combine(last, slot.ends)
