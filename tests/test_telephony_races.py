"""Two at once, on PostgreSQL, where transactions truly run side by side.

Each test holds one thread at its most delicate place until the other has come to its own.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

from callbacks import requests
from logging_db import calls as record
from logging_db import offers as book
from logging_db.engine import make_engine, write
from logging_db.federation import import_federation
from logging_db.tables import callback_requests, calls, legs, lines, offers
from telephony import gate, jobs, matching, moving
from tests.conftest import empty
from tests.edge import OTHER_LINE, Edge, two_lines
from tests.provider import CALLER, SID, document, said, verbs
from tests.stories.cast import FEDERATION

SHORT = 0.4  # seconds that one waits for the other, who may be held up by a lock


@pytest.fixture
def edge(provider, desk, bell, dialler, clock) -> Edge:
    return Edge(provider, desk, bell, dialler, clock)


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    """PostgreSQL alone, and quick to notice a deadlock."""
    made = make_engine(postgres_url)

    @event.listens_for(made, "connect")
    def _be_quick(connection: Any, _record: Any) -> None:
        connection.execute("SET deadlock_timeout = '50ms'")
        connection.commit()

    empty(made)
    yield made
    made.dispose()


def at_once(*doings: Callable[[], Any]) -> list[Any]:
    """Do everything at the same time; return what came of each, errors too."""
    results: list[Any] = [None] * len(doings)

    def run(index: int, do: Callable[[], Any]) -> None:
        try:
            results[index] = do()
        except Exception as error:  # noqa: BLE001 # the test looks at it
            results[index] = error

    threads = [threading.Thread(target=run, args=one) for one in enumerate(doings)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return results


class Meeting:
    """A point at which ``count`` threads wait for each other, but never for long."""

    def __init__(self, count: int = 2) -> None:
        self.barrier = threading.Barrier(count)
        self.mine = threading.local()

    def once(self) -> None:
        """Wait here, the first time that this thread comes by."""
        if getattr(self.mine, "was_here", False):
            return
        self.mine.was_here = True
        with suppress(threading.BrokenBarrierError):
            self.barrier.wait(SHORT)


def after(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, do: Callable[[], None]) -> None:
    """Have ``do`` done whenever ``owner.name`` has returned."""
    real = getattr(owner, name)

    def then(*args: Any, **kwargs: Any) -> Any:
        result = real(*args, **kwargs)
        do()
        return result

    monkeypatch.setattr(owner, name, then)


# --- the key and the end of the same leg


@pytest.mark.parametrize("kind", ["call", "callback"])
@pytest.mark.parametrize("first", ["key", "end"])
def test_a_key_and_the_end_of_its_leg_leave_no_work_with_somebody_who_is_gone(
    edge: Edge, monkeypatch, kind, first
):
    if kind == "callback":
        edge.asked_for_a_callback()
    else:
        edge.hears_the_wait()
    edge.work_off()
    asked = edge.picks_up(0)
    held, other = threading.Event(), threading.Event()
    name = "get_offer" if first == "key" else "move_leg"

    def hold() -> None:
        if not held.is_set():
            held.set()
            other.wait(SHORT)

    def press() -> Any:
        if first == "end":
            held.wait(SHORT)
        answer = edge.provider.follow(asked, "Gather", Digits="1", **edge.leg(0))
        other.set()
        return answer

    def end() -> int:
        if first == "key":
            held.wait(SHORT)
        code = edge.says(0, "completed")
        other.set()
        return code

    after(monkeypatch, book, name, hold)
    answer, code = at_once(press, end)
    assert code == 204
    assert answer.status_code == 200
    monkeypatch.undo()
    assert (edge.leg(0)["CallSid"], "ended") in edge.rows(legs.c.provider_sid, legs.c.state)
    if kind == "callback":
        assert edge.request() == ("due", None, 0, True)
        edge.work_off()
        assert CALLER not in {ring.to for ring in edge.dialler.placed}
    else:
        assert edge.rows(calls.c.state, calls.c.offer_id) == [("waiting", None)]


# --- take and withdraw against the ends of other legs; two keys


def held_in_a_cross(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold each thread after its first change of an offer or a leg, so that they cross."""
    meeting = Meeting()
    after(monkeypatch, book, "move_leg", meeting.once)
    after(monkeypatch, book, "move_offer", meeting.once)


