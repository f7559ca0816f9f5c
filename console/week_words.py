"""How weeks, shifts, languages and holes are written in the language of the page."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time

import flask_babel
from babel import Locale, dates
from flask import request, url_for
from flask_babel import get_locale

from console import languages
from console.places import inside
from console.shift_people import Candidate
from console.week_books import WEEK, monday_of
from console.week_cover import DAY, Hole
from logging_db.rosters import Book
from routing.roster import Closure

_: Callable[..., str] = flask_babel.gettext  # the library declares no types
ngettext: Callable[..., str] = flask_babel.ngettext


def _locale() -> Locale:
    return get_locale() or Locale.parse("fr_BE")


def week_title(monday: date) -> str:
    """Write a week by its first and last day: 23–29 Nov 2026."""
    last = monday + WEEK - DAY
    written: str = dates.format_interval(monday, last, "yMMMd", locale=_locale())
    return written


def weekday_and_number(day: date) -> str:
    """Write a day without its month: Mon 23."""
    written: str = dates.format_date(day, "EEE d", locale=_locale())
    return written


def month_name(day: date) -> str:
    """Write the month of a day, short: Nov."""
    written: str = dates.format_date(day, "MMM", locale=_locale())
    return written


def language_name(code: str) -> str:
    """Write a language by its code: Dutch."""
    return str(_locale().languages.get(code, code))


def span_words(starts: time, ends: time) -> str:
    """Write two times of a day: 09:00–13:00."""
    return f"{starts:%H:%M}–{ends:%H:%M}"


def shift_words(service: str, day: date, starts: time, ends: time) -> str:
    """Write which shift it is: caw, Mon 30 Nov, 13:00–17:00."""
    return f"{service}, {languages.short_day(day)}, {span_words(starts, ends)}"


def closure_name(closure: Closure) -> str:
    """Write a closure by its name in the language of the page, or in the one it has."""
    names = closure.names
    return names.get(languages.language()) or next(iter(names.values()), "")


def hole_when(hole: Hole) -> str:
    """Write when a hole is: Tue 1 Dec, 13:00–17:00."""
    begins, ends = hole.begins, hole.ends
    if ends.date() == begins.date() or ends == _next_midnight(begins):
        return f"{languages.short_day(begins.date())}, {span_words(begins.time(), ends.time())}"
    first, last = (languages.short_day(each.date()) for each in (begins, ends))
    return f"{first}, {begins:%H:%M} – {last}, {ends:%H:%M}"


def _next_midnight(at: datetime) -> datetime:
    return datetime.combine(at.date() + DAY, time(0), at.tzinfo)


def hole_what(hole: Hole) -> str:
    """Write what is missing in a hole: nobody, somebody, or somebody who speaks a language."""
    numbers = {"there": hole.covered, "needed": hole.needed}
    if hole.language is not None:
        name = language_name(hole.language)
        if not hole.covered:
            return _("nobody speaks %(language)s", language=name)
        return _("%(language)s: %(there)s of %(needed)s speak it", language=name, **numbers)
    if not hole.covered:
        return _("nobody is there")
    return _("%(there)s of %(needed)s are there", **numbers)


def candidate_note(each: Candidate) -> str:
    """Write whether somebody is free, and if not, what takes them up."""
    if each.absent:
        return _("absent %(times)s", times=span_words(*each.absent))
    if each.taken:
        first = each.taken[0]
        times = span_words(first.starts, first.ends)
        return _("taken up %(times)s at %(service)s", times=times, service=first.service)
    if not each.load:
        return _("free, no shift this week")
    return ngettext("free, %(num)s shift this week", "free, %(num)s shifts this week", each.load)


def joined(words: Sequence[str]) -> str:
    """Write a list: names with commas between them."""
    return ", ".join(words)


def week_url(line_id: str, day: date, back: str = "", key: str = "") -> str:
    """Return the address of the week of a day; looked at as in ``back``, if that is a week."""
    here = inside(back, "")
    query = here.partition("?")[2] if here.startswith("/week/") else ""
    address = url_for("week.page", line_id=line_id, monday=monday_of(day).isoformat())
    return address + (f"?{query}" if query else "") + (f"#s-{key}" if key else "")


def came_from() -> str:
    """Return the page of ours that led here, to go back to; ``""`` if it was none."""
    given = request.values.get("back")
    if given is None:
        referrer = request.referrer or ""
        given = referrer.removeprefix(request.host_url.rstrip("/"))
    return inside(given.partition("#")[0], "")


def service_words(book: Book, code: str) -> str:
    """Write a service by its name in the language of the page."""
    for service in book.services.values():
        if service.code == code:
            names = service.names
            return names.get(languages.language()) or next(iter(names.values()), code)
    return code
