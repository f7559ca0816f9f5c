"""A provider that answers unclearly, refuses, throttles or says nothing."""

import pytest
from sqlalchemy import select, text

from callbacks.dialler import DiallerError
from logging_db.engine import read
from logging_db.tables import calls, legs, offers
from telephony import jobs, sweep
from telephony.desk import Desk
from tests.doubles import CountingBell, RecordingDialler, StillClock
from tests.kept_books import imported
from tests.provider import Provider
from tests.stories.cast import FEDERATION

UNCLEAR = DiallerError("no answer", unclear=True)
THROTTLED = DiallerError("slow down", throttled=True, code=20429)
REFUSED = DiallerError("no such number", code=21211)
GONE = DiallerError("it is over", gone=True, code=21220)


@pytest.fixture
def waiting(desk: Desk, provider: Provider, bell: CountingBell) -> None:
    """A French-speaking caller waits; nothing has been done about it yet."""
    imported(desk.engine, desk.cipher, FEDERATION)
    provider.follow(provider.post("/voice/incoming"), "Gather", Digits="1")


def ring_the_bell(desk: Desk, bell: CountingBell) -> None:
    while bell.rung:
        jobs.run(desk, *bell.rung.pop(0))


def rows(desk: Desk, column):
    with read(desk.engine) as connection:
        return list(connection.execute(select(column)).scalars())


