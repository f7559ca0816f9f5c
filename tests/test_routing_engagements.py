from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from routing.engagements import engagements, overlaps
from routing.roster import Hours, Line, Responder, Roster, Shift, Substitution

MONDAY = date(2026, 11, 23)
ALWAYS = tuple(Hours(day, time(0), time(0)) for day in range(7))
LINE = Line(
    "l", "+3280035243", "Allo", ("fr",), "Europe/Brussels", "+3225550100", None,
    20, 600, 30, False, ALWAYS, (),
)  # fmt: skip
PEOPLE = {name: Responder(name, name, "caw", ("fr",)) for name in "abc"}


def shift(name: str, starts: int, ends: int, *people: str, day: date = MONDAY, **more) -> Shift:
    return Shift(name, "caw", None, day, time(starts), time(ends), 1, people, **more)


def found(*shifts: Shift) -> list:
    return list(engagements(Roster(LINE, shifts, PEOPLE), MONDAY, MONDAY + timedelta(days=1)))


def hours(person: str, *shifts: Shift) -> list[tuple[int, int]]:
    """When a person is taken up, in wall time of winter."""
    own = [e for e in found(*shifts) if e.person == person]
    return sorted((e.begins.hour + 1, e.ends.hour + 1) for e in own)


def test_whoever_is_replaced_for_a_part_is_free_for_that_part():
    stands_in = (Substitution("x", "a", "b", time(11), time(12)),)
    one = shift("one", 9, 13, "a", substitutions=stands_in)
    assert hours("a", one) == [(9, 11), (12, 13)]
    assert hours("b", one) == [(11, 12)]


def test_shifts_that_touch_do_not_overlap_and_one_minute_more_does():
    first = shift("one", 9, 13, "a")
    assert overlaps(found(first, shift("two", 13, 17, "a"))) == []
    ((earlier, later),) = overlaps(found(first, shift("two", 12, 17, "a")))
    assert (earlier.on.shift.id, later.on.shift.id) == ("one", "two")


def test_a_night_reaches_into_the_next_morning():
    night = shift("night", 22, 6, "a")
    morning = shift("morning", 5, 9, "a", day=MONDAY + timedelta(days=1))
    assert len(overlaps(found(night, morning))) == 1


TIMES = st.integers(min_value=0, max_value=23)
SHIFTS = st.lists(st.tuples(TIMES, TIMES, st.sampled_from("abc")), max_size=8)


@given(SHIFTS)
def test_overlaps_are_those_that_comparing_everything_with_everything_finds(drawn):
    shifts = [shift(str(n), starts, ends, who) for n, (starts, ends, who) in enumerate(drawn)]
    everything = found(*shifts)
    expected = {
        frozenset((a.on.shift.id, b.on.shift.id))
        for a, b in combinations(everything, 2)
        if a.person == b.person and a.begins < b.ends and b.begins < a.ends
    }
    pairs = [frozenset((a.on.shift.id, b.on.shift.id)) for a, b in overlaps(everything)]
    assert set(pairs) == expected
    assert len(pairs) == len(expected)


def test_engagements_are_instants_in_utc():
    assert found(shift("one", 9, 13, "a"))[0].begins == datetime(2026, 11, 23, 8, tzinfo=UTC)
