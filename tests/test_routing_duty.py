from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.duty import on_duty, span
from routing.opening import next_opening
from routing.roster import Closure, Hours, Line, Responder, Roster, Shift

BRUSSELS = ZoneInfo("Europe/Brussels")
ALICE = Responder("a", "Alice", "cssbse", ("fr",))
BRAM = Responder("b", "Bram", "caw", ("nl", "fr"))
WEEK = range(5)


def clock(hour: int, minute: int = 0) -> time:
    return time(hour, minute)


def line(
    hours: tuple[Hours, ...] = tuple(Hours(day, time(9), time(17)) for day in WEEK),
    closures: tuple[Closure, ...] = (),
) -> Line:
    return Line(
        "l", "+3280035243", "Allo", ("fr", "nl"), "Europe/Brussels", "+3225550100", None,
        20, 600, 30, False, hours, closures,
    )  # fmt: skip


def shift(weekday: int, starts: int, ends: int, *people: str, day: date | None = None) -> Shift:
    return Shift(
        "s", "cssbse", None if day else weekday, day, clock(starts), clock(ends), 1, people
    )


def roster(*shifts: Shift, of: Line | None = None) -> Roster:
    return Roster(of or line(), shifts, {"a": ALICE, "b": BRAM})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS).astimezone(UTC)


@pytest.mark.parametrize(
    ("when", "open_", "reason", "names"),
    [
        ("2026-11-23T08:59:59", False, "closed", []),
        ("2026-11-23T09:00", True, None, ["Alice"]),  # half-open: the first instant counts
        ("2026-11-23T12:59:59", True, None, ["Alice"]),
        ("2026-11-23T13:00", True, "no_shift", []),  # and the last does not
        ("2026-11-23T16:59:59", True, "no_shift", []),
        ("2026-11-23T17:00", False, "closed", []),
        ("2026-11-28T10:00", False, "closed", []),  # Saturday
        ("2026-12-28T10:00", False, "closure", []),
    ],
)
def test_who_is_on_duty(when, open_, reason, names):
    shut = line(closures=(Closure(date(2026, 12, 28), {"fr": "Pont"}),))
    duty = on_duty(roster(shift(0, 9, 13, "a"), of=shut), at(when))
    assert (duty.open, duty.reason) == (open_, reason)
    assert [person.name for person in duty.responders] == names


def test_a_language_that_nobody_speaks_is_a_reason_of_its_own():
    duty = on_duty(roster(shift(0, 9, 13, "a")), at("2026-11-23T10:00"), "nl")
    assert (duty.open, duty.reason, duty.responders) == (True, "language", ())


def test_a_shift_without_anybody_is_an_absence():
    assert on_duty(roster(shift(0, 9, 13)), at("2026-11-23T10:00")).reason == "absent"


def test_an_empty_roster_is_a_normal_state():
    assert on_duty(roster(), at("2026-11-23T10:00")).reason == "no_shift"


def test_the_firsts_of_parallel_shifts_come_before_the_seconds():
    people = on_duty(
        roster(shift(0, 9, 13, "a", "b"), shift(0, 9, 13, "b", "a")), at("2026-11-23T10:00")
    ).responders
    assert [person.name for person in people] == ["Alice", "Bram"]


def test_a_night_shift_ends_the_next_morning():
    night = line(hours=tuple(Hours(day, time(0), time(0)) for day in range(7)))
    late = roster(shift(0, 22, 6, "a"), of=night)
    assert on_duty(late, at("2026-11-23T23:00")).responders == (ALICE,)
    assert on_duty(late, at("2026-11-24T02:00")).responders == (ALICE,)
    assert on_duty(late, at("2026-11-24T06:00")).responders == ()
    assert on_duty(late, at("2026-11-23T02:00")).responders == ()


def test_a_dated_shift_holds_on_its_day_only():
    once = roster(shift(0, 9, 13, "b", day=date(2026, 11, 24)))
    assert on_duty(once, at("2026-11-24T10:00")).responders == (BRAM,)
    assert on_duty(once, at("2026-11-25T10:00")).responders == ()


def test_the_day_that_clocks_go_back_has_an_hour_more_and_loses_nobody():
    begins, ends = span(date(2026, 10, 25), time(0), time(6), BRUSSELS)
    assert ends - begins == timedelta(hours=7)


def test_the_day_that_clocks_go_forward_has_an_hour_less():
    begins, ends = span(date(2026, 3, 29), time(0), time(6), BRUSSELS)
    assert ends - begins == timedelta(hours=5)


@pytest.mark.parametrize("day", [date(2026, 3, 28), date(2026, 10, 24), date(2026, 11, 23)])
@given(cut=st.integers(min_value=1, max_value=23 * 60))
def test_shifts_that_touch_on_paper_touch_in_fact(day: date, cut: int):
    """Also in the nights of the clock change: no instant is lost, none belongs to two."""
    middle = time(cut // 60, cut % 60)
    after = day + timedelta(days=1)
    for on in (day, after):
        first = span(on, time(0), middle, BRUSSELS)
        second = span(on, middle, time(0), BRUSSELS)
        assert first[1] == second[0]
        assert first[0] < first[1] <= second[1]


def test_the_next_opening_skips_the_weekend_and_the_holiday():
    shut = line(closures=(Closure(date(2026, 11, 30), {}),))
    opens = next_opening(shut, at("2026-11-27T18:00"))
    assert opens == datetime(2026, 12, 1, 9, tzinfo=BRUSSELS)


def test_a_line_that_never_opens_says_nothing_about_when():
    assert next_opening(line(hours=()), at("2026-11-23T10:00")) is None
