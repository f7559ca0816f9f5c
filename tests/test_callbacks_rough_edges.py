"""Callbacks where something goes wrong: nobody is given up who was not reached."""

from datetime import UTC, datetime

import pytest

from callbacks.dialler import DiallerError
from logging_db.cipher import FieldCipher, callback_place
from logging_db.tables import callback_attempts, callback_requests, calls, consents, legs
from telephony import jobs
from tests.edge import Edge, no_book
from tests.provider import CALLER, said, verbs

REFUSED = DiallerError("no such number", code=21211)
CHRISTMAS_EVE = datetime(2026, 12, 24, 15, 50, tzinfo=UTC)  # a Thursday, 16:50 in Brussels
MONDAY_AFTER = datetime(2026, 12, 28, 8, 0, tzinfo=UTC)  # 9:00: the line opens again


@pytest.fixture
def edge(provider, desk, bell, dialler, clock) -> Edge:
    return Edge(provider, desk, bell, dialler, clock)


# --- a callback is reached when two people met, and not before


def test_a_callback_whose_responder_leaves_during_the_greeting_is_tried_again_soon(edge: Edge):
    callee = edge.callback_taken()
    edge.room("participant-join", "responder")
    edge.says(callee, "in-progress")
    assert "Vous avez demandé à être rappelé" in said(edge.picks_up(callee))
    edge.room("participant-leave", "responder")
    edge.says(0, "completed")
    edge.tick(3)
    sid = edge.leg(callee)["CallSid"]
    assert edge.redirects(sid) == ["after"]
    told = edge.provider.post(f"/voice/legs/{edge.live_callee()}/after", **edge.leg(callee))
    assert "Nous vous rappellerons dès que possible" in said(told)
    edge.clock.forward(20)  # long words: time says nothing where the room has spoken
    edge.says(callee, "completed")
    assert edge.request() == ("due", None, 0, True)
    assert edge.rows(callback_attempts.c.outcome) == ["not-connected"]
    assert edge.is_due_in(120)


def test_somebody_rung_back_into_a_room_that_was_just_left_was_not_reached(edge: Edge):
    callee = edge.callback_taken()
    edge.room("participant-join", "responder")
    edge.picks_up(callee)
    edge.room("participant-leave", "responder")
    edge.room("conference-end")
    edge.room("participant-join", "caller")  # the greeting was longer: now alone
    edge.says(0, "completed")
    edge.clock.forward(15)
    edge.room("participant-leave", "caller")
    edge.says(callee, "completed")
    assert edge.request() == ("due", None, 0, True)


@pytest.mark.parametrize("signs", [("conference-start",), ("participant-join",)])
def test_a_callback_in_which_both_met_is_reached_however_short(edge: Edge, signs):
    callee = edge.callback_taken()
    edge.picks_up(callee)
    for event in signs:
        edge.room(event, "responder")
        edge.room(event, "caller")
    edge.clock.forward(3)
    edge.says(callee, "completed")
    assert edge.request() == ("closed", "reached", 1, False)


@pytest.mark.parametrize(("seconds", "state"), [(9, "due"), (11, "closed")])
def test_without_a_word_of_the_room_a_callback_goes_by_the_time(edge: Edge, seconds, state):
    callee = edge.callback_taken()
    edge.picks_up(callee)
    edge.clock.forward(seconds)
    edge.says(callee, "completed")
    assert edge.request()[0] == state


def test_news_of_a_talk_that_comes_after_the_end_closes_the_callback_all_the_same(edge: Edge):
    callee = edge.callback_taken()
    edge.picks_up(callee)
    edge.clock.forward(4)
    edge.says(callee, "completed")
    assert edge.request()[0] == "due"
    edge.room("conference-start")
    assert edge.request() == ("closed", "reached", 1, False)
    assert edge.rows(callback_attempts.c.outcome) == ["reached"]


def test_responders_who_leave_before_anybody_was_rung_use_up_no_attempt(edge: Edge):
    edge.asked_for_a_callback()
    edge.work_off()
    for n in range(3):
        index = len(edge.dialler.placed) - 1  # whoever was rung last takes it
        edge.takes(index)
        edge.bell.rung.clear()
        edge.says(index, "completed")
        assert edge.request() == ("due", None, 0, True)
        for other in range(index):
            edge.says(other, "canceled")
        edge.bell.rung.clear()
        edge.tick(121 * 2**n)
    assert CALLER not in {ring.to for ring in edge.dialler.placed}


def test_callbacks_that_the_provider_refuses_to_place_use_up_no_attempt(edge: Edge):
    edge.asked_for_a_callback()
    edge.work_off()
    for n in range(3):
        responder = len(edge.dialler.placed) - 1
        edge.takes(responder)
        edge.dialler.fail_next(REFUSED)
        jobs.run(edge.desk, "place", edge.live_callee())
        assert edge.request() == ("due", None, 0, True)
        for index in range(responder + 1):
            edge.says(index, "completed")
        edge.bell.rung.clear()
        edge.tick(121 * 2**n)


def test_a_callback_that_can_never_be_placed_is_given_up_and_forgotten_in_the_end(edge: Edge):
    edge.asked_for_a_callback()
    edge.work_off()
    for n in range(8):
        responder = len(edge.dialler.placed) - 1
        edge.takes(responder)
        edge.dialler.fail_next(REFUSED)
        jobs.run(edge.desk, "place", edge.live_callee())
        for index in range(responder + 1):
            edge.says(index, "completed")
        edge.bell.rung.clear()
        if n < 7:
            edge.tick(min(121 * 2**n, 3601))
    assert edge.request() == ("closed", "unreachable", 1, False)


