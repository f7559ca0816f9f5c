"""Wall times and instants: what clocks show somewhere, and when that is."""

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name."""
    return ZoneInfo(name)


@lru_cache(maxsize=8192)
def instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """Return the first instant (UTC) at which clocks have come to ``wall`` on a local ``day``.

    So on the night when clocks go back, a wall time that comes twice means its first coming;
    on the night when they go forward, one that is left out means the moment of the leap. Wall
    times thereby keep their order: what touches on paper touches in fact, every night.
    """
    local = datetime.combine(day, wall, zone).replace(fold=0)
    at = local.astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return at
    # Left out (PEP 495): read by the clock before the leap it lies after it, read by the one
    # after it lies before.
    after = local.replace(fold=1).utcoffset()
    before = local.replace(fold=1).astimezone(UTC)
    seconds = range(int((at - before).total_seconds()))
    leap = bisect_left(
        seconds,
        True,  # noqa: FBT003 # the value that is looked for
        key=lambda n: (before + timedelta(seconds=n)).astimezone(zone).utcoffset() == after,
    )
    return before + timedelta(seconds=leap)


@lru_cache(maxsize=8192)
def span(day: date, start: time, end: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the instants (UTC) from ``start`` to ``end`` of a local ``day``, half-open.

    ``end`` at or before ``start`` lies on the next day; each is read as :func:`instant` does.
    Nothing remains of a span that the clocks leap over.
    """
    last = day + timedelta(days=1) if end <= start else day
    return instant(day, start, zone), instant(last, end, zone)


def exists(day: date, at: time, zone: ZoneInfo) -> bool:
    """Tell whether clocks in ``zone`` show ``at`` on ``day``: in spring they leave an hour out.

    ``zoneinfo`` itself accepts such a time; a round trip through UTC gives it away (PEP 495).
    """
    wall = datetime.combine(day, at)
    return wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall
