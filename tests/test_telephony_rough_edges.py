"""Where two things happen at once, late, twice or not at all: nobody is lost, nothing is lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, text
from structlog.testing import capture_logs

from callbacks.dialler import DiallerError
from logging_db import offers as book
from logging_db.cipher import FieldCipher, callback_place, phone_place
from logging_db.engine import read
from logging_db.federation import import_federation
from logging_db.tables import (
    call_events,
    callback_attempts,
    callback_requests,
    calls,
    consents,
    legs,
    lines,
    offers,
    responders,
)
from telephony import jobs, sweep, words
from telephony.desk import Desk
from tests.doubles import CountingBell, RecordingDialler, StillClock
from tests.provider import CALLER, LINE, SID, Provider, document, said, verbs
from tests.stories.cast import FEDERATION

OTHER_LINE = "+3280099999"
UNCLEAR = DiallerError("no answer", unclear=True)
REFUSED = DiallerError("no such number", code=21211)
CHRISTMAS_EVE = datetime(2026, 12, 24, 15, 50, tzinfo=UTC)  # a Thursday, 16:50 in Brussels
MONDAY_AFTER = datetime(2026, 12, 28, 8, 0, tzinfo=UTC)  # 9:00: the line opens again


class Edge:
    """The provider's edge, seen from both sides: what is posted to it and what it asks for."""

    def __init__(
        self,
        provider: Provider,
        desk: Desk,
        bell: CountingBell,
        dialler: RecordingDialler,
        clock: StillClock,
    ) -> None:
        self.provider, self.desk, self.bell = provider, desk, bell
        self.dialler, self.clock = dialler, clock

    # --- our side

    def work_off(self) -> None:
        while self.bell.rung:
            jobs.run(self.desk, *self.bell.rung.pop(0))

    def tick(self, seconds: float = 0) -> None:
        self.clock.forward(seconds)
        sweep.tick(self.desk)

    def rows(self, *columns: Any) -> list[Any]:
        with read(self.desk.engine) as connection:
            found = connection.execute(select(*columns)).all()
        return [row[0] if len(columns) == 1 else tuple(row) for row in found]

    def execute(self, statement: str, **values: Any) -> None:
        with self.desk.engine.begin() as connection:
            connection.execute(text(statement), values)

    def nobody_on_duty(self) -> None:
        self.execute("DELETE FROM assignments")
        self.execute("UPDATE counters SET value = value + 1 WHERE name = 'roster'")

    # --- the caller

    def waits(self, key: str = "1", **more: Any):
        return self.provider.follow(
            self.provider.post("/voice/incoming", **more), "Gather", Digits=key, **more
        )

    def hears_the_wait(self):
        return self.provider.follow(self.waits(), "Enqueue", "waitUrl")

    def hangs_up(self) -> None:
        self.provider.post("/voice/status", CallStatus="completed")

    def page(self, name: str, **more: Any):
        (call_id,) = self.rows(calls.c.id)
        return self.provider.post(
            f"/voice/calls/{call_id}/{name}", CallStatus="in-progress", **more
        )

    def asks_where(self):
        return self.provider.follow(self.hears_the_wait(), "Gather", Digits="1")

    def asked_for_a_callback(self) -> None:
        noted = self.provider.follow(self.asks_where(), "Gather", Digits="1")
        assert "C'est noté" in said(noted)
        self.hangs_up()

    # --- the legs

    def path(self, url: str) -> str:
        return url.removeprefix(self.desk.public_url)

    def leg(self, index: int) -> dict[str, str]:
        return {"CallSid": f"CA{index + 1:032x}", "Direction": "outbound-api"}

    def picks_up(self, index: int):
        url = self.dialler.placed[index].answer_url
        leg = self.leg(index) | {"CallStatus": "in-progress"}
        return self.provider.post(self.path(url), **leg)

    def takes(self, index: int):
        return self.provider.follow(
            self.picks_up(index), "Gather", Digits="1", **self.leg(index), CallStatus="in-progress"
        )

    def says(self, index: int, status: str) -> int:
        url = self.dialler.placed[index].status_url
        return self.provider.post(self.path(url), **self.leg(index), CallStatus=status).status_code

    def redirects(self, sid: str = SID) -> list[str]:
        """The pages that a call was sent to, in order."""
        asked = [one for one in self.dialler.asked if one[:2] == ("redirect", sid)]
        return [one[2].partition("?")[0].rsplit("/", 1)[-1] for one in asked]

    def room(self, event: str, label: str | None = None) -> None:
        offer_id = next(i for i, s in self.rows(offers.c.id, offers.c.state) if s == "taken")
        told = {"StatusCallbackEvent": event, "ParticipantLabel": label}
        assert self.provider.post(f"/voice/rooms/{offer_id}/events", **told).status_code == 204

    # --- longer ways

    def claimed(self) -> None:
        """A caller waits in the queue and the first of three responders has pressed 1."""
        self.hears_the_wait()
        self.work_off()
        self.takes(0)

    def moved(self) -> None:
        """The caller was brought into the room."""
        self.claimed()
        self.work_off()
        assert "Dial" in verbs(self.page("room"))

    def callback_taken(self) -> int:
        """A responder has taken a callback; return the index of the leg to whom it is for."""
        self.asked_for_a_callback()
        self.work_off()
        self.takes(0)
        self.work_off()
        assert self.dialler.placed[-1].to == CALLER
        return len(self.dialler.placed) - 1

    def request(self) -> tuple[str, str | None, int, bool]:
        """State, outcome, attempts, and whether the number is kept."""
        r = callback_requests.c
        ((state, outcome, attempts, number),) = self.rows(r.state, r.outcome, r.attempts, r.number)
        return state, outcome, attempts, number is not None

    def live_callee(self) -> str:
        """The id of the leg to somebody who is to be rung back."""
        found = self.rows(legs.c.id, legs.c.party, legs.c.state)
        (leg_id,) = (i for i, party, state in found if party == "caller" and state != "ended")
        return str(leg_id)

    def is_due_in(self, seconds: float) -> bool:
        (due_at,) = self.rows(callback_requests.c.due_at)
        return bool((due_at - self.clock()).total_seconds() == seconds)


