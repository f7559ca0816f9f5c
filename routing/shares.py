"""How much each partner service took, for the hours that it was on duty."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from routing.duty import pieces, zone_of
from routing.roster import Roster

DAYS = 3
"""What is fair is judged over today and the two days before: as far as a roster reaches back."""


def since(roster: Roster, at: datetime) -> datetime:
    """Return the instant from which work counts: the first of those days, where the line is."""
    zone = zone_of(roster.line.timezone)
    return datetime.combine(_first(roster, at), datetime.min.time(), zone)


def hours_on_duty(roster: Roster, at: datetime) -> dict[str, float]:
    """Return service → hours on duty in those days, each person's counted, to the end of today.

    Whoever is absent is not on duty. What is still to come today counts as well: a service
    that has just begun would otherwise have taken everything in no time.
    """
    first = _first(roster, at)
    hours: defaultdict[str, float] = defaultdict(float)
    for n in range(DAYS):
        for piece in pieces(roster, first + timedelta(days=n)):
            length = (piece.ends - piece.begins) / timedelta(hours=1)
            for person in piece.places:
                if person is not None:
                    hours[roster.responders[person].service] += length
    return dict(hours)


def loads(taken: Mapping[str, int], hours: Mapping[str, float]) -> dict[str, float]:
    """Return service → pieces of work taken for each hour on duty.

    A service without hours that took something nevertheless (it stands in for another) comes
    after all others.
    """
    return {
        service: taken.get(service, 0) / hours[service]
        if hours.get(service)
        else (float("inf") if taken.get(service) else 0.0)
        for service in {*taken, *hours}
    }


def _first(roster: Roster, at: datetime) -> date:
    return at.astimezone(zone_of(roster.line.timezone)).date() - timedelta(days=DAYS - 1)
