"""In which language a page speaks, and how it writes days and times.

The person's own language once they are logged in, else the one they chose before (a cookie),
else the browser's. Templates have the filters ``day``, ``short_day``, ``time``, ``moment``.
"""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel import Locale, dates
from babel.support import NullTranslations, Translations
from flask import Flask, g, request
from flask_babel import Babel, Domain, get_locale, refresh
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from console import catalogue
from console.office import office
from console.person import person_or_none
from logging_db.tables import lines

# Belgian ways of writing days; English with the week beginning on Monday.
LOCALES = {"fr": "fr_BE", "nl": "nl_BE", "en": "en_GB"}
NAMES = {"fr": "Français", "nl": "Nederlands", "en": "English"}
FALLBACK = "fr"
ZONE = "Europe/Brussels"  # where there is no line yet


def cookie_name() -> str:
    """Return the name of the cookie that keeps a visitor's choice."""
    return "__Host-language" if office().settings.secure else "permanence_language"


def language() -> str:
    """Return the language of this answer: fr, nl or en."""
    chosen: str = g.get("language", "")
    if not chosen:
        chosen = g.language = _choose()
    return chosen


def _choose() -> str:
    person = person_or_none()
    if person is not None and person.language in LOCALES:
        return person.language
    kept = request.cookies.get(cookie_name())
    if kept in LOCALES:
        return str(kept)
    return request.accept_languages.best_match(list(LOCALES)) or FALLBACK


def speak(chosen: str) -> None:
    """Speak this language in the rest of this answer."""
    g.language = chosen
    refresh()


def zone() -> str:
    """Return the zone that instants are shown in: that of the first line."""
    found: str = g.get("zone", "")
    if not found:
        found = g.zone = _zone_of_the_lines()
    return found


def _zone_of_the_lines() -> str:
    query = select(lines.c.timezone).order_by(lines.c.number).limit(1)
    try:
        with office().read() as connection:
            return connection.execute(query).scalar() or ZONE
    except (SQLAlchemyError, TimeoutError):
        return ZONE


class _Catalogues(Domain):  # type: ignore[misc] # the library ships no types
    """The merged area files in place of .mo files on disk."""

    def get_translations(self) -> Translations | NullTranslations:
        """Return the messages in the language of this answer."""
        locale = get_locale()
        if locale is None or locale.language not in catalogue.LANGUAGES:
            return NullTranslations()
        return catalogue.translations(locale.language)


def install(app: Flask) -> None:
    """Teach the application its languages; give templates what they need of them."""
    babel = Babel(
        app,
        locale_selector=lambda: LOCALES[language()],
        timezone_selector=zone,
        default_locale=LOCALES[FALLBACK],
    )
    babel.domain_instance = _Catalogues()
    for each in catalogue.LANGUAGES:
        catalogue.translations(each)  # a broken file must show now, not to a visitor
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.globals |= {"language": language, "language_names": NAMES}
    app.jinja_env.filters |= {
        "day": day,
        "short_day": short_day,
        "time": clock_time,
        "moment": moment,
    }


def _locale() -> Locale:
    return get_locale() or Locale.parse(LOCALES[FALLBACK])


def local(at: datetime) -> datetime:
    """Return an instant as wall time in the zone of the lines."""
    return at.astimezone(ZoneInfo(zone()))


def _day_of(value: date) -> date:
    return local(value).date() if isinstance(value, datetime) else value


def day(value: date) -> str:
    """Write a day, or that of an instant: Monday 23 November 2026."""
    pattern = "EEEE d MMMM y"
    return dates.format_date(_day_of(value), pattern, locale=_locale())


def short_day(value: date) -> str:
    """Write a day, or that of an instant, briefly: Mon 23 Nov."""
    return dates.format_date(_day_of(value), "EEE d MMM", locale=_locale())


def clock_time(value: time | datetime) -> str:
    """Write a time of the day: 09:00. A ``time`` is wall time and stays as it is."""
    shown = local(value).time() if isinstance(value, datetime) else value
    return shown.strftime("%H:%M")


def moment(at: datetime) -> str:
    """Write an instant with its day: Mon 23 Nov 2026, 10:00."""
    shown = dates.format_date(_day_of(at), "EEE d MMM y", locale=_locale())
    return f"{shown}, {clock_time(at)}"
