"""Where two things happen at once, late, twice or not at all: nobody is lost, nothing is lost."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from callbacks.dialler import DiallerError
from logging_db import offers as book
from logging_db.cipher import FieldCipher, phone_place
from logging_db.federation import import_federation
from logging_db.tables import call_events, callback_requests, calls, legs, lines, offers, responders
from telephony import jobs, words
from telephony.desk import Desk
from tests.edge import OTHER_LINE, Edge, no_book, two_lines
from tests.provider import LINE, SID, document, said, verbs
from tests.stories.cast import FEDERATION

UNCLEAR = DiallerError("no answer", unclear=True)


class DeadlockError(Exception):
    """What the driver raises when the database has chosen us as the victim."""

    sqlstate = "40P01"


@pytest.fixture
def edge(provider, desk, bell, dialler, clock) -> Edge:
    return Edge(provider, desk, bell, dialler, clock)


# --- the caller between the queue and the room


@pytest.mark.parametrize("responder_was_in", [False, True])
def test_a_caller_alone_in_a_room_goes_back_into_the_line(edge: Edge, responder_was_in):
    edge.claimed()
    since = edge.rows(calls.c.waiting_at)
    edge.work_off()
    if responder_was_in:
        edge.room("participant-join", "responder")
        edge.room("participant-leave", "responder")
        edge.room("conference-end")
    edge.page("room")
    edge.room("participant-join", "caller")
    edge.clock.forward(8)
    edge.says(0, "completed")
    edge.tick(3)
    assert edge.redirects() == ["room", "after"]
    back = edge.page("after")
    assert verbs(back) == ["Say", "Enqueue"]
    assert edge.rows(calls.c.state, calls.c.waiting_at) == [("waiting", since[0])]
    if responder_was_in:
        assert "gardez votre place" in said(back)
    else:  # for eight seconds both were on the line: they may have met
        assert "passez en premier" in said(back)
    edge.hangs_up()
    assert edge.rows(calls.c.outcome) == ["abandoned" if responder_was_in else "answered"]


def test_a_caller_who_is_being_forwarded_is_not_fetched_back(edge: Edge):
    edge.claimed()
    edge.work_off()
    forwarded = edge.provider.post("/voice/fallback", ErrorCode="11200")
    assert document(forwarded).find("Dial/Number").text == "+3225550199"
    edge.work_off()
    assert edge.redirects(edge.leg(0)["CallSid"]) == ["after"]
    for _ in range(20):
        edge.tick(2)
    assert edge.redirects() == ["room"]  # what was asked before, and no more
    edge.hangs_up()
    assert edge.rows(calls.c.outcome) == ["failed"]


def test_a_responder_whose_caller_was_forwarded_is_told_though_the_bell_was_lost(edge: Edge):
    edge.claimed()
    edge.work_off()
    edge.provider.post("/voice/fallback", ErrorCode="11200")
    edge.bell.rung.clear()
    edge.tick(20)
    assert edge.redirects(edge.leg(0)["CallSid"]) == ["after"]
    told = edge.provider.post(
        edge.path(edge.dialler.placed[0].answer_url).replace("/answer", "/after"), **edge.leg(0)
    )
    assert "La personne a raccroché" in said(told)


def test_a_claimed_caller_whom_nobody_moves_leaves_the_queue_for_the_room(edge: Edge):
    edge.claimed()
    edge.bell.rung.clear()
    edge.clock.forward(7)
    assert "Quelqu'un va vous répondre" in said(edge.page("wait"))
    edge.clock.forward(2)
    assert verbs(edge.page("wait")) == ["Leave", "Redirect"]
    assert document(edge.page("left", QueueResult="leave")).find("Dial/Conference") is not None
    edge.tick(30)
    assert edge.redirects() == []  # they are there: nobody need move them
    assert edge.rows(calls.c.state) == ["talking"]


# --- the book is away for a while


def test_without_the_book_a_waiting_caller_leaves_the_queue_and_is_forwarded(edge: Edge):
    queued = edge.waits()
    with no_book(edge):
        heard = edge.provider.follow(queued, "Enqueue", "waitUrl")
        for _ in range(3):
            assert "Vous restez en ligne" in said(heard)
            heard = edge.provider.follow(heard, "Redirect")
        assert verbs(heard)[0] == "Leave"  # a document of the queue may not dial
        left = edge.provider.follow(queued, "Enqueue", "action", QueueResult="leave")
        assert verbs(left)[0] == "Say"
        assert document(left).find("Dial/Number").text == "+3225550199"


# --- requests that come twice


def test_a_repeated_request_on_a_closed_line_hears_the_same_words(edge: Edge):
    edge.clock.forward(9 * 3600)
    first, second = (said(edge.provider.post("/voice/incoming")) for _ in range(2))
    assert "Elle rouvre demain à 9 heures" in first
    assert first == second


def test_a_repeated_language_key_repeats_the_offer_in_that_language(edge: Edge):
    edge.nobody_on_duty()
    menu = edge.provider.post("/voice/incoming")
    first, second = (edge.provider.follow(menu, "Gather", Digits="2") for _ in range(2))
    assert "Wilt u dat wij u terugbellen, druk 1" in said(second)
    assert said(first) == said(second)


@pytest.mark.parametrize(("failures", "enters"), [(1, True), (2, False)])
def test_what_the_database_breaks_off_is_done_once_more_and_then_apologised_for(
    edge: Edge, monkeypatch: pytest.MonkeyPatch, failures, enters
):
    edge.hears_the_wait()
    edge.work_off()
    left, real = [None] * failures, book.move_offer

    def move_offer(*args: Any, **more: Any) -> bool:
        if left:
            left.pop()
            raise OperationalError("UPDATE offers", {}, DeadlockError())
        return real(*args, **more)

    monkeypatch.setattr(book, "move_offer", move_offer)
    with capture_logs():
        answer = edge.takes(0)
    assert (document(answer).find("Dial/Conference") is not None) == enters
    assert ("Toutes nos excuses" in said(answer)) != enters
    assert edge.rows(calls.c.state) == ["claimed" if enters else "waiting"]
    assert [job for job, _ in edge.bell.rung].count("move") == int(enters)


# --- placing


def test_every_ring_names_the_fallback_which_answers_in_words(edge: Edge):
    edge.waits()
    edge.work_off()
    assert {ring.fallback_url for ring in edge.dialler.placed} == {
        "https://voice.example.org/voice/fallback"
    }
    answer = edge.provider.post("/voice/fallback", ErrorCode="11200", **edge.leg(0))
    assert "Toutes nos excuses" in said(answer)
    assert document(answer).find(".//Dial") is None
    assert len(edge.rows(calls.c.id)) == 1


def test_while_the_provider_cannot_be_asked_a_telephone_that_may_ring_is_not_rung(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
):
    edge.waits()
    edge.dialler.fail_next(UNCLEAR)
    edge.work_off()
    first = edge.dialler.placed[0].to

    def find(*_: Any) -> str | None:
        raise UNCLEAR

    monkeypatch.setattr(edge.dialler, "find", find)
    for _ in range(9):
        edge.tick(10)
        edge.page("wait")  # the caller is still there
    assert "failed" not in edge.rows(offers.c.state)
    assert [ring.to for ring in edge.dialler.placed].count(first) == 1
    edge.tick(1)
    assert edge.rows(offers.c.state).count("failed") == 1


def test_a_caller_who_left_while_being_matched_rings_nobody(edge: Edge):
    edge.waits()
    jobs.run(edge.desk, *edge.bell.rung.pop(0))
    edge.execute("UPDATE calls SET state = 'ended', outcome = 'abandoned', ended_at = seen_at")
    edge.work_off()
    assert edge.dialler.placed == []
    assert edge.rows(offers.c.state, offers.c.open) == [("withdrawn", False)] * 3
    assert edge.rows(legs.c.state) == ["ended"] * 3


def test_when_the_clock_is_set_back_calls_are_placed_all_the_same(edge: Edge):
    edge.execute("UPDATE pace SET next_at = :at", at=edge.clock().timestamp() + 3600)
    edge.desk = Desk(**{**vars(edge.desk), "calls_per_second": 1.0})
    edge.waits()
    edge.tick()
    edge.tick(5)
    assert len(edge.dialler.placed) == 3


def test_a_responder_whose_number_does_not_open_is_given_back(edge: Edge):
    (alice,) = (i for i, n in edge.rows(responders.c.id, responders.c.name) if n == "Alice Martin")
    sealed = FieldCipher(b"x" * 32).seal("+32470000001", phone_place(alice))
    edge.execute("UPDATE responders SET phone = :sealed WHERE id = :id", sealed=sealed, id=alice)
    edge.waits()
    edge.work_off()
    assert len(edge.dialler.placed) == 2
    mine = [row[1:] for row in edge.rows(offers.c.responder_id, offers.c.state, offers.c.open)
            if row[0] == alice]  # fmt: skip
    assert mine == [("failed", False)]
    assert sorted(edge.rows(legs.c.ending), key=str) == [None, None, "failed"]


def test_whoever_was_rung_in_vain_because_another_was_faster_may_be_rung_again_at_once(edge: Edge):
    edge.claimed()
    edge.work_off()
    for index in (1, 2):
        edge.says(index, "canceled")
    edge.says(0, "completed")  # the faster one is gone before the caller came
    edge.bell.rung.clear()
    edge.tick(1)
    again = {ring.to for ring in edge.dialler.placed[3:]}
    assert again == {ring.to for ring in edge.dialler.placed[1:3]}


# --- the rest


@pytest.mark.parametrize(
    ("language", "far", "near"),
    [("fr", "le 4 janvier à 9 heures", "mercredi à 9 heures"),
     ("nl", "op 4 januari om 9 uur", "woensdag om 9 uur"),
     ("en", "on 4 January at", "Wednesday at")],
)  # fmt: skip
def test_an_opening_more_than_six_days_ahead_is_said_with_its_date(language, far, near):
    now = datetime(2026, 12, 24, 18)  # noqa: DTZ001 # both in the line's zone
    assert far in words.moment(datetime(2027, 1, 4, 9), now, language)  # noqa: DTZ001
    assert near in words.moment(datetime(2026, 12, 30, 9), now, language)  # noqa: DTZ001


@pytest.mark.parametrize(("served", "seconds", "rung"), [(LINE, 29, 0), (LINE, 31, 3),
                                                         (OTHER_LINE, 1, 3)])  # fmt: skip
def test_the_wrap_up_is_that_of_the_line_last_served(edge: Edge, served, seconds, rung):
    federation = two_lines(FEDERATION.replace("wrap_up_seconds = 30", "wrap_up_seconds = 0", 1))
    import_federation(edge.desk.engine, edge.desk.cipher, federation)
    line_id = dict(edge.rows(lines.c.number, lines.c.id))[served]
    edge.asked_for_a_callback()  # any past work will do
    (request_id,) = edge.rows(callback_requests.c.id)
    edge.execute("UPDATE callback_requests SET due_at = expires_at")
    with edge.desk.engine.begin() as connection:
        for responder_id in edge.rows(responders.c.id):
            offer_id = book.open_offer(connection, line_id=line_id, responder_id=responder_id,
                                       at=edge.clock(), callback_id=request_id)  # fmt: skip
            book.move_offer(connection, offer_id, "taken", taken_at=edge.clock())
            book.close_offer(connection, offer_id, edge.clock())
    edge.clock.forward(seconds)
    other = OTHER_LINE if served == LINE else LINE
    edge.bell.rung.clear()
    edge.waits(To=other, CallSid="CA" + "2" * 32)
    edge.work_off()
    assert len(edge.dialler.placed) == rung


def test_a_late_request_for_the_wait_does_not_put_a_talking_caller_into_the_queue(edge: Edge):
    edge.moved()
    edge.room("conference-start")
    edge.page("wait")
    assert edge.rows(calls.c.state, calls.c.place) == [("talking", "room")]
    edge.tick(15)
    assert edge.redirects() == ["room"]


def test_long_words_of_the_provider_do_not_break_the_fallback(edge: Edge):
    edge.waits()
    again = edge.provider.post("/voice/fallback", ErrorCode="9" * 200)
    assert verbs(again) == ["Say", "Enqueue"]
    left = edge.page("left", QueueResult="x" * 200)
    assert "Pour que nous vous rappelions" in said(left)
    noted = dict(edge.rows(call_events.c.kind, call_events.c.detail))
    assert len(noted["fallback"]) == len(noted["queue_error"]) == 64


def test_the_music_of_a_room_plays_and_is_asked_for_with_a_signature(edge: Edge):
    path = "/voice/rooms/" + "0" * 32 + "/music"
    played = edge.provider.post(path)
    assert verbs(played) == ["Play"]
    assert document(played).find("Play").text == "https://voice.example.org/media/waiting.wav"
    assert edge.provider.raw(path, "CallSid=" + SID, "forged").status_code == 403
    assert edge.rows(func.count(calls.c.id)) == [0]
