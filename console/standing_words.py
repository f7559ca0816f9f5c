"""How the standing week and templates are written in the language of the page."""

from collections.abc import Callable, Iterable
from datetime import date, time

import flask_babel

from console.shift_people import Candidate
from console.week_words import span_words

_: Callable[..., str] = flask_babel.gettext  # the library declares no types
ngettext: Callable[..., str] = flask_babel.ngettext


def weekday_name(weekday: int, width: str = "wide") -> str:
    """Write a weekday: Monday; ``abbreviated`` Mon."""
    return str(flask_babel.get_locale().days["format"][width][weekday])


def weekly_words(service: str, weekdays: Iterable[int], starts: time, ends: time) -> str:
    """Write which weekly shift it is: caw, Monday, Tuesday, 13:00–17:00."""
    days = ", ".join(weekday_name(each) for each in weekdays)
    return f"{service}, {days}, {span_words(starts, ends)}"


def weekly_note(each: Candidate) -> str:
    """Write whether somebody is free every week, and if not, what takes them up."""
    if each.taken:
        first = each.taken[0]
        times = span_words(first.starts, first.ends)
        return _("taken up %(times)s at %(service)s", times=times, service=first.service)
    if not each.load:
        return _("free, no weekly shift")
    return ngettext("free, %(num)s shift a week", "free, %(num)s shifts a week", each.load)


def details_of(
    service: str, weekdays: Iterable[int], starts: time, ends: time, since: date | None
) -> dict[str, str]:
    """Return what the list of changes keeps of a weekly shift."""
    told = {
        "service": service,
        "weekdays": ",".join(str(each) for each in weekdays),
        "starts": f"{starts:%H:%M}",
        "ends": f"{ends:%H:%M}",
    }
    return told | ({"since": since.isoformat()} if since else {})