@pytest.mark.usefixtures("waiting")
class TestPlacing:
    def test_after_an_unclear_answer_nobody_dials_again_but_looks(self, desk, bell, dialler, clock):
        dialler.fail_next(UNCLEAR)
        ring_the_bell(desk, bell)
        assert len(dialler.placed) == 3
        assert sorted(rows(desk, legs.c.state)) == ["placing", "ringing", "ringing"]
        dialler.known[dialler.placed[0].to] = "CA" + "f" * 32
        clock.forward(3)
        sweep.tick(desk)
        assert rows(desk, legs.c.state) == ["ringing"] * 3
        assert len(dialler.placed) == 3

    def test_a_call_that_is_not_found_is_given_up_and_the_next_is_rung(
        self, desk, bell, dialler, clock
    ):
        dialler.fail_next(UNCLEAR)
        ring_the_bell(desk, bell)
        for _ in range(25):
            clock.forward(1)
            sweep.tick(desk)
        states = rows(desk, offers.c.state)
        assert "failed" in states
        assert len(dialler.placed) == 3  # the same person rests before being rung again

    def test_a_worker_that_dies_while_placing_leaves_no_second_call(self, desk, bell, dialler):
        ring_the_bell(desk, bell)
        with desk.engine.begin() as connection:
            connection.execute(text("UPDATE legs SET state = 'placing', provider_sid = NULL"))
        for leg_id in rows(desk, legs.c.id):
            jobs.run(desk, "place", leg_id)
        sweep.tick(desk)
        assert len(dialler.placed) == 3

    def test_the_webhook_of_a_call_tells_us_that_it_exists(self, desk, bell, dialler, provider):
        dialler.fail_next(UNCLEAR)
        ring_the_bell(desk, bell)
        path = dialler.placed[0].status_url.removeprefix(desk.public_url)
        sid = "CA" + "e" * 32
        provider.post(path, CallSid=sid, CallStatus="ringing", Direction="outbound-api")
        assert rows(desk, legs.c.state) == ["ringing"] * 3
        assert sid in rows(desk, legs.c.provider_sid)

    def test_being_throttled_is_waited_out(self, desk, bell, dialler, clock: StillClock):
        dialler.fail_next(THROTTLED)
        ring_the_bell(desk, bell)
        assert sorted(rows(desk, legs.c.state)) == ["planned", "ringing", "ringing"]
        clock.forward(3)
        sweep.tick(desk)
        assert rows(desk, legs.c.state) == ["ringing"] * 3
        assert len(dialler.placed) == 4

    def test_being_throttled_for_too_long_goes_on_to_the_next(self, desk, bell, dialler, clock):
        ring_the_bell(desk, bell)
        with desk.engine.begin() as connection:
            connection.execute(text("UPDATE legs SET state = 'planned', provider_sid = NULL"))
        for _ in range(60):
            dialler.fail_next(THROTTLED)
        for _ in range(40):
            clock.forward(1)
            sweep.tick(desk)
        assert "failed" in rows(desk, offers.c.state)

    def test_a_refusal_frees_the_responder_at_once(self, desk, bell, dialler):
        dialler.fail_next(REFUSED)
        ring_the_bell(desk, bell)
        assert sorted(rows(desk, offers.c.state)) == ["failed", "offered", "offered"]
        assert rows(desk, offers.c.open).count(True) == 2

    def test_a_leg_that_is_no_longer_wanted_is_never_placed(self, desk, bell, dialler, provider):
        job, line_id = bell.rung.pop(0)
        jobs.run(desk, job, line_id)
        provider.post("/voice/status", CallStatus="completed")
        ring_the_bell(desk, bell)
        assert dialler.placed == []
        assert rows(desk, legs.c.state) == ["ended"] * 3
        assert rows(desk, offers.c.open) == [False] * 3

    def test_a_caller_who_is_gone_when_moved_closes_the_record(self, desk, bell, dialler, provider):
        ring_the_bell(desk, bell)
        press_one(desk, dialler, provider)
        dialler.fail_next(GONE)
        ring_the_bell(desk, bell)
        assert rows(desk, calls.c.outcome) == ["abandoned"]
        told = [asked for asked in dialler.asked if asked[0] == "redirect"]
        assert told[-1][2].endswith("/after")  # the responder hears that nobody will come

    def test_a_move_that_fails_is_tried_again_by_the_sweep(
        self, desk, bell, dialler, provider, clock: StillClock
    ):
        ring_the_bell(desk, bell)
        press_one(desk, dialler, provider)
        dialler.fail_next(UNCLEAR)
        ring_the_bell(desk, bell)
        moves = [asked for asked in dialler.asked if asked[0] == "redirect"]
        sweep.tick(desk)
        assert len(moves) == 1  # not at once again
        clock.forward(11)
        sweep.tick(desk)
        moves = [asked for asked in dialler.asked if asked[0] == "redirect"]
        assert len(moves) == 2
        assert moves[0] == moves[1]

    def test_a_responder_who_vanishes_before_the_talk_gives_the_caller_back(
        self, desk, bell, dialler, provider
    ):
        ring_the_bell(desk, bell)
        press_one(desk, dialler, provider)
        status = dialler.placed[0].status_url.removeprefix(desk.public_url)
        provider.post(status, CallSid=sid(0), CallStatus="completed", Direction="outbound-api")
        assert rows(desk, calls.c.state) == ["waiting"]

    def test_a_lost_end_is_found_out_by_asking(self, desk, bell, dialler, clock: StillClock):
        ring_the_bell(desk, bell)
        (call_sid,) = rows(desk, calls.c.provider_sid)
        dialler.statuses[call_sid] = "completed"
        clock.forward(200)
        sweep.tick(desk)
        assert rows(desk, calls.c.outcome) == ["abandoned"]

    def test_a_lost_end_of_a_leg_leaves_nobody_busy_for_ever(self, desk, bell, dialler, clock):
        ring_the_bell(desk, bell)
        for n in range(3):
            dialler.statuses[sid(n)] = "no-answer"
        clock.forward(100)
        sweep.tick(desk)
        first = [state for state in rows(desk, offers.c.state) if state == "missed"]
        assert len(first) == 3

    def test_calls_are_placed_at_the_pace_of_the_line(self, desk, bell, dialler, clock):
        slow = with_pace(desk, 1.0)
        ring_the_bell(slow, bell)
        assert len(dialler.placed) == 1
        for expected in (2, 3):
            clock.forward(1)
            sweep.tick(slow)
            assert len(dialler.placed) == expected


def with_pace(desk: Desk, calls_per_second: float) -> Desk:
    return Desk(**{**vars(desk), "calls_per_second": calls_per_second})


def sid(index: int) -> str:
    return f"CA{index + 1:032x}"


def press_one(desk: Desk, dialler: RecordingDialler, provider: Provider) -> None:
    leg = {"CallSid": sid(0), "Direction": "outbound-api"}
    asked = provider.post(dialler.placed[0].answer_url.removeprefix(desk.public_url), **leg)
    provider.follow(asked, "Gather", Digits="1", **leg)