@pytest.fixture
def edge(provider, desk, bell, dialler, clock) -> Edge:
    import_federation(desk.engine, desk.cipher, FEDERATION)
    return Edge(provider, desk, bell, dialler, clock)


@contextmanager
def no_book(edge: Edge) -> Iterator[None]:
    edge.execute("ALTER TABLE calls RENAME TO calls_elsewhere")
    try:
        with capture_logs():  # to print a traceback takes seconds
            yield
    finally:
        edge.execute("ALTER TABLE calls_elsewhere RENAME TO calls")


# --- 1, 14: a callback is reached when two people met, and not before


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
    assert edge.request()[:2] == ("closed", "reached")
    assert not edge.request()[3]
    assert edge.rows(callback_attempts.c.outcome) == ["reached"]


def test_responders_who_leave_before_anybody_was_rung_use_up_no_attempt(edge: Edge):
    edge.asked_for_a_callback()
    edge.work_off()
    for _ in range(3):
        index = len(edge.dialler.placed) - 1  # whoever was rung last takes it
        edge.takes(index)
        edge.bell.rung.clear()
        edge.says(index, "completed")
        assert edge.request() == ("due", None, 0, True)
        for other in range(index):
            edge.says(other, "canceled")
        edge.bell.rung.clear()
        edge.tick(121)
    assert CALLER not in {ring.to for ring in edge.dialler.placed}