def test_three_times_no_answer_is_unreachable_and_the_number_is_erased(edge: Edge):
    edge.asked_for_a_callback()
    edge.work_off()
    for attempt in (1, 2, 3):
        responder = len(edge.dialler.placed) - 1
        edge.takes(responder)
        jobs.run(edge.desk, "place", edge.live_callee())
        edge.says(len(edge.dialler.placed) - 1, "no-answer")
        assert edge.request()[2] == attempt
        for index in range(responder + 1):
            edge.says(index, "completed")
        edge.bell.rung.clear()
        edge.tick(3601)
    assert edge.request() == ("closed", "unreachable", 3, False)


def test_a_callback_whose_number_does_not_open_is_told_to_the_responder(edge: Edge):
    edge.asked_for_a_callback()
    edge.work_off()
    (request_id,) = edge.rows(callback_requests.c.id)
    sealed = FieldCipher(b"x" * 32).seal(CALLER, callback_place(request_id))
    edge.execute("UPDATE callback_requests SET number = :sealed", sealed=sealed)
    edge.takes(0)
    edge.work_off()
    assert CALLER not in {ring.to for ring in edge.dialler.placed}
    assert edge.redirects(edge.leg(0)["CallSid"]) == ["after"]
    assert edge.request()[0] == "due"


def test_a_callee_who_was_being_placed_when_the_request_closed_is_let_go(edge: Edge):
    callee = edge.callback_taken()
    edge.execute("UPDATE legs SET state = 'placing', provider_sid = NULL WHERE party = 'caller'")
    edge.execute(
        "UPDATE callback_requests SET state = 'closed', outcome = 'withdrawn', number = NULL,"
        " closed_at = asked_at"
    )
    for _ in range(5):
        edge.tick(5)
    assert ("caller", "ended") in edge.rows(legs.c.party, legs.c.state)
    assert len(edge.dialler.placed) == callee + 1


# --- over the holidays


def test_a_callback_asked_for_before_christmas_is_still_due_when_the_line_opens_again(edge: Edge):
    edge.clock.at = CHRISTMAS_EVE
    edge.asked_for_a_callback()
    edge.bell.rung.clear()
    for at in (datetime(2026, 12, 27, 16, 0, tzinfo=UTC), MONDAY_AFTER):
        edge.clock.at = at
        edge.tick()
    assert edge.request() == ("due", None, 0, True)
    assert len(edge.dialler.placed) == 3
    for at in (datetime(2026, 12, 29, 15, 59, tzinfo=UTC), datetime(2026, 12, 29, 16, tzinfo=UTC)):
        assert edge.request()[0] == "due"
        edge.clock.at = at
        edge.tick()
    assert edge.request() == ("closed", "expired", 0, False)


# --- keys that come late, twice, or change a mind


def test_star_after_the_number_was_read_back_leads_back_to_the_same_place_in_line(edge: Edge):
    entry = edge.provider.follow(edge.asks_where(), "Gather", Digits="2")
    since = edge.rows(calls.c.waiting_at)
    edge.clock.forward(100)
    read_back = edge.provider.follow(entry, "Gather", Digits="022345678", FinishedOnKey="#")
    assert edge.request()[3]
    back = edge.provider.follow(read_back, "Gather", Digits="*")
    assert verbs(back) == ["Redirect"]  # still in the queue: no second Enqueue there
    assert "Vous êtes la prochaine" in said(edge.provider.follow(back, "Redirect"))
    assert edge.rows(calls.c.state, calls.c.waiting_at) == [("waiting", since[0])]
    assert edge.request() == ("closed", "withdrawn", 0, False)
    assert edge.rows(consents.c.withdrawn_at) != [None]


@pytest.mark.parametrize(
    ("ended", "kept"), [({}, 1), ({"FinishedOnKey": "#"}, 1), ({"FinishedOnKey": ""}, 0)]
)
def test_an_entry_counts_unless_the_provider_says_that_it_timed_out(edge: Edge, ended, kept):
    entry = edge.provider.follow(edge.asks_where(), "Gather", Digits="2")
    edge.provider.follow(entry, "Gather", Digits="022345678", **ended)
    assert len(edge.rows(callback_requests.c.id)) == kept


def test_a_confirming_key_told_after_the_end_is_a_callback(edge: Edge):
    asked = edge.asks_where()
    edge.hangs_up()
    assert edge.rows(calls.c.outcome) == ["abandoned"]
    edge.provider.follow(asked, "Gather", Digits="1", CallStatus="completed")
    assert edge.rows(calls.c.outcome) == ["callback"]
    assert edge.request() == ("due", None, 0, True)
    assert len(edge.rows(consents.c.id)) == 1


def test_a_hiccup_on_the_callback_key_leads_back_to_the_offer(edge: Edge):
    edge.nobody_on_duty()
    asked = edge.provider.follow(edge.waits(), "Gather", Digits="1")
    with no_book(edge):
        hiccup = edge.provider.follow(asked, "Gather", Digits="1")
    again = edge.provider.follow(hiccup, "Redirect")
    assert "Pour que nous vous rappelions, tapez 1" in said(again)
    asked = edge.provider.follow(again, "Gather", Digits="1")
    assert "C'est noté" in said(edge.provider.follow(asked, "Gather", Digits="1"))