@pytest.mark.parametrize("by", ["key", "caller"])
def test_taking_back_offers_and_the_end_of_a_leg_both_succeed(edge: Edge, monkeypatch, by):
    edge.hears_the_wait()
    edge.work_off()
    asked = edge.picks_up(0)
    held_in_a_cross(monkeypatch)
    doings = {
        "key": lambda: edge.provider.follow(asked, "Gather", Digits="1", **edge.leg(0)),
        "caller": lambda: edge.provider.post("/voice/status", CallStatus="completed"),
    }
    answer, code = at_once(doings[by], lambda: edge.says(1, "no-answer"))
    assert code == 204
    assert answer.status_code in (200, 204)
    if by == "key":
        assert document(answer).find("Dial/Conference") is not None
    states = edge.rows(offers.c.state)
    assert sorted(states)[-2 if by == "key" else -1] in ("taken", "withdrawn")
    assert "offered" not in states


def test_a_caller_who_leaves_while_a_responder_declines_stops_everything(edge: Edge, monkeypatch):
    edge.hears_the_wait()
    edge.work_off()
    asked = edge.picks_up(0)
    meeting = Meeting()
    after(monkeypatch, book, "move_offer", meeting.once)
    after(monkeypatch, record, "end_call", meeting.once)
    repeated = count_repeats(monkeypatch)
    answer, told = at_once(
        lambda: edge.provider.follow(asked, "Gather", Digits="2", **edge.leg(0)),
        lambda: edge.provider.post("/voice/status", CallStatus="completed"),
    )
    assert "Bien noté" in said(answer)
    assert told.status_code == 204
    assert sorted(edge.rows(offers.c.state))[1:] == ["withdrawn", "withdrawn"]
    assert repeated == []


def test_two_who_press_one_at_the_same_instant_need_no_deadlock_to_be_told(edge: Edge, monkeypatch):
    edge.hears_the_wait()
    edge.work_off()
    asked = [edge.picks_up(index) for index in range(3)]
    repeated = count_repeats(monkeypatch)
    meeting = Meeting(3)
    real = book.get_offer

    def get_offer(connection, offer_id, *, lock=False):
        offer = real(connection, offer_id, lock=lock)
        if lock:
            meeting.once()
        return offer

    monkeypatch.setattr(book, "get_offer", get_offer)
    answers = at_once(
        *(
            lambda index=index: edge.provider.follow(
                asked[index], "Gather", Digits="1", **edge.leg(index)
            )
            for index in range(3)
        )
    )
    conferences = [document(one).find("Dial/Conference") is not None for one in answers]
    assert sorted(conferences) == [False, False, True]
    others = [said(one) for one in answers if document(one).find("Dial/Conference") is None]
    assert all("déjà pris" in one or "al genomen" in one for one in others)
    assert sorted(edge.rows(offers.c.state)) == ["taken", "withdrawn", "withdrawn"]
    assert repeated == []


