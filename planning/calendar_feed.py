"""Calendar feeds: what a responder's own calendar program subscribes to.

RFC 5545 (iCalendar), RFC 7986 (names and refreshing), and the older ``X-WR-…`` and
``X-PUBLISHED-TTL`` properties, by which Apple, Google and Outlook know the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, vDuration, vText

from planning.calendar_zone import in_zone, timezone_of

PRODUCT = "-//permanence//duty roster//EN"
REFRESH = timedelta(hours=1)
"""How often a program is asked to fetch the feed again; Google takes up to a day."""


@dataclass(frozen=True)
class FeedEntry:
    """One duty in a feed.

    ``begins`` and ``ends`` are aware. ``sequence`` grows with every change of the same
    ``uid``, or programs keep what they have; what is ``cancelled`` stays in the feed for a
    while for the same reason. ``alarms`` say how long before the beginning each one rings;
    ``modified`` (aware) is when the duty was last changed.
    """

    uid: str
    summary: str
    description: str
    location: str
    begins: datetime
    ends: datetime
    sequence: int = 0
    cancelled: bool = False
    alarms: tuple[timedelta, ...] = ()
    modified: datetime | None = None


def feed(
    entries: Iterable[FeedEntry], *, name: str, zone: ZoneInfo, language: str, stamp: datetime
) -> bytes:
    """Return the entries as a calendar to publish, called ``name``.

    Times are local to ``zone``; ``language`` is that of the texts; ``stamp`` (aware) is
    when the feed is made.
    """
    calendar = start_calendar(name, zone)
    for entry in entries:
        calendar.add_component(_event(entry, zone, language, stamp))
    return bytes(calendar.to_ical())


def start_calendar(name: str, zone: ZoneInfo) -> Calendar:
    """Return a calendar without events, which explains its zone."""
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", PRODUCT)
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", "PUBLISH")
    calendar.add("NAME", vText(name))
    calendar.add("X-WR-CALNAME", vText(name))
    calendar.add("X-WR-TIMEZONE", vText(zone.key))
    refresh = vDuration(REFRESH)
    refresh.params["VALUE"] = "DURATION"  # RFC 7986, 5.7: must be said
    calendar.add("REFRESH-INTERVAL", refresh)
    calendar.add("X-PUBLISHED-TTL", vDuration(REFRESH))
    calendar.add_component(timezone_of(zone))
    return calendar


def _event(entry: FeedEntry, zone: ZoneInfo, language: str, stamp: datetime) -> Event:
    event = Event()
    event.add("UID", entry.uid)
    event.add("DTSTAMP", stamp.astimezone(UTC))
    event.add("DTSTART", in_zone(entry.begins, zone))
    event.add("DTEND", in_zone(entry.ends, zone))
    event.add("SEQUENCE", entry.sequence)
    if entry.modified is not None:
        event.add("LAST-MODIFIED", entry.modified.astimezone(UTC))
    event.add("STATUS", "CANCELLED" if entry.cancelled else "CONFIRMED")
    for field, text in (
        ("SUMMARY", entry.summary),
        ("DESCRIPTION", entry.description),
        ("LOCATION", entry.location),
    ):
        if text:
            event.add(field, text, parameters={"LANGUAGE": language})
    if not entry.cancelled:
        for before in entry.alarms:
            event.add_component(_alarm(entry.summary, before))
    return event


def _alarm(text: str, before: timedelta) -> Alarm:
    """Return an alarm that shows a text; RFC 5545, 3.6.6 wants one in it."""
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", text)
    alarm.add("TRIGGER", -before)
    return alarm
