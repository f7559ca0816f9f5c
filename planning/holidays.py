"""The legal holidays of Belgium, proposed as closures: a coordinator takes those that apply.

There are ten (royal decree of 18 April 1974, article 1). The days are those of the library
``holidays``. It also counts Easter and Whit Sunday, which are no legal holidays: the Mondays
after them are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from holidays import PUBLIC, country_holidays

from routing.roster import Closure

# As the library calls the languages in which it knows the names.
LANGUAGES = {"fr": "fr", "nl": "nl", "en": "en_US", "de": "de"}
SUNDAYS = {"Pasen", "Pinksteren"}

# Names are written on screens and spoken to callers: as people in Belgium say them, in full.
SAID = {
    "O. L. H. Hemelvaart": "Onze-Lieve-Heer-Hemelvaart",
    "O. L. V. Hemelvaart": "Onze-Lieve-Vrouw-Hemelvaart",
    "Labor Day": "Labour Day",
    "Pentecost Monday": "Whit Monday",
}


@dataclass(frozen=True)
class Proposal:
    """A local day on which lines may be closed, with its names by language."""

    day: date
    names: Mapping[str, str]


def proposals(year: int, languages: Iterable[str]) -> list[Proposal]:
    """Return the ten legal holidays of a year, by day, those on a Sunday as well.

    A language in which we have no names (other than French, Dutch, English and German) is
    left out. In a year in which two holidays fall on one day, that day has both names.
    """
    spoken = [language for language in languages if language in LANGUAGES]
    by_language = {language: _names(year, language) for language in {*spoken, "nl"}}
    return [
        Proposal(day, {language: by_language[language][day] for language in spoken})
        for day in sorted(by_language["nl"])
        if by_language["nl"][day] not in SUNDAYS
    ]


def missing(closures: Iterable[Closure], year: int, languages: Iterable[str]) -> list[Proposal]:
    """Return the legal holidays of a year that are not among a line's closures yet."""
    closed = {closure.day for closure in closures}
    return [proposal for proposal in proposals(year, languages) if proposal.day not in closed]


def _names(year: int, language: str) -> dict[date, str]:
    found = country_holidays(
        "BE", years=year, language=LANGUAGES[language], categories=PUBLIC, expand=False
    )
    return {day: ", ".join(_said(name) for name in found.get_list(day)) for day in found}


def _said(name: str) -> str:
    return SAID.get(name, name).replace("'", "’")
