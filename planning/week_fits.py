"""Whether a shift fits the openings of its line: asked for many shifts at once."""

from datetime import date, datetime, time, timedelta

from planning.objections import Objection
from routing.opening import joined, openings
from routing.roster import Closure, Line
from routing.wall import exists, span, zone_of

DAY = timedelta(days=1)
MOMENT = timedelta(microseconds=1)
Span = tuple[datetime, datetime]


class OpenDays:
    """The openings of a line, worked out once a day."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._zone = zone_of(line.timezone)
        self._closures = {closure.day: closure for closure in line.closures}
        self._known: dict[tuple[date, date], list[Span]] = {}

    def closure(self, day: date) -> Closure | None:
        """Return what closes the line on a day."""
        return self._closures.get(day)

    def holds(self, day: date, begins: datetime, ends: datetime) -> bool:
        """Tell whether a shift of ``day`` begins and ends while the line is open.

        In between it may close: a shift may go through a break at noon. One that goes on after
        midnight may not: it would be a slip, 14:00 to 12:00 for 12:00 to 14:00.
        """
        opens = self._around(day, ends)
        if (ends - MOMENT).astimezone(self._zone).date() > day:
            return any(first <= begins and ends <= last for first, last in opens)
        begun = any(first <= begins < last for first, last in opens)
        return begun and any(first < ends <= last for first, last in opens)

    def is_shut(self, day: date, begins: datetime, ends: datetime) -> bool:
        """Tell whether a closure leaves nothing of a time in a shift of ``day``.

        The night before a closed day is served to its end, also by a shift of the closed day.
        """
        if self.closure(day) is None:
            return False
        return not any(first < ends and begins < last for first, last in self._around(day, ends))

    def _around(self, day: date, ends: datetime) -> list[Span]:
        last = ends.astimezone(self._zone).date()
        found = self._known.get((day, last))
        if found is None:
            found = joined(list(openings(self._line, day - DAY, last)))
            self._known[day, last] = found
        return found


def missing_time(day: date, starts: time, ends: time, zone: str) -> Objection | None:
    """Return what speaks against wall times that clocks leap over on that day, or nothing."""
    last = day + DAY if ends <= starts else day
    for on, at in ((day, starts), (last, ends)):
        if not exists(on, at, zone_of(zone)):
            return Objection("no_such_time", {"day": on, "time": at})
    begins, until = span(day, starts, ends, zone_of(zone))
    return None if begins < until else Objection("no_such_time", {"day": day, "time": starts})
