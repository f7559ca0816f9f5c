"""The comparing of weeks by itself: tables, and rosters as Hypothesis makes them up."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.week_diff import compare
from planning.week_plan import Scene, Step, WeekPlan
from planning.week_slots import Slot, of_standing, of_week
from planning.week_taken import remaining
from routing.duty import occurrences
from routing.engagements import engagements, overlaps
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

ZONE = "Europe/Brussels"
MONDAY = date(2026, 11, 30)
SPRING = date(2027, 3, 22)  # its Sunday has no 02:30
EARLY = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)
WEEK = 7 * DAY
PEOPLE = {name: Responder(name, name, "a", ("fr",)) for name in ("ann", "bob", "cleo", "dan")}
ALWAYS = tuple(Hours(n, time(0), time(0)) for n in range(7))


def roster(*shifts: Shift, hours: Any = ALWAYS, closures: Any = (), **more: Any) -> Roster:
    line = Line("L", "+3280035243", "L", ("fr",), ZONE, "", None, 1, 1, 1, False, hours, closures)
    people = more.pop("people", PEOPLE)
    known = excepted(shifts)
    return Roster(line, known, people, **more)


def excepted(shifts: Any) -> tuple[Shift, ...]:
    """The weekly shifts know their exceptions."""
    return tuple(
        replace(
            shift,
            except_days=frozenset(s.weekly_day for s in shifts if s.weekly_id == shift.id),
        )
        if shift.weekday is not None
        else shift
        for shift in shifts
    )


def weekly(name: str, weekday: int, starts: int, ends: int, *people: str, **more: Any) -> Shift:
    service = more.pop("service", "a")
    return Shift(name, service, weekday, None, time(starts), time(ends), 1, people, **more)


def dated(name: str, day: date, starts: int, ends: int, *people: str, **more: Any) -> Shift:
    service = more.pop("service", "a")
    return Shift(name, service, None, day, time(starts), time(ends), 1, people, **more)


def slot(weekday: int, starts: int, ends: int, *people: str, **more: Any) -> Slot:
    return Slot("a", weekday, time(starts), time(ends), ZONE, people=people, **more)


def plan(
    of: Roster, *slots: Slot, mode: Any = "replace", at: datetime = EARLY, monday: date = MONDAY
) -> WeekPlan:
    (found,) = compare(Scene({"L": of}, "L", {}, at), lambda _: slots, [monday], mode)
    return found


def acts(found: WeekPlan) -> list[tuple[str, int]]:
    return [(step.act, step.day.weekday()) for step in found.steps]


ids = count()


def after(of: Roster, steps: list[Step]) -> Roster:
    """The roster once the steps are written, as the writer writes them."""
    shifts = {shift.id: shift for shift in of.shifts}
    for step in steps:
        row, then = step.row, step.then
        if step.act == "restore":
            assert row is not None
            del shifts[row.id]
        elif row is None or row.weekday is not None:
            _insert(shifts, step)
        elif then is None and row.weekly_id is None:
            del shifts[row.id]
        elif then is None:
            shifts[row.id] = replace(row, cancelled=True, responders=(), substitutions=())
        else:
            gone = set(row.responders) - set(then.people)
            shifts[row.id] = replace(
                _as_shift(row.id, step.day, then),
                substitutions=remaining(row.substitutions, gone),
                weekly_id=row.weekly_id,
                weekly_day=row.weekly_day,
            )
    return replace(of, shifts=excepted(tuple(shifts.values())))


def _insert(shifts: dict[str, Shift], step: Step) -> None:
    name = f"new{next(ids)}"
    what = step.then or step.was
    assert what is not None
    made = replace(_as_shift(name, step.day, what), cancelled=step.then is None)
    if step.row is not None:
        made = replace(made, weekly_id=step.row.id, weekly_day=step.day)
    shifts[name] = made


def _as_shift(name: str, day: date, what: Slot) -> Shift:
    return Shift(
        name, what.service, None, day, what.starts, what.ends, what.needed, what.people,
        what.languages, zone=what.zone,
    )  # fmt: skip


# --- what is there, what is wanted, what happens

ANN = weekly("w", 0, 9, 13, "ann")


@pytest.mark.parametrize(
    ("there", "wanted", "expected"),
    [
        ([], [slot(0, 9, 13, "ann")], [("add", 0)]),
        ([ANN], [slot(0, 9, 13, "ann")], []),
        ([ANN], [], [("remove", 0)]),
        ([ANN], [slot(0, 9, 13, "bob")], [("change", 0)]),
        ([ANN], [slot(0, 9, 13, "ann", needed=2)], [("change", 0)]),
        ([ANN], [slot(0, 9, 12, "ann")], [("add", 0), ("remove", 0)]),
        ([ANN], [slot(1, 9, 13, "ann")], [("remove", 0), ("add", 1)]),
        ([dated("d", MONDAY, 9, 13, "ann")], [slot(0, 9, 13, "ann")], []),
        ([ANN, ANN], [slot(0, 9, 13, "ann")], [("remove", 0)]),
    ],
)
def test_a_week_becomes_what_is_wanted_and_no_more_is_touched(there, wanted, expected):
    named = [replace(shift, id=f"{shift.id}{n}") for n, shift in enumerate(there)]
    assert sorted(acts(plan(roster(*named), *wanted))) == sorted(expected)


def test_filling_adds_what_is_missing_and_changes_nothing_else():
    of = roster(ANN, dated("d", MONDAY + DAY, 9, 13, "bob"))
    found = plan(of, slot(0, 9, 13, "cleo"), slot(2, 9, 13, "dan"), mode="fill")
    assert acts(found) == [("add", 2)]
    assert found.kept == 2


@pytest.mark.parametrize(
    "exception",
    [
        dated("d", MONDAY, 9, 13, "bob", weekly_id="w", weekly_day=MONDAY),
        dated("d", MONDAY, 9, 13, weekly_id="w", weekly_day=MONDAY, cancelled=True),
        dated("d", MONDAY + DAY, 9, 13, "ann", weekly_id="w", weekly_day=MONDAY),
        dated("d", MONDAY, 14, 17, "ann", weekly_id="w", weekly_day=MONDAY),
    ],
    ids=["changed", "called off", "moved to another day", "moved on its day"],
)
def test_what_the_standing_week_says_follows_it_again(exception: Shift):
    of = roster(ANN, exception)
    found = plan(of, *of_standing(of, MONDAY))
    assert [(step.act, step.row) for step in found.steps] == [("restore", exception)]
    assert after(of, found.steps).shifts == roster(ANN).shifts


def test_an_exception_that_went_to_another_week_is_not_fetched_back():
    away = dated("d", MONDAY + WEEK, 9, 13, "ann", weekly_id="w", weekly_day=MONDAY)
    of = roster(ANN, away)
    found = plan(of, *of_standing(of, MONDAY))
    assert [(step.act, step.row) for step in found.steps] == [("add", None)]


def test_a_promise_to_stand_in_is_not_lost_where_the_people_stay():
    sub = Substitution("s", "ann", "dan")
    own = dated(
        "d", MONDAY, 9, 13, "ann", "bob", weekly_id="w", weekly_day=MONDAY, substitutions=(sub,)
    )
    of = roster(ANN, own)
    found = plan(of, slot(0, 9, 13, "ann"))
    assert acts(found) == [("change", 0)]  # not back to the standing week: Dan stands in
    assert after(of, found.steps).shifts[1].substitutions == (sub,)
    found = plan(of, slot(0, 9, 13, "bob"))
    assert [each.code for each in found.warnings] == ["week_ends_substitution"]


def test_a_promise_to_stand_in_comes_before_a_new_place():
    sub = Substitution("s", "ann", "dan")
    first = dated("d", MONDAY, 9, 13, "cleo", service="b")
    second = dated("e", MONDAY, 9, 13, "ann", substitutions=(sub,))
    wanted = replace(slot(0, 9, 13, "dan"), service="b"), slot(0, 9, 13, "ann", "bob")
    found = plan(roster(first, second), *wanted)
    assert [step.then.people for step in found.steps if step.then] == [("ann", "bob"), ()]


def test_somebody_who_is_stood_in_for_keeps_their_place_while_they_are_elsewhere():
    sub = Substitution("s", "ann", "dan")
    own = dated("d", MONDAY, 9, 13, "ann", substitutions=(sub,))
    of = roster(own, dated("e", MONDAY, 9, 13, "ann", service="b"))
    keep = replace(slot(0, 9, 13, "ann"), service="b")
    found = plan(of, keep, slot(0, 9, 13, "ann", "bob"))
    assert [step.then.people for step in found.steps if step.then] == [("ann", "bob")]
    assert found.left_open == []


def test_nobody_is_put_in_two_places_on_whatever_line():
    other = replace(roster(dated("o", MONDAY, 12, 15, "ann")))
    of = roster()
    scene = Scene({"L": of, "M": other}, "L", {"ann": "Ann"}, EARLY)
    slots = [slot(0, 9, 13, "ann", "bob"), slot(0, 12, 13, "bob")]
    (found,) = compare(scene, lambda _: slots, [MONDAY], "replace")
    assert [step.then.people for step in found.steps if step.then] == [("bob",), ()]
    assert [each.code for each in found.left_open] == ["left_open_busy"] * 2


def test_who_no_longer_answers_leaves_an_open_place_and_is_named():
    found = plan(roster(), slot(0, 9, 13, "gone", "ann"))
    assert [step.then.people for step in found.steps if step.then] == [("ann",)]
    assert [each.code for each in found.left_open] == ["left_open_gone"]


def test_who_is_absent_is_kept_and_told():
    noon = datetime(2026, 11, 30, 11, tzinfo=UTC)
    away = {"ann": (Absence(noon, noon + DAY),)}
    found = plan(roster(absences=away), slot(0, 9, 13, "ann"))
    assert [step.then.people for step in found.steps if step.then] == [("ann",)]
    assert [each.code for each in found.warnings] == ["is_absent"]


@pytest.mark.parametrize(
    ("of", "wanted", "monday", "code"),
    [
        (roster(closures=(Closure(MONDAY),)), slot(0, 9, 13), MONDAY, "week_slot_closed"),
        (roster(hours=(Hours(0, time(9), time(12)),)), slot(0, 9, 13), MONDAY, "week_slot_outside"),
        (roster(), replace(slot(6, 2, 8), starts=time(2, 30)), SPRING, "week_slot_no_time"),
        (roster(), slot(6, 2, 3), SPRING, "week_slot_no_time"),
    ],
)
def test_what_cannot_be_there_is_left_out_and_listed(of, wanted, monday, code):
    found = plan(of, wanted, monday=monday)
    assert found.steps == []
    assert [each.why.code for each in found.left_out] == [code]


def test_a_night_over_the_clock_change_is_planned():
    found = plan(roster(), slot(5, 22, 6, "ann"), monday=SPRING)
    assert acts(found) == [("add", 5)]


def test_a_day_on_which_the_line_stays_closed_is_not_touched_at_all():
    of = roster(ANN, dated("d", MONDAY, 14, 15, "bob"), closures=(Closure(MONDAY),))
    assert plan(of, slot(0, 9, 13, "cleo")).steps == []
    assert plan(of, *of_week(of, MONDAY)).left_out == []  # it is as wanted: nothing to tell


def test_what_has_begun_is_never_touched():
    noon = datetime(2026, 11, 30, 11, tzinfo=UTC)  # a shift from 9 runs
    of = roster(ANN, weekly("later", 0, 13, 17, "ann"))
    found = plan(of, slot(0, 9, 13, "bob"), slot(0, 10, 14, "bob"), at=noon)
    assert [(step.act, step.row and step.row.id) for step in found.steps] == [("remove", "later")]
    assert [each.why.code for each in found.left_out] == ["week_slot_begun"] * 2


def test_a_shift_of_the_week_before_takes_people_up_over_midnight():
    of = roster(dated("d", MONDAY - DAY, 22, 6, "ann"))
    found = plan(of, slot(0, 5, 9, "ann"))
    assert [each.code for each in found.left_open] == ["left_open_busy"]


# --- whatever the roster is

hours_of_day = st.integers(0, 23)
names = st.lists(st.sampled_from(("ann", "bob", "cleo", "dan", "gone")), max_size=3, unique=True)


@st.composite
def rosters(draw: st.DrawFn) -> Roster:
    shifts: list[Shift] = []
    for n in range(draw(st.integers(0, 5))):
        shift = weekly(f"w{n}", draw(st.integers(0, 2)), draw(hours_of_day), draw(hours_of_day),
                       *draw(names), since=draw(st.none() | st.just(MONDAY + DAY)))  # fmt: skip
        shifts.append(shift)
        if draw(st.booleans()):
            own = MONDAY + (shift.weekday or 0) * DAY
            shifts.append(_exception(draw, shift, own))
    for n in range(draw(st.integers(0, 4))):
        day = MONDAY + draw(st.integers(-1, 8)) * DAY
        shifts.append(
            dated(
                f"d{n}",
                day,
                draw(hours_of_day),
                draw(hours_of_day),
                *draw(names),
                substitutions=draw(subs),
            )
        )
    closed = draw(st.lists(st.sampled_from([Closure(MONDAY), Closure(MONDAY + DAY)]), max_size=1))
    hours = draw(st.sampled_from([ALWAYS, tuple(Hours(n, time(8), time(18)) for n in range(7))]))
    return roster(*shifts, hours=hours, closures=tuple(closed))


subs = st.lists(
    st.builds(
        Substitution,
        st.just("s"),
        st.sampled_from(["ann", "bob"]),
        st.sampled_from(["cleo", "dan"]),
    ),
    max_size=1,
).map(tuple)


def _exception(draw: st.DrawFn, shift: Shift, own: date) -> Shift:
    day = own + draw(st.sampled_from([0, 0, 0, 1, 7])) * DAY
    cancelled = draw(st.booleans())
    people = () if cancelled else tuple(draw(names))
    starts = draw(st.just(shift.starts.hour) | hours_of_day)
    return dated(
        f"x{shift.id}", day, starts, shift.ends.hour, *people,
        weekly_id=shift.id, weekly_day=own, cancelled=cancelled,
        substitutions=() if cancelled else draw(subs),
    )  # fmt: skip


slots = st.lists(
    st.builds(
        lambda weekday, starts, ends, people: slot(weekday, starts, ends, *people),
        st.integers(0, 2), hours_of_day, hours_of_day, names,
    ),
    max_size=6,
)  # fmt: skip
instants = st.sampled_from([EARLY, datetime(2026, 11, 30, 11, tzinfo=UTC)])
modes = st.sampled_from(["replace", "fill"])
content = slots | st.just(None)  # None: the standing week


def wanted_of(of: Roster, wanted: list[Slot] | None) -> list[Slot]:
    return of_standing(of, MONDAY) if wanted is None else wanted


@given(rosters(), content, instants, modes)
def test_doing_it_twice_changes_nothing_more(of, wanted, at, mode):
    slots_ = wanted_of(of, wanted)
    once = after(of, plan(of, *slots_, mode=mode, at=at).steps)
    assert plan(once, *slots_, mode=mode, at=at).steps == []


@given(rosters(), content, instants, modes)
def test_only_what_has_a_step_is_different_afterwards(of, wanted, at, mode):
    steps = plan(of, *wanted_of(of, wanted), mode=mode, at=at).steps
    once = after(of, steps)
    touched = {step.row.id for step in steps if step.row}
    for shift in of.shifts:
        if shift.id not in touched and shift.weekday is None:
            assert shift in once.shifts
    for n in range(-1, 9):
        day = MONDAY + n * DAY
        now = [on for on in occurrences(once, day) if on.begins <= at]
        was = [on for on in occurrences(of, day) if on.begins <= at]
        assert [(on.day, on.begins, on.shift.responders) for on in now] == [
            (on.day, on.begins, on.shift.responders) for on in was
        ]


@given(rosters(), content, instants, modes)
def test_nobody_comes_to_be_in_two_shifts_at_once(of, wanted, at, mode):
    def clashes(it: Roster) -> set[Any]:
        return {
            (one.person, *sorted((_place(one.on), _place(other.on))))
            for one, other in overlaps(engagements(it, MONDAY - 3 * DAY, MONDAY + 10 * DAY))
            if one.person in PEOPLE
        }

    def _place(on: Any) -> tuple[Any, ...]:
        return on.day, on.shift.starts, on.shift.ends, on.shift.service

    once = after(of, plan(of, *wanted_of(of, wanted), mode=mode, at=at).steps)
    assert clashes(once) <= clashes(of)


@given(rosters(), content, instants)
def test_filling_never_takes_anything_away(of, wanted, at):
    steps = plan(of, *wanted_of(of, wanted), mode="fill", at=at).steps
    assert all(step.act in ("add", "restore") and step.was is None for step in steps)


@given(st.data())
def test_a_week_that_is_copied_back_means_what_it_meant(data):
    """With people of their own for every shift, nothing can stand in the way."""
    of = data.draw(rosters())
    people = {f"p{n}": Responder(f"p{n}", f"p{n}", "a", ("fr",)) for n in range(40)}
    numbers = count()

    def own(shift: Shift) -> Shift:
        mine = () if shift.cancelled else (f"p{next(numbers)}",)
        return replace(shift, responders=mine, substitutions=())

    of = roster(*(own(shift) for shift in of.shifts), people=people)
    before = of_week(of, MONDAY)
    others = [each.with_people([f"p{next(numbers)}"]) for each in data.draw(slots)]
    other = after(of, plan(of, *others).steps)
    assert sorted(map(repr, of_week(other, MONDAY))) == sorted(map(repr, others))
    back = after(other, plan(other, *before).steps)
    assert sorted(map(repr, of_week(back, MONDAY))) == sorted(map(repr, before))