def count_repeats(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Return a list that grows with every transaction that the database broke off."""
    seen: list[bool] = []
    after(monkeypatch, gate, "may_be_tried_again", lambda: seen.append(True))
    return seen


# --- matching and moving


def test_two_lines_that_share_people_are_matched_at_once_and_ring_each_once(
    edge: Edge, monkeypatch
):
    import_federation(edge.desk.engine, edge.desk.cipher, two_lines(FEDERATION))
    edge.waits()
    edge.waits(To=OTHER_LINE, CallSid="CA" + "2" * 32)
    edge.bell.rung.clear()
    meeting, turned = Meeting(), threading.local()
    real = matching.match
    line_ids = edge.rows(lines.c.id)

    def crosswise(work, free, at, policy):
        found = real(work, free, at, policy)
        return found[::-1] if getattr(turned, "round", False) else found

    def match(line_id: str, turn: bool) -> None:  # noqa: FBT001
        turned.round = turn
        jobs.match(edge.desk, line_id)

    monkeypatch.setattr(matching, "match", crosswise)
    after(monkeypatch, book, "open_offer", meeting.once)
    results = at_once(lambda: match(line_ids[0], False), lambda: match(line_ids[1], True))
    assert results == [None, None]
    assert len(edge.rows(offers.c.id)) == 3
    assert len(set(edge.rows(offers.c.responder_id))) == 3
    edge.work_off()
    assert len({ring.to for ring in edge.dialler.placed}) == len(edge.dialler.placed) == 3


def test_a_caller_whom_two_would_move_is_moved_once(edge: Edge, monkeypatch):
    edge.claimed()
    edge.bell.rung.clear()
    (call_id,) = edge.rows(calls.c.id)
    after(monkeypatch, record, "get", Meeting().once)
    results = at_once(*[lambda: moving.move(edge.desk, call_id)] * 2)
    assert results == [None, None]
    assert edge.redirects(SID) == ["room"]


def test_matching_that_loses_against_the_end_of_the_call_rings_nobody(edge: Edge, monkeypatch):
    edge.hears_the_wait()
    edge.bell.rung.clear()
    (line_id,) = edge.rows(lines.c.id)
    found, gone = threading.Event(), threading.Event()

    def hold() -> None:
        found.set()
        gone.wait(2)

    def hang_up() -> int:
        found.wait(2)
        code = edge.provider.post("/voice/status", CallStatus="completed").status_code
        gone.set()
        return code

    after(monkeypatch, matching, "_work", hold)
    assert at_once(lambda: jobs.match(edge.desk, line_id), hang_up) == [None, 204]
    edge.work_off()
    edge.tick(5)
    assert edge.dialler.placed == []
    assert set(edge.rows(offers.c.state, offers.c.open)) <= {("withdrawn", False)}


def test_a_new_caller_is_greeted_while_the_line_is_being_matched(edge: Edge, monkeypatch):
    edge.hears_the_wait()
    edge.bell.rung.clear()
    (line_id,) = edge.rows(lines.c.id)
    holding, greeted = threading.Event(), threading.Event()
    in_time: list[bool] = []

    def hold() -> None:
        holding.set()
        in_time.append(greeted.wait(2))

    def ring_up() -> list[str]:
        holding.wait(2)
        answer = verbs(edge.provider.post("/voice/incoming", CallSid="CA" + "2" * 32))
        greeted.set()
        return answer

    after(monkeypatch, book, "lock_pace", hold)  # line and pace are locked by now
    assert at_once(lambda: jobs.match(edge.desk, line_id), ring_up) == [
        None,
        ["Gather", "Redirect"],
    ]
    assert in_time == [True]


# --- expiry


def test_a_callback_that_is_taken_while_it_expires_is_one_or_the_other(edge: Edge, monkeypatch):
    edge.asked_for_a_callback()
    edge.work_off()
    asked = edge.picks_up(0)
    (request_id,) = edge.rows(callback_requests.c.id)
    edge.clock.forward(timedelta(days=8).total_seconds())
    after(monkeypatch, requests, "get", Meeting().once)
    answer, nothing = at_once(
        lambda: edge.provider.follow(asked, "Gather", Digits="1", **edge.leg(0)),
        lambda: jobs.expire(edge.desk, request_id),
    )
    assert nothing is None
    entered = document(answer).find("Dial/Conference") is not None
    state, outcome, _, kept = edge.request()
    assert (state, outcome, kept) == (
        ("taken", None, True) if entered else ("closed", "expired", False)
    )


def test_the_end_of_a_call_waits_for_nobody_who_only_writes_its_history(edge: Edge):
    edge.hears_the_wait()
    (call_id,) = edge.rows(calls.c.id)
    with write(edge.desk.engine) as connection:
        record.note(connection, call_id, edge.clock(), "declined", None)
        told = at_once(lambda: edge.provider.post("/voice/status", CallStatus="completed"))
        assert told[0].status_code == 204
    assert edge.rows(calls.c.outcome) == ["abandoned"]
