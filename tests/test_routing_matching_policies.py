"""What a line may choose, whom it widens to, and who goes before whom."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from routing.matching import (
    ALL_AT_ONCE,
    CHOICES,
    FAIR_SHARE,
    REST,
    ROSTER_ORDER,
    Free,
    Policy,
    Work,
    in_order,
    match,
)
from tests.examples import examples

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def call(name: str, waited: int = 10, language: str = "fr", **more: object) -> Work:
    return Work(name, language, AT - waited * SECOND, **more)  # type: ignore[arg-type]


def callback(name: str, promise: timedelta, **more: object) -> Work:
    return call(name, 3000, is_call=False, promised=AT + promise, **more)


def idle(name: str, *languages: str, minutes: int = 0, **more: object) -> Free:
    since = AT - timedelta(minutes=minutes) if minutes else None
    return Free(name, languages or ("fr",), more.pop("order", 0), since, **more)  # type: ignore[arg-type]


def rung(work: list[Work], free: list[Free], policy: Policy) -> list[tuple[str, str]]:
    return [(one.work_id, one.responder_id) for one in match(work, free, AT, policy)]


# Whom a line chooses


def test_in_roster_order_the_first_is_rung_first_however_lately_they_talked():
    free = [idle("second", order=1, minutes=90), idle("first", order=0, minutes=1)]
    found = rung([call("c")], free, Policy(ROSTER_ORDER))
    assert found == [("c", "first"), ("c", "second")]


def test_a_fair_share_goes_to_the_service_that_took_least_for_its_hours():
    free = [
        idle("busy", service="a", load=3.0, minutes=90),
        idle("quiet", service="b", load=0.5, minutes=1),
        idle("rested", service="b", load=0.5, minutes=5),
    ]
    found = rung([call("c")], free, Policy(FAIR_SHARE))
    assert [responder for _, responder in found] == ["rested", "quiet", "busy"]


def test_all_are_rung_at_once_up_to_the_limit():
    free = [idle(name, order=n) for n, name in enumerate("abcdef")]
    found = rung([call("c")], free, Policy(ALL_AT_ONCE, ring_at_once=5))
    assert [responder for _, responder in found] == list("abcde")


def test_ringing_all_at_once_leaves_one_for_everybody_who_waits():
    free = [idle(name, order=n) for n, name in enumerate("abc")]
    found = rung([call("one", 50), call("two", 40)], free, Policy(ALL_AT_ONCE, ring_at_once=10))
    assert found == [("one", "a"), ("two", "b"), ("one", "c")]


# Whom it widens to


def test_those_whose_own_language_it_is_come_before_others_who_speak_it():
    free = [idle("dutch", "nl", "fr", minutes=90), idle("french", "fr", minutes=1)]
    assert rung([call("c")], free, Policy()) == [("c", "french"), ("c", "dutch")]


def test_backup_people_are_rung_only_after_a_while_and_after_the_others():
    free = [idle("behind", backup=True, minutes=90), idle("on duty", minutes=1)]
    policy = Policy(backup_after=60 * SECOND)
    assert rung([call("c", 59)], free, policy) == [("c", "on duty")]
    assert rung([call("c", 60)], free, policy) == [("c", "on duty"), ("c", "behind")]
    assert rung([call("c", 600)], free, Policy()) == [("c", "on duty")]  # a line without backup


def test_where_nobody_on_duty_speaks_the_language_backup_people_are_rung_at_once():
    free = [idle("behind", "nl", backup=True), idle("on duty", "fr")]
    policy = Policy(backup_after=60 * SECOND)
    assert rung([call("c", 1, "nl", unattended=True)], free, policy) == [("c", "behind")]


def test_backup_people_are_not_rung_for_callbacks():
    free = [idle("behind", backup=True)]
    assert rung([callback("b", timedelta(hours=1))], free, Policy(backup_after=SECOND)) == []


def test_the_people_of_the_service_that_is_asked_for_come_first_but_others_do_too():
    free = [idle("other", service="b", minutes=90), idle("asked", service="a", minutes=1)]
    found = rung([call("c", service="a")], free, Policy())
    assert [responder for _, responder in found] == ["asked", "other"]


# Who goes before whom


def test_a_callback_whose_promise_ends_soon_goes_before_callers():
    work = [call("caller", 500), callback("soon", timedelta(minutes=10))]
    assert rung(work, [idle("only")], Policy()) == [("soon", "only")]
    work = [call("caller", 5), callback("later", timedelta(minutes=16))]
    assert rung(work, [idle("only")], Policy()) == [("caller", "only")]


def test_one_such_callback_at_a_time():
    near = [callback("first", timedelta(minutes=1)), callback("second", timedelta(minutes=2))]
    work = [*near, call("caller", 5)]
    assert [w.id for w in in_order(work, AT, Policy())] == ["first", "caller", "second"]
    ringing = [callback("first", timedelta(minutes=1), ringing=1), near[1], call("caller", 5)]
    assert next(w.id for w in in_order(ringing, AT, Policy())) == "caller"


def test_who_is_moved_to_the_front_goes_before_all():
    work = [
        call("early", 500),
        callback("soon", timedelta(minutes=1)),
        call("front", 5, front=True),
    ]
    assert rung(work, [idle("only")], Policy()) == [("front", "only")]


def test_several_at_the_front_keep_their_order_of_arrival():
    work = [call("second", 20, front=True), call("first", 30, front=True), call("early", 500)]
    assert [w.id for w in in_order(work, AT, Policy())] == ["first", "second", "early"]


# Whom a coordinator sent it to


def test_whoever_a_call_was_sent_to_is_rung_for_it_alone():
    free = [idle("rested", minutes=90), idle("wanted", minutes=1)]
    assert rung([call("c", wanted="wanted")], free, Policy()) == [("c", "wanted")]
    ringing = call("c", wanted="wanted", wanted_rings=True, ringing=1, offered={"wanted": AT})
    assert rung([ringing], [idle("rested")], Policy()) == []


def test_a_call_may_be_sent_to_somebody_who_only_stands_by():
    free = [idle("on duty"), idle("wanted", backup=True)]
    assert rung([call("c", wanted="wanted")], free, Policy()) == [("c", "wanted")]


def test_where_whoever_it_was_sent_to_cannot_take_it_everybody_is_rung():
    others = [idle("one"), idle("two", order=1)]
    everybody = [("c", "one"), ("c", "two")]
    assert rung([call("c", wanted="busy")], others, Policy()) == everybody
    dutch = [*others, idle("wanted", "nl")]
    assert rung([call("c", wanted="wanted")], dutch, Policy()) == everybody
    missed = call("c", wanted="wanted", offered={"wanted": AT})
    assert rung([missed], [*others, idle("wanted")], Policy()) == everybody


def test_being_sent_to_somebody_is_no_better_place_in_the_line_and_no_worse():
    work = [call("early", 500, "nl"), call("sent", 5, wanted="both")]
    free = [idle("both", "nl", "fr"), idle("french", order=1)]
    assert set(rung(work, free, Policy())) == {("early", "both"), ("sent", "french")}
    early = [call("early", 500), call("sent", 5, wanted="both")]
    assert set(rung(early, free, Policy())) == {("early", "french"), ("sent", "both")}


# Held against chance

tongues = st.lists(st.sampled_from(["fr", "nl", "en"]), min_size=1, max_size=3, unique=True)
people = st.lists(
    st.builds(
        lambda spoken, minutes, order, service, load, backup: (
            tuple(spoken), minutes, order, service, load, backup
        ),
        tongues, st.integers(0, 90), st.integers(0, 3), st.sampled_from(["a", "b"]),
        st.sampled_from([0.0, 1.5]), st.booleans(),
    ),
    max_size=7,
).map(
    lambda rows: [
        idle(f"r{n}", *spoken, minutes=minutes, order=order, service=service, load=load,
             backup=backup)
        for n, (spoken, minutes, order, service, load, backup) in enumerate(rows)
    ]
)  # fmt: skip
policies = st.builds(
    Policy,
    choice=st.sampled_from(CHOICES),
    ring_at_once=st.integers(1, 5),
    backup_after=st.sampled_from([None, timedelta(0), 60 * SECOND]),
)


@st.composite
def lines(draw: st.DrawFn) -> list[Work]:
    made = []
    for n in range(draw(st.integers(0, 6))):
        language = draw(st.sampled_from(["fr", "nl", "en"]))
        before = draw(st.dictionaries(st.integers(0, 6), st.integers(1, 90), max_size=3))
        offered = {f"r{who}": AT - seconds * SECOND for who, seconds in before.items()}
        waited, ringing = draw(st.integers(0, 120)), draw(st.sampled_from([0, 0, 0, 1, 2]))
        if draw(st.booleans()):
            more = {"ringing": ringing, "offered": offered, "front": draw(st.booleans())}
            more["wanted"] = draw(st.sampled_from([None, None, "r0", "r1", "r5", "gone"]))
            more["wanted_rings"] = bool(more["wanted"] and ringing == 1)
            made.append(call(f"w{n}", waited, language, unattended=language == "en", **more))
        else:
            promise = timedelta(minutes=draw(st.integers(-5, 60)))
            made.append(
                callback(f"w{n}", promise, language=language, ringing=ringing, offered=offered)
            )
    return made


def place(work: Work) -> tuple[bool, datetime, str]:
    return not work.front, work.arrived, work.id


def may_take(one: Free, work: Work, policy: Policy) -> bool:
    """What must hold of each pair, said again and differently."""
    if work.language not in one.languages:
        return False
    if one.id in work.offered and AT - work.offered[one.id] < REST:
        return False
    if not one.backup or (work.wanted == one.id and one.id not in work.offered):
        return True
    return (
        policy.backup_after is not None
        and work.is_call
        and (work.unattended or work.arrived + policy.backup_after <= AT)
    )


@given(lines(), people, policies)
@examples(200)
def test_whoever_is_rung_may_be_and_for_one_thing_only(work, free, policy):
    found = match(work, free, AT, policy)
    by_id, of_id = {w.id: w for w in work}, {f.id: f for f in free}
    assert len({m.responder_id for m in found}) == len(found)
    assert all(may_take(of_id[m.responder_id], by_id[m.work_id], policy) for m in found)
    for item in work:
        new = sum(m.work_id == item.id for m in found)
        assert item.ringing + new <= max(policy.ring_at_once, item.ringing, 1)


@given(lines(), people, policies)
@examples(200)
def test_nobody_who_could_take_somebody_unrung_is_left_idle(work, free, policy):
    found = match(work, free, AT, policy)
    busy = {m.responder_id for m in found}
    rung_for = {m.work_id for m in found} | {w.id for w in work if w.ringing}
    for item in work:
        if item.id not in rung_for:
            assert not [f.id for f in free if f.id not in busy and may_take(f, item, policy)]


@given(lines(), people, policies)
@examples(200)
def test_within_a_language_nobody_is_passed_over_by_somebody_who_came_later(work, free, policy):
    fresh = [w for w in work if w.is_call and not w.ringing and not w.offered]
    served = {m.work_id for m in match(work, free, AT, policy)}
    for late in fresh:
        for early in fresh:
            if early.language == late.language and place(early) < place(late) and not late.wanted:
                assert early.id in served or late.id not in served


@given(lines(), people, policies)
def test_whom_a_call_was_sent_to_is_alone_unless_somebody_before_has_them(work, free, policy):
    found = match(work, free, AT, policy)
    holder = {m.responder_id: m.work_id for m in found}
    able = {f.id: f for f in free}
    for item in work:
        new = [m.responder_id for m in found if m.work_id == item.id]
        if item.wanted_rings:
            assert new == []
        elif item.wanted in able and item.wanted not in item.offered and not item.ringing:
            speaks = item.language in able[item.wanted].languages
            assert not speaks or new == [item.wanted] or item.wanted in holder


@given(lines(), people, policies)
@examples(200)
def test_nobody_is_rung_twice_for_one_call_before_the_others(work, free, policy):
    found = match(work, free, AT, policy)
    busy = {m.responder_id for m in found}
    by_id = {w.id: w for w in work}
    for one in found:
        item = by_id[one.work_id]
        if one.responder_id in item.offered:
            fresh = [f for f in free if f.id not in item.offered and may_take(f, item, policy)]
            assert all(f.id in busy for f in fresh)


@given(lines(), people, policies)
def test_the_order_of_what_is_handed_in_does_not_matter(work, free, policy):
    there = match(work, free, AT, policy)
    assert there == match(work[::-1], free[::-1], AT, policy)
