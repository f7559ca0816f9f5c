"""Rosters as Hypothesis makes them up: every kind of shift, in awkward weeks."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

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

# An ordinary Wednesday, and the Sundays on which the clocks of Brussels change.
MIDDLES = (date(2026, 11, 25), date(2026, 3, 29), date(2026, 10, 25))
PEOPLE = ("a", "b", "c", "d", "gone")  # the last no longer answers
SPOKEN = {"a": ("fr",), "b": ("nl", "fr"), "c": ("nl",), "d": ("fr", "ar")}
RESPONDERS = {name: Responder(name, name, "cssbse", SPOKEN[name]) for name in PEOPLE[:-1]}

# Few enough that edges meet; among them the hours that come twice, or not at all.
CLOCKS = tuple(
    time(*divmod(minutes, 60))
    for minutes in (0, 30, 60, 119, 120, 121, 135, 150, 165, 179, 180, 181, 195, 240, 360, 540,
                    720, 780, 1020, 1320, 1380, 1439)
)  # fmt: skip
clocks = st.sampled_from(CLOCKS)
languages = st.lists(st.sampled_from(("fr", "nl", "ar")), max_size=2).map(tuple)
line_zones = st.sampled_from(("Europe/Brussels",) * 5 + ("Atlantic/Azores",))
shift_zones = st.sampled_from((None,) * 7 + ("Europe/London", "America/New_York", "Asia/Tokyo"))


def days(middle: date) -> st.SearchStrategy[date]:
    """Mostly the two days that share the night before ``middle``."""
    return st.sampled_from((-1, -1, -1, 0, 0, 1, -2)).map(lambda n: middle + timedelta(days=n))


def rarely(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from((False, False, False, True)).flatmap(
        lambda drawn: strategy if drawn else st.none()
    )


@st.composite
def substitutions(draw: st.DrawFn, people: tuple[str, ...]) -> Substitution:
    return Substitution(
        "x",
        draw(st.sampled_from((*people, *people, *PEOPLE))),
        draw(st.sampled_from(PEOPLE)),
        draw(st.none() | clocks),
        draw(st.none() | clocks),
    )


@st.composite
def shifts(draw: st.DrawFn, middle: date) -> Shift:
    day = draw(days(middle))
    weekly = draw(st.booleans())
    people = tuple(draw(st.lists(st.sampled_from(PEOPLE), max_size=4, unique=True)))
    return Shift(
        id="s",
        service="cssbse",
        weekday=day.weekday() if weekly else None,
        day=None if weekly else day,
        starts=draw(clocks),
        ends=draw(clocks),
        needed=draw(st.integers(0, 3)),
        responders=people,
        languages=draw(languages),
        substitutions=tuple(draw(st.lists(substitutions(people), max_size=4))),
        zone=draw(shift_zones),
        since=draw(rarely(days(middle))) if weekly else None,
        until=draw(rarely(days(middle))) if weekly else None,
        except_days=frozenset(draw(st.lists(days(middle), max_size=1))) if weekly else frozenset(),
        cancelled=draw(st.sampled_from((False,) * 9 + (True,))),
    )


@st.composite
def absences(draw: st.DrawFn, middle: date) -> Absence:
    midnight = datetime.combine(middle, time(0), UTC)
    starts = midnight + timedelta(minutes=draw(st.integers(-900, 600)))
    return Absence(starts, starts + timedelta(minutes=draw(st.integers(1, 900))))


@st.composite
def hours(draw: st.DrawFn, middle: date) -> Hours:
    return Hours(
        draw(days(middle)).weekday(),
        draw(clocks),
        draw(clocks),
        draw(rarely(days(middle))),
        draw(rarely(days(middle))),
    )


@st.composite
def lines(draw: st.DrawFn, middle: date) -> Line:
    always = tuple(Hours(weekday, time(0), time(0)) for weekday in range(7))
    shut = draw(rarely(st.lists(days(middle), max_size=2, unique=True))) or ()
    return Line(
        "l", "+3280035243", "Allo", ("fr", "nl"), draw(line_zones), "+3225550100", None,
        20, 600, 30, False,
        always + tuple(draw(st.lists(hours(middle), max_size=2)))
        if draw(st.sampled_from((True, True, False)))
        else tuple(draw(st.lists(hours(middle), max_size=6))),
        tuple(Closure(day, {"fr": str(day)}) for day in shut),
    )  # fmt: skip


@st.composite
def rosters(draw: st.DrawFn, middle: date) -> Roster:
    """A roster for the days around one."""
    away = st.dictionaries(
        st.sampled_from(PEOPLE), st.lists(absences(middle), max_size=2).map(tuple), max_size=3
    )
    return Roster(
        line=draw(lines(middle)),
        shifts=tuple(draw(st.lists(shifts(middle), min_size=1, max_size=5))),
        responders=RESPONDERS,
        absences=draw(away),
    )
