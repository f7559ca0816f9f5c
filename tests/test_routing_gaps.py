"""Where people are short: by hand, and against the naive reference minute by minute."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from routing.duty import on_duty
from routing.gaps import Gap, gaps
from routing.roster import (
    Absence,
    Closure,
    Hours,
    Line,
    Responder,
    Roster,
    Shift,
    Substitution,
)
from tests.examples import examples
from tests.reference_duty import MINUTE, Reference
from tests.rosters_at_random import MIDDLES, rosters

BRUSSELS = ZoneInfo("Europe/Brussels")
MONDAY = date(2026, 11, 23)
PEOPLE = {
    "f": Responder("f", "Fatima", "cssbse", ("fr",)),
    "n": Responder("n", "Nele", "caw", ("nl",)),
    "b": Responder("b", "Bram", "caw", ("nl", "fr")),
}
LINE = Line(
    "l", "+3280035243", "Allo", ("fr", "nl"), "Europe/Brussels", "+3225550100", None,
    20, 600, 30, False, tuple(Hours(day, time(9), time(17)) for day in range(5)), (),
)  # fmt: skip


def shift(starts: int, ends: int, people: str = "", needed: int = 1, **more) -> Shift:
    return Shift("s", "caw", 0, None, time(starts), time(ends), needed, tuple(people), **more)


def roster(*shifts: Shift, line: Line = LINE, **more) -> Roster:
    return Roster(line, shifts, PEOPLE, **more)


def at(day: date, hour: int = 0) -> datetime:
    return datetime.combine(day, time(hour), BRUSSELS).astimezone(UTC)


def shown(found: list[Gap]) -> list[tuple[str, str | None, int, int]]:
    return [
        (
            f"{gap.begins.astimezone(BRUSSELS):%a %H:%M} to {gap.ends.astimezone(BRUSSELS):%H:%M}",
            gap.language, gap.needed, gap.covered,
        )
        for gap in found
    ]  # fmt: skip


def of_monday(of: Roster) -> list[tuple[str, str | None, int, int]]:
    return shown(gaps(of, at(MONDAY), at(MONDAY + timedelta(days=1))))


def test_without_shifts_every_opening_is_one_gap():
    found = gaps(roster(), at(MONDAY), at(MONDAY + timedelta(days=7)))
    assert [words for words, *_ in shown(found)] == [
        f"{day} 09:00 to 17:00" for day in ("Mon", "Tue", "Wed", "Thu", "Fri")
    ]
    assert {(gap.language, gap.needed, gap.covered) for gap in found} == {(None, 1, 0)}


def test_openings_that_touch_are_one():
    day_and_night = replace(LINE, hours=tuple(Hours(day, time(0), time(0)) for day in range(7)))
    found = gaps(roster(line=day_and_night), at(MONDAY), at(MONDAY + timedelta(days=9)))
    assert found == [Gap(at(MONDAY), at(MONDAY + timedelta(days=9)), None, 1, 0)]


def test_a_day_that_is_covered_has_no_gap():
    assert of_monday(roster(shift(9, 17, "b"))) == []


def test_a_language_that_nobody_speaks_is_a_gap_of_its_own():
    assert of_monday(roster(shift(9, 13, "f"), shift(13, 17, "b"))) == [
        ("Mon 09:00 to 13:00", "nl", 1, 0)
    ]


def test_with_nobody_at_all_no_language_is_named():
    assert of_monday(roster(shift(9, 13, "b"))) == [("Mon 13:00 to 17:00", None, 1, 0)]


def test_what_shifts_side_by_side_need_is_added_and_a_person_counts_once():
    assert of_monday(roster(shift(9, 17, "b", needed=2), shift(12, 17, "b"))) == [
        ("Mon 09:00 to 12:00", None, 2, 1),
        ("Mon 12:00 to 17:00", None, 3, 1),
    ]


def test_a_shift_that_needs_nobody_does_not_lower_what_the_line_needs():
    assert of_monday(roster(shift(9, 17, needed=0))) == [("Mon 09:00 to 17:00", None, 1, 0)]


def test_two_shifts_that_want_a_language_want_two_who_speak_it():
    wanting = [shift(9, 17, person, languages=("nl",)) for person in "bf"]
    assert of_monday(roster(*wanting)) == [("Mon 09:00 to 17:00", "nl", 2, 1)]


def test_a_shift_may_want_a_language_that_is_not_the_line_s():
    assert of_monday(roster(shift(9, 17, "b", languages=("ar",)))) == [
        ("Mon 09:00 to 17:00", "ar", 1, 0)
    ]


def test_too_few_people_comes_before_the_languages_they_do_not_speak():
    assert of_monday(roster(shift(9, 17, "f", needed=2, languages=("ar",)))) == [
        ("Mon 09:00 to 17:00", None, 2, 1),
        ("Mon 09:00 to 17:00", "ar", 1, 0),
        ("Mon 09:00 to 17:00", "nl", 1, 0),
    ]


def test_an_absence_cuts_a_hole_and_a_substitution_fills_it():
    away = {"b": (Absence(at(MONDAY, 10), at(MONDAY, 12)),)}
    assert of_monday(roster(shift(9, 17, "b"), absences=away)) == [
        ("Mon 10:00 to 12:00", None, 1, 0)
    ]
    helped = shift(9, 17, "b", substitutions=(Substitution("x", "b", "f", time(10), time(11)),))
    assert of_monday(roster(helped, absences=away)) == [
        ("Mon 10:00 to 11:00", "nl", 1, 0),
        ("Mon 11:00 to 12:00", None, 1, 0),
    ]


def test_a_closure_leaves_nothing_to_cover():
    closed = replace(LINE, closures=(Closure(MONDAY),))
    assert of_monday(roster(line=closed)) == []


def test_an_opening_is_cut_at_the_bounds():
    found = gaps(roster(), at(MONDAY, 12), at(MONDAY + timedelta(days=1), 10))
    assert [words for words, *_ in shown(found)] == ["Mon 12:00 to 17:00", "Tue 09:00 to 10:00"]


def test_between_bounds_that_are_one_or_reversed_there_is_nothing():
    assert gaps(roster(), at(MONDAY, 12), at(MONDAY, 12)) == []
    assert gaps(roster(), at(MONDAY, 12), at(MONDAY, 10)) == []


def test_the_night_that_has_an_hour_more_has_an_hour_more_to_cover():
    nights = replace(LINE, hours=(Hours(6, time(0), time(6)),))
    (gap,) = gaps(roster(line=nights), at(date(2026, 10, 24)), at(date(2026, 10, 26)))
    assert gap.ends - gap.begins == timedelta(hours=7)


def minutes(gap: Gap) -> set[datetime]:
    count = (gap.ends - gap.begins) // MINUTE
    return {gap.begins + n * MINUTE for n in range(count)}


@pytest.mark.parametrize("middle", MIDDLES, ids=str)
@examples(20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_every_minute_is_short_of_what_the_reference_says(middle: date, data: st.DataObject):
    of: Roster = data.draw(rosters(middle))
    noon = datetime.combine(middle, time(12), UTC)
    reference = Reference(of, noon - timedelta(days=1), noon)
    found = gaps(of, reference.first, reference.last)

    expected: dict[tuple[str | None, int, int], set[datetime]] = {}
    for minute in reference.minutes():
        for short in reference.short(minute):
            expected.setdefault(short, set()).add(minute)
    walked: dict[tuple[str | None, int, int], set[datetime]] = {}
    for gap in found:
        own = walked.setdefault((gap.language, gap.needed, gap.covered), set())
        assert own.isdisjoint(minutes(gap))
        assert gap.begins - MINUTE not in own  # neighbours that are alike are one
        own |= minutes(gap)
    assert walked == expected
    measure = sum((gap.ends - gap.begins for gap in found), timedelta())
    assert measure == MINUTE * sum(map(len, expected.values()))
    order = [(gap.begins, gap.language is not None, gap.language) for gap in found]
    assert order == sorted(order, key=lambda key: (key[0], key[1], key[2] or ""))
    for gap in found:
        people = on_duty(of, gap.begins, gap.language).responders
        assert len(people) == gap.covered
