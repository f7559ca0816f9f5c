"""How opening hours are written: days that are alike stand together."""

from collections.abc import Callable, Sequence
from datetime import date, time, timedelta

import flask_babel
from flask_babel import get_locale

from console import languages
from planning.hours import Opening, Period

_: Callable[..., str] = flask_babel.gettext  # the library declares no types

MIDNIGHT = time(0)
DAYS = 7


def weekday_name(number: int) -> str:
    """Write a day of the week by its number, with a capital as titles have it: Monday."""
    name = _weekday(number)
    return name[:1].upper() + name[1:]


def _weekday(number: int) -> str:
    return str(get_locale().days["stand-alone"]["wide"][number])


def opening_words(opening: Opening) -> str:
    """Write an opening: 09:00–17:00; 22:00–06:00 (next day)."""
    if opening.closes == MIDNIGHT:
        return f"{opening.opens:%H:%M}–24:00"
    times = f"{opening.opens:%H:%M}–{opening.closes:%H:%M}"
    return times if opening.opens < opening.closes else _("%(times)s (next day)", times=times)


def hours_told(openings: Sequence[Opening]) -> list[tuple[str, str]]:
    """Return hours as pairs of days and times; neighbouring days that are alike are one pair."""
    times = [
        ", ".join(opening_words(each) for each in openings if each.weekday == weekday)
        for weekday in range(DAYS)
    ]
    told: list[tuple[str, str]] = []
    first = 0
    for weekday in range(DAYS):
        if weekday + 1 < DAYS and times[weekday + 1] == times[first]:
            continue
        told.append((_days(first, weekday), times[first]))
        first = weekday + 1
    return told


def period_words(period: Period) -> str:
    """Write from when to when hours hold, the last day included; nothing where it is always."""
    last = languages.day(period.until - timedelta(days=1)) if period.until else ""
    if period.since is None:
        return _("Until %(last)s", last=last) if last else ""
    since = languages.day(period.since)
    if not last:
        return _("From %(since)s", since=since)
    return _("From %(since)s to %(last)s", since=since, last=last)


def _days(first: int, last: int) -> str:
    """Write one day, or the first and the last of several."""
    if first == last:
        return weekday_name(first)
    return f"{weekday_name(first)} – {_weekday(last)}"


def closed_name(names: dict[str, str], language: str) -> str:
    """Write why a line is closed: in a language, or in the one there is."""
    return names.get(language) or next(iter(names.values()), "")


def day_or_none(text: str) -> date | None:
    """Return the day that an address names, if it names one."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
