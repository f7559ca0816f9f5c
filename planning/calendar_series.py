"""Events that repeat, worked out day by day within a window (RFC 5545, 3.8.5)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Event, vRecur

from planning.calendar_event import (
    instant,
    is_cancelled,
    number_of,
    title_of,
    values_of,
    when,
    words_of,
)
from planning.file_shift import Notes

WEEKS_AHEAD = 8
"""How far events that repeat are taken, where nothing else is said."""

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Window:
    """The days, from ``since`` until before ``until``, from which repeated events are taken."""

    since: date
    until: date

    @classmethod
    def of(cls, since: date | None, until: date | None) -> "Window | None":
        """Return the window; eight weeks where its end is not said."""
        if since is None:
            return None
        return cls(since, until or since + timedelta(weeks=WEEKS_AHEAD))


def expand(
    events: Sequence[Event], notes: Notes, zone: ZoneInfo, window: Window | None
) -> Iterator[Event]:
    """Yield what takes place: single events, and the days of those that repeat.

    Single events are taken wherever they lie.
    """
    families: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        families[words_of(event, "UID") or f"event {number_of(event)}"].append(event)
    for family in families.values():
        heads = [event for event in family if "RECURRENCE-ID" not in event]
        for event in heads[1:]:
            first = number_of(heads[0])
            notes.note("calendar_uid_twice", number_of(event), "UID", other=first)
        if not any(event.keys() & {"RRULE", "RDATE"} for event in heads):
            yield from (event for event in _single(family) if not is_cancelled(event))
        elif window is None:
            notes.note("calendar_period", number_of(heads[0]), "RRULE", title=title_of(heads[0]))
        else:
            yield from _series(family, notes, zone, window)


def _single(family: Sequence[Event]) -> Iterator[Event]:
    """Yield events that do not repeat; of a day of a series that is not there, that day."""
    replaced = {when(event, "RECURRENCE-ID") for event in family}
    for event in family:
        if "RECURRENCE-ID" in event or when(event, "DTSTART") not in replaced:
            yield event


def _series(
    family: Sequence[Event], notes: Notes, zone: ZoneInfo, window: Window
) -> Iterator[Event]:
    calendar = Calendar()
    for event in family:
        for rule in values_of(event, "RRULE"):
            if isinstance(rule, vRecur):
                _bound(rule, zone, window)
        calendar.add_component(event)
    begin = datetime.combine(window.since - _DAY, time(0), zone)
    end = datetime.combine(window.until + _DAY, time(0), zone)
    try:
        found = recurring_ical_events.of(calendar).between(begin, end)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        notes.note("calendar_rule", number_of(family[0]), "RRULE", rule=title_of(family[0]))
        return
    for event in sorted(found, key=lambda event: event["DTSTART"].dt):
        begins = instant(event, "DTSTART")
        if begins is None or is_cancelled(event):
            continue
        if window.since <= begins.astimezone(zone).date() < window.until:
            yield event


def _bound(rule: vRecur, zone: ZoneInfo, window: Window) -> None:
    """End a rule with the window, so that working it out ends as well.

    A last day without a time, which many programs write, holds the whole day.
    """
    limit = datetime.combine(window.until + _DAY, time(0), zone).astimezone(UTC)
    until = rule.get("UNTIL", [None])[0]
    if isinstance(until, datetime):
        until = until if until.tzinfo else until.replace(tzinfo=zone)
    elif isinstance(until, date):
        until = datetime.combine(until, time(23, 59, 59), zone)
    rule["UNTIL"] = [min(until or limit, limit).astimezone(UTC)]
