"""Who stands in for whom, and when; and the other corners that the reference has brought up."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from routing.duty import holder, occurrences, on_duty, part, present, span
from routing.roster import Absence, Closure, Hours, Line, Responder, Roster, Shift, Substitution
from routing.wall import instant

BRUSSELS = ZoneInfo("Europe/Brussels")
MONDAY = date(2026, 11, 23)
SPRING, AUTUMN = date(2026, 3, 28), date(2026, 10, 24)  # whose nights change the clocks
PEOPLE = {name: Responder(name, name.upper(), "cssbse", ("fr",)) for name in "abcd"}
LINE = Line(
    "l", "+3280035243", "Allo", ("fr", "nl"), "Europe/Brussels", "+3225550100", None,
    20, 600, 30, False, tuple(Hours(day, time(0), time(0)) for day in range(7)), (),
)  # fmt: skip


def clock(text: str | None) -> time | None:
    return None if text is None else time.fromisoformat(text)


def instead(of: str, by: str, starts: str | None = None, ends: str | None = None) -> Substitution:
    return Substitution("x", of, by, clock(starts), clock(ends))


def shift(starts: str, ends: str, *subs: Substitution, people: str = "a", day=MONDAY) -> Shift:
    return Shift(
        "s", "cssbse", None, day, time.fromisoformat(starts), time.fromisoformat(ends), 1,
        tuple(people), substitutions=subs,
    )  # fmt: skip


def roster(*shifts: Shift, line: Line = LINE, **more) -> Roster:
    return Roster(line, shifts, PEOPLE, **more)


def at(text: str, day: date = MONDAY) -> datetime:
    return datetime.combine(day, time.fromisoformat(text), BRUSSELS).astimezone(UTC)


def names(of: Roster, when: datetime) -> str:
    return "".join(person.id for person in on_duty(of, when).responders)


def held(of: Shift, substitution: Substitution) -> str:
    """When a substitution holds, in local wall time."""
    (on,) = occurrences(roster(of), of.day)
    begins, ends = (when.astimezone(BRUSSELS) for when in part(on, substitution))
    return f"{begins:%a %H:%M} to {ends:%a %H:%M}" if begins < ends else "never"


@pytest.mark.parametrize(
    ("of", "starts", "ends", "when"),
    [
        (("09:00", "13:00"), None, None, "Mon 09:00 to Mon 13:00"),
        (("09:00", "13:00"), "11:00", None, "Mon 11:00 to Mon 13:00"),
        (("09:00", "13:00"), None, "11:00", "Mon 09:00 to Mon 11:00"),
        # The shift was moved afterwards, and the substitution lies over its edge or outside.
        (("09:00", "13:00"), "08:00", "10:00", "Mon 09:00 to Mon 10:00"),
        (("09:00", "13:00"), "12:00", "14:00", "Mon 12:00 to Mon 13:00"),
        (("09:00", "13:00"), "07:00", "09:00", "never"),
        (("09:00", "13:00"), "13:00", None, "never"),
        (("09:00", "13:00"), "11:00", "11:00", "never"),
        # Over midnight.
        (("22:00", "06:00"), "23:00", "02:00", "Mon 23:00 to Tue 02:00"),
        (("22:00", "06:00"), "02:00", None, "Tue 02:00 to Tue 06:00"),
        (("22:00", "06:00"), "21:00", "23:00", "Mon 22:00 to Mon 23:00"),
        # Day and night: the wall time of the beginning is that of the end.
        (("08:00", "08:00"), "20:00", None, "Mon 20:00 to Tue 08:00"),
        (("08:00", "08:00"), None, "20:00", "Mon 08:00 to Mon 20:00"),
        (("08:00", "08:00"), "06:00", "08:00", "Tue 06:00 to Tue 08:00"),
    ],
)
def test_a_substitution_holds_for_its_part_of_the_shift(of, starts, ends, when):
    assert held(shift(*of), instead("a", "b", starts, ends)) == when


@pytest.mark.parametrize(
    ("day", "starts", "ends", "when"),
    [
        # 02:00 to 03:00 does not come: what lies in it is nothing, what begins in it begins
        # with the leap. It never becomes the rest of the shift.
        (SPRING, "02:15", "02:45", "never"),
        (SPRING, "02:30", "03:15", "Sun 03:00 to Sun 03:15"),
        (SPRING, "01:00", "02:30", "Sun 01:00 to Sun 03:00"),
        # 02:00 to 03:00 comes twice: its first coming counts, for beginnings and ends.
        (AUTUMN, "01:30", "02:30", "Sun 01:30 to Sun 02:30"),
        (AUTUMN, "02:30", "03:00", "Sun 02:30 to Sun 03:00"),
    ],
)
def test_a_part_in_the_night_of_the_clock_change(day, starts, ends, when):
    assert held(shift("22:00", "06:00", day=day), instead("a", "b", starts, ends)) == when


def test_the_hour_that_comes_twice_belongs_to_whoever_has_its_second_half():
    night = shift("22:00", "06:00", instead("a", "b", "02:30", None), day=AUTUMN)
    first = at("02:29", AUTUMN + timedelta(days=1))
    assert names(roster(night), first) == "a"
    assert names(roster(night), first + timedelta(minutes=1)) == "b"
    assert names(roster(night), first + timedelta(hours=1)) == "b"  # 02:29 once more


@pytest.mark.parametrize(
    ("ends", "starts"), [("02:00", "02:00"), ("02:30", "02:30"), ("02:15", "02:45")]
)
def test_shifts_that_share_the_hour_left_out_meet_at_the_leap(ends: str, starts: str):
    early = shift("22:00", ends, day=SPRING)
    middle = shift(starts, "03:15", people="b", day=SPRING + timedelta(days=1))
    late = shift("03:15", "06:00", people="c", day=SPRING + timedelta(days=1))
    of = roster(early, middle, late)
    leap = datetime(2026, 3, 29, 1, tzinfo=UTC)
    walked = [names(of, leap + timedelta(minutes=n)) for n in (-1, 0, 14, 15, 40)]
    assert walked == ["a", "b", "b", "c", "c"]


@pytest.mark.parametrize("wall", ["02:00", "02:01", "02:30", "02:59", "03:00"])
def test_a_wall_time_that_is_left_out_means_the_moment_of_the_leap(wall: str):
    found = instant(date(2026, 3, 29), time.fromisoformat(wall), BRUSSELS)
    assert found == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_a_leap_at_midnight_takes_the_day_s_first_hour():
    azores = ZoneInfo("Atlantic/Azores")
    begins, ends = span(date(2026, 3, 29), time(0), time(2), azores)
    assert (begins, ends - begins) == (datetime(2026, 3, 29, 1, tzinfo=UTC), timedelta(hours=1))


@pytest.mark.parametrize(
    ("decided", "who"),
    [
        (["ab"], "b"),
        (["ab", "bc"], "c"),
        (["ab", "ba"], "a"),
        (["ab", "ba", "ab"], "b"),
        (["ab", "ac"], "c"),  # the last word about a person
        (["ac", "ab", "ba"], "a"),  # and what came before it has no say any more
        (["bc", "ab"], "b"),  # decided when b already stood elsewhere: it says so itself
        (["ab", "cd"], "b"),
        (["aa"], "a"),
    ],
)
def test_substitutions_are_read_in_the_order_in_which_they_were_decided(decided, who):
    subs = [instead(of, by) for of, by in decided]
    of = roster(shift("09:00", "13:00", *subs))
    assert names(of, at("10:00")) == who
    (on,) = occurrences(of, MONDAY)
    assert holder(on, "a", at("10:00")) == who


def test_a_stand_in_takes_the_place_of_one_person_and_hides_nobody():
    of = roster(shift("09:00", "13:00", instead("b", "d", "10:00", "11:00"), people="abc"))
    assert [names(of, at(when)) for when in ("09:59", "10:00", "11:00")] == ["abc", "adc", "abc"]


def test_a_stand_in_who_is_there_already_is_rung_once():
    of = roster(shift("09:00", "13:00", instead("a", "c"), people="abc"))
    assert names(of, at("10:00")) == "cb"


def test_a_substitution_reaches_into_no_other_shift():
    of = roster(shift("09:00", "13:00", instead("a", "b")), shift("09:00", "13:00"))
    assert names(of, at("10:00")) == "ba"


def test_who_is_absent_is_rung_nowhere_and_their_place_stays_empty():
    away = {name: (Absence(at("10:00"), at("11:00")),) for name in "ab"}
    of = roster(
        shift("09:00", "13:00", instead("c", "a"), people="cd"),
        shift("09:00", "13:00", people="b"),
        absences=away,
    )
    assert [names(of, at(when)) for when in ("09:59", "10:00", "10:59", "11:00")] == [
        "abd", "d", "d", "abd"
    ]  # fmt: skip
    (on, _) = occurrences(of, MONDAY)
    assert present(of, on, at("10:00")) == [(1, "d")]


def test_everybody_absent_is_a_reason_of_its_own():
    of = roster(shift("09:00", "13:00"), absences={"a": (Absence(at("09:00"), at("13:00")),)})
    assert on_duty(of, at("10:00")).reason == "absent"


def test_a_person_who_answers_no_longer_leaves_their_place_empty():
    of = roster(shift("09:00", "13:00", instead("b", "gone"), people="abc"))
    assert names(of, at("10:00")) == "ac"


def test_what_is_cancelled_is_not_worked_whether_weekly_or_dated():
    dated = replace(shift("09:00", "13:00"), cancelled=True)
    weekly = replace(dated, day=None, weekday=0)
    assert on_duty(roster(dated, weekly), at("10:00")).reason == "no_shift"


def test_an_occurrence_that_was_moved_is_worked_on_its_new_day_only():
    weekly = replace(shift("09:00", "13:00"), day=None, weekday=0, except_days=frozenset({MONDAY}))
    moved = shift("14:00", "16:00", people="b", day=MONDAY + timedelta(days=1))
    of = roster(weekly, moved)
    tuesday, next_week = MONDAY + timedelta(days=1), MONDAY + timedelta(days=7)
    assert names(of, at("10:00")) == ""
    assert names(of, at("15:00", tuesday)) == "b"
    assert names(of, at("10:00", next_week)) == "a"


@pytest.mark.parametrize(
    ("zone", "local", "here"),
    [
        ("America/New_York", "20:00", "02:00"),  # Monday evening there is Tuesday here
        ("Pacific/Auckland", "08:00", "20:00"),  # and Tuesday morning there Monday still
        ("Pacific/Kiritimati", "00:30", "11:30"),
    ],
)
def test_a_shift_of_another_zone_is_found_though_its_day_is_not_ours(zone, local, here):
    begins = datetime.combine(MONDAY, time.fromisoformat(local), ZoneInfo(zone))
    of = roster(replace(shift(local, "23:30"), zone=zone))
    assert begins.astimezone(BRUSSELS).strftime("%H:%M") == here
    assert names(of, begins.astimezone(UTC)) == "a"
    assert names(of, begins.astimezone(UTC) - timedelta(minutes=1)) == ""


def test_of_two_closed_days_whose_hours_overlap_the_later_is_named():
    hours = tuple(Hours(day, time(8), time(10)) for day in range(7))
    nights = tuple(Hours(day, time(20), time(10)) for day in range(7))
    shut = (Closure(MONDAY, {"fr": "un"}), Closure(MONDAY + timedelta(days=1), {"fr": "deux"}))
    line = replace(LINE, hours=hours + nights, closures=shut)
    duty = on_duty(roster(line=line), at("09:00", MONDAY + timedelta(days=1)))
    assert duty.closure == shut[1]


def test_an_instant_may_be_said_in_any_zone():
    of = roster(shift("09:00", "13:00"))
    assert names(of, at("09:00").astimezone(ZoneInfo("Asia/Tokyo"))) == "a"