def test_callbacks_that_the_provider_refuses_to_place_use_up_no_attempt(edge: Edge):
    edge.asked_for_a_callback()
    edge.work_off()
    for _ in range(3):
        responder = len(edge.dialler.placed) - 1
        edge.takes(responder)
        edge.dialler.fail_next(REFUSED)
        jobs.run(edge.desk, "place", edge.live_callee())
        assert edge.request() == ("due", None, 0, True)
        for index in range(responder + 1):
            edge.says(index, "completed")
        edge.bell.rung.clear()
        edge.tick(121)


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


# --- 2: over the holidays


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


# --- 3, 5, 20: the caller between the queue and the room


@pytest.mark.parametrize("responder_was_in", [False, True])
def test_a_caller_alone_in_a_room_goes_back_into_the_line(edge: Edge, responder_was_in: bool):
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
    assert "gardez votre place" in said(back)
    assert verbs(back) == ["Say", "Enqueue"]
    assert edge.rows(calls.c.state, calls.c.waiting_at) == [("waiting", since[0])]
    edge.hangs_up()
    assert edge.rows(calls.c.outcome) == ["abandoned"]


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
    assert verbs(edge.page("wait")) == ["Leave"]
    assert document(edge.page("left", QueueResult="leave")).find("Dial/Conference") is not None
    edge.tick(30)
    assert edge.redirects() == []  # they are there: nobody need move them
    assert edge.rows(calls.c.state) == ["talking"]


# --- 6, 13: the book is away for a while


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


def test_a_hiccup_on_the_callback_key_leads_back_to_the_offer(edge: Edge):
    edge.nobody_on_duty()
    asked = edge.provider.follow(edge.waits(), "Gather", Digits="1")
    with no_book(edge):
        hiccup = edge.provider.follow(asked, "Gather", Digits="1")
    again = edge.provider.follow(hiccup, "Redirect")
    assert "Pour que nous vous rappelions, tapez 1" in said(again)
    asked = edge.provider.follow(again, "Gather", Digits="1")
    assert "C'est noté" in said(edge.provider.follow(asked, "Gather", Digits="1"))


# --- 7, 12, 16: keys that come late, twice, or change a mind


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


# --- 8, 15, 18, 19, 21, 22: placing


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


# --- 25: the rest


@pytest.mark.parametrize(
    ("language", "spoken"),
    [("fr", "le 4 janvier à 9 heures"), ("nl", "op 4 januari om 9 uur"),
     ("en", "on 4 January at")],
)  # fmt: skip
def test_an_opening_more_than_six_days_ahead_is_said_with_its_date(language, spoken):
    now = datetime(2026, 12, 24, 18)  # noqa: DTZ001 # both in the line's zone
    assert spoken in words.moment(datetime(2027, 1, 4, 9), now, language)  # noqa: DTZ001
    weekday = words.moment(datetime(2026, 12, 30, 9), now, language)  # noqa: DTZ001
    assert not any(sign.isdigit() and sign == "3" for sign in weekday)


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


def two_lines(second: str) -> str:
    """The usual federation, and the line of ``second`` with the same people and hours."""
    renamed = second.replace(LINE, OTHER_LINE)
    line = renamed.split("[[services]]", maxsplit=1)[0]
    shifts = renamed[renamed.index("[[shifts]]") :]
    return FEDERATION + line + shifts


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
    noted = {kind: detail for kind, detail in edge.rows(call_events.c.kind, call_events.c.detail)}
    assert len(noted["fallback"]) == len(noted["queue_error"]) == 64


def test_the_music_of_a_room_plays_and_is_asked_for_with_a_signature(edge: Edge):
    path = "/voice/rooms/" + "0" * 32 + "/music"
    played = edge.provider.post(path)
    assert verbs(played) == ["Play"]
    assert document(played).find("Play").text == "https://voice.example.org/media/waiting.wav"
    assert edge.provider.raw(path, "CallSid=" + SID, "forged").status_code == 403
    assert edge.rows(func.count(calls.c.id)) == [0]
