from datetime import UTC, datetime, timedelta
from itertools import combinations, permutations

from hypothesis import given
from hypothesis import strategies as st

from routing.matching import REST, RING_AT_ONCE, Free, Work, match

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


def waiting(name: str, seconds: int, language: str = "fr", **more: object) -> Work:
    return Work(name, language, AT - timedelta(seconds=seconds), **more)  # type: ignore[arg-type]


def idle(name: str, *languages: str, minutes: int | None = None, order: int = 0) -> Free:
    since = None if minutes is None else AT - timedelta(minutes=minutes)
    return Free(name, languages or ("fr",), order, since)


def pairs(work: list[Work], free: list[Free]) -> list[tuple[str, str]]:
    return [(m.work_id, m.responder_id) for m in match(work, free, AT)]


def test_who_waits_longest_gets_who_has_been_idle_longest():
    work = [waiting("late", 5), waiting("early", 50)]
    free = [idle("rested", minutes=9), idle("busy lately", minutes=1)]
    assert pairs(work, free) == [("early", "rested"), ("late", "busy lately")]


def test_who_was_not_yet_rung_today_comes_before_everybody_in_ring_order():
    free = [idle("b", order=1), idle("a", order=0), idle("worked", minutes=60)]
    assert pairs([waiting("call", 5)], free) == [("call", "a"), ("call", "b"), ("call", "worked")]


def test_up_to_three_ring_for_one_caller():
    free = [idle(name, order=n) for n, name in enumerate("abcde")]
    assert [responder for _, responder in pairs([waiting("call", 5)], free)] == ["a", "b", "c"]


def test_everybody_gets_one_before_anybody_gets_two():
    work = [waiting("first", 50), waiting("second", 40)]
    free = [idle(name, order=n) for n, name in enumerate("abc")]
    assert pairs(work, free) == [("first", "a"), ("second", "b"), ("first", "c")]


def test_a_bilingual_responder_is_left_to_the_caller_who_needs_them():
    work = [waiting("french", 50), waiting("dutch", 10, "nl")]
    free = [idle("both", "nl", "fr", minutes=90), idle("one", "fr", minutes=1)]
    assert set(pairs(work, free)) == {("french", "one"), ("dutch", "both")}


def test_the_earlier_caller_is_served_when_only_one_can_be():
    work = [waiting("early", 50), waiting("late", 10)]
    assert pairs(work, [idle("only")]) == [("early", "only")]


def test_live_calls_come_before_callbacks():
    work = [waiting("callback", 5000, is_call=False), waiting("call", 5)]
    assert pairs(work, [idle("only")]) == [("call", "only")]


def test_whoever_declined_rests_and_then_comes_again_after_the_others():
    just_now, long_ago = AT - REST / 2, AT - REST * 2
    assert pairs([waiting("call", 60, offered={"only": just_now})], [idle("only")]) == []
    again = waiting("call", 60, offered={"first": long_ago})
    free = [idle("first", order=0), idle("second", order=1)]
    assert pairs([again], free) == [("call", "second"), ("call", "first")]


def test_a_call_that_rings_already_is_given_more_people_only_up_to_the_limit():
    free = [idle(name, order=n) for n, name in enumerate("abc")]
    assert len(pairs([waiting("call", 5, ringing=2)], free)) == RING_AT_ONCE - 2


languages = st.sets(st.sampled_from(["fr", "nl", "en"]), min_size=1).map(tuple)
free_lists = st.lists(languages, max_size=6).map(
    lambda spoken: [Free(f"r{n}", tongue, n) for n, tongue in enumerate(spoken)]
)
work_lists = st.lists(st.sampled_from(["fr", "nl", "en"]), max_size=5).map(
    lambda wanted: [waiting(f"c{n}", 100 - n, tongue) for n, tongue in enumerate(wanted)]
)


@given(work_lists, free_lists)
def test_nobody_is_rung_for_two_things_or_in_a_language_they_do_not_speak(work, free):
    found = match(work, free, AT)
    rung = [m.responder_id for m in found]
    assert len(rung) == len(set(rung))
    speaks = {person.id: person.languages for person in free}
    wants = {item.id: item.language for item in work}
    assert all(wants[m.work_id] in speaks[m.responder_id] for m in found)
    for item in work:
        assert sum(m.work_id == item.id for m in found) <= RING_AT_ONCE


@given(work_lists, free_lists)
def test_as_many_are_served_as_can_be_and_the_earliest_of_them(work, free):
    """Against brute force: the set served is the first, in order of arrival, that can be."""
    found = match(work, free, AT)
    served = {m.work_id for m in found}
    assert served == _best(work, free)


def _best(work: list[Work], free: list[Free]) -> set[str]:
    for size in range(min(len(work), len(free)), 0, -1):
        for chosen in combinations(work, size):
            for people in permutations(free, size):
                if all(w.language in p.languages for w, p in zip(chosen, people, strict=True)):
                    return {w.id for w in chosen}
    return set()


@given(work_lists, free_lists)
def test_nobody_who_could_help_stays_idle_while_somebody_waits_unrung(work, free):
    found = match(work, free, AT)
    rung = {m.responder_id for m in found}
    served = {m.work_id for m in found}
    for item in work:
        if item.id not in served:
            assert not any(
                item.language in person.languages for person in free if person.id not in rung
            )
