from datetime import date

import pytest

from planning.holidays import missing, proposals
from routing.roster import Closure

# The ten of the decree. Easter falls on 5 April 2026 and on 28 March 2027.
LEGAL = {
    2026: [
        ((1, 1), "Nouvel An", "Nieuwjaar"),
        ((4, 6), "Lundi de Pâques", "Paasmaandag"),
        ((5, 1), "Fête du Travail", "Dag van de Arbeid"),
        ((5, 14), "Ascension", "Onze-Lieve-Heer-Hemelvaart"),
        ((5, 25), "Lundi de Pentecôte", "Pinkstermaandag"),
        ((7, 21), "Fête nationale", "Nationale feestdag"),
        ((8, 15), "Assomption", "Onze-Lieve-Vrouw-Hemelvaart"),
        ((11, 1), "Toussaint", "Allerheiligen"),
        ((11, 11), "Jour de l’Armistice", "Wapenstilstand"),
        ((12, 25), "Noël", "Kerstmis"),
    ],
    2027: [
        ((1, 1), "Nouvel An", "Nieuwjaar"),
        ((3, 29), "Lundi de Pâques", "Paasmaandag"),
        ((5, 1), "Fête du Travail", "Dag van de Arbeid"),
        ((5, 6), "Ascension", "Onze-Lieve-Heer-Hemelvaart"),
        ((5, 17), "Lundi de Pentecôte", "Pinkstermaandag"),
        ((7, 21), "Fête nationale", "Nationale feestdag"),
        ((8, 15), "Assomption", "Onze-Lieve-Vrouw-Hemelvaart"),
        ((11, 1), "Toussaint", "Allerheiligen"),
        ((11, 11), "Jour de l’Armistice", "Wapenstilstand"),
        ((12, 25), "Noël", "Kerstmis"),
    ],
}


@pytest.mark.parametrize("year", LEGAL)
def test_the_ten_legal_holidays_are_proposed_with_their_names(year: int):
    found = [(p.day, p.names["fr"], p.names["nl"]) for p in proposals(year, ("fr", "nl"))]
    assert found == [(date(year, *day), french, dutch) for day, french, dutch in LEGAL[year]]


@pytest.mark.parametrize("year", range(2000, 2060))
def test_the_sundays_of_easter_and_whitsun_are_never_among_them(year: int):
    days = [p.day for p in proposals(year, ("fr",))]
    assert len(days) == (9 if date(year, 5, 1) in ascensions(days) else 10)
    monday = easter(year).toordinal() + 1
    assert date.fromordinal(monday) in days
    assert date.fromordinal(monday - 1) not in days
    assert date.fromordinal(monday + 48) not in days
    assert date.fromordinal(monday + 49) in days


def easter(year: int) -> date:
    """Easter Sunday by the rule of Oudin (1940), to check the library by."""
    g, c = year % 19, year // 100
    h = (c - c // 4 - (8 * c + 13) // 25 + 19 * g + 15) % 30
    i = h - (h // 28) * (1 - (29 // (h + 1)) * ((21 - g) // 11))
    j = (year + year // 4 + i + 2 - c + c // 4) % 7
    month = 3 + (i - j + 40) // 44
    return date(year, month, i - j + 28 - 31 * (month // 4))


def ascensions(days: list[date]) -> set[date]:
    return {date.fromordinal(easter(days[0].year).toordinal() + 39)}


def test_two_holidays_on_one_day_are_one_proposal_with_both_names():
    (day,) = [p for p in proposals(2008, ("fr",)) if p.day == date(2008, 5, 1)]
    assert day.names == {"fr": "Ascension, Fête du Travail"}


def test_names_are_in_the_languages_that_were_asked_for_as_far_as_there_are_any():
    first, second, third, *_ = proposals(2026, ("en", "ar", "de"))
    assert first.names == {"en": "New Year’s Day", "de": "Neujahr"}
    assert third.names["en"] == "Labour Day"
    assert second.names["de"] == "Ostermontag"
    assert [p.names for p in proposals(2026, ("ar",))] == [{}] * 10


def test_what_is_closed_already_is_not_missing():
    closures = [Closure(date(2026, 12, 25), {"fr": "Noël"}), Closure(date(2026, 12, 26), {})]
    days = [p.day for p in missing(closures, 2026, ("fr", "nl"))]
    assert len(days) == 9
    assert date(2026, 12, 25) not in days
    assert len(missing(closures, 2027, ("fr",))) == 10
