"""Rooms at the edge: two at once, news told twice, requests that cross, on both databases."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection, select

from callbacks.dialler import DiallerError
from logging_db import offers as book
from logging_db import rooms
from logging_db.tables import call_events, calls, guests, offers, responders
from telephony import jobs
from tests.edge import Edge
from tests.provider import SID, document, said
from tests.test_telephony_races import Meeting, after, at_once

CONFERENCE = "CF" + "3" * 32
INTERPRETER = "+3225550301"
Ask = Callable[[Connection, datetime], rooms.Done]


class Room:
    """The caller talks to the first responder; others stand by."""

    def __init__(self, edge: Edge) -> None:
        edge.moved()
        self.edge, self.desk = edge, edge.desk
        ((self.offer_id, self.host),) = [
            (i, r) for i, r, s in edge.rows(offers.c.id, offers.c.responder_id, offers.c.state)
            if s == "taken"
        ]  # fmt: skip
        for index in (1, 2):
            edge.says(index, "completed")
        edge.bell.rung.clear()
        edge.dialler.rooms[f"room-{self.offer_id}"] = CONFERENCE
        edge.dialler.asked.clear()

    def do(self, ask: Ask) -> rooms.Done:
        with self.desk.step() as step:
            done = ask(step.connection, step.at)
            for bell in done.bells:
                step.later(*bell)
        return done

    def act(self, act: Callable[..., rooms.Done], **more: Any) -> rooms.Done:
        return self.do(lambda c, at: act(c, self.host, self.offer_id, at=at, **more))

    def invite(self, number: str = INTERPRETER) -> rooms.Done:
        guest = rooms.Guest(number=number)
        return self.do(
            lambda c, at: rooms.invite(
                c, self.desk.cipher, self.host, self.offer_id, guest, at,
                calls_per_second=100, hold_caller=False,
            )
        )  # fmt: skip

    def colleague(self, index: int = 0) -> str:
        query = select(responders.c.id).where(responders.c.id != self.host)
        with self.desk.engine.connect() as connection:
            return list(connection.execute(query.order_by(responders.c.name)).scalars())[index]

    def hand_over(self, to: str) -> rooms.Done:
        return self.act(rooms.hand_over, to=to, calls_per_second=100)

    def joined(self) -> int:
        """Have a colleague come in; return the index of their leg."""
        self.hand_over(self.colleague())
        self.edge.work_off()
        index = len(self.edge.dialler.placed) - 1
        self.edge.takes(index)
        self.edge.work_off()
        return index

    def asked(self) -> list[str]:
        return [one[0] for one in self.edge.dialler.asked]

    def history(self) -> list[str]:
        return [str(kind) for kind in self.edge.rows(call_events.c.kind)]


@pytest.fixture
def room(provider, desk, bell, dialler, clock) -> Room:
    return Room(Edge(provider, desk, bell, dialler, clock))


def test_what_changes_while_the_provider_is_asked_is_asked_for_next(room: Room, monkeypatch):
    real = room.edge.dialler.hold

    def hold(conference: str, sid: str, url: str | None) -> None:
        if url:
            assert room.act(rooms.resume)
            jobs.run(room.desk, "hold", room.offer_id)  # it leaves it to the one under way
        real(conference, sid, url)

    monkeypatch.setattr(room.edge.dialler, "hold", hold)
    room.act(rooms.hold)
    room.edge.work_off()
    assert room.asked() == ["find_room", "hold", "unhold"]
    assert (False, False, False) in room.edge.rows(
        offers.c.held, offers.c.held_there, offers.c.unsettled
    )


def test_a_room_that_cannot_be_found_is_looked_for_again_but_not_at_once(room: Room):
    room.edge.dialler.rooms.clear()
    room.act(rooms.hold)
    room.edge.work_off()
    room.edge.tick(1)
    assert room.asked() == ["find_room"]
    room.edge.dialler.rooms[f"room-{room.offer_id}"] = CONFERENCE
    room.edge.tick(10)
    assert room.asked() == ["find_room", "find_room", "hold"]


def test_the_room_s_events_say_which_conference_it_is_and_a_stale_one_is_forgotten(room: Room):
    room.edge.dialler.rooms.clear()
    told = {"StatusCallbackEvent": "participant-join", "ParticipantLabel": "caller"}
    path = f"/voice/rooms/{room.offer_id}/events"
    for sid in ("nonsense", CONFERENCE, CONFERENCE):
        room.edge.provider.post(path, ConferenceSid=sid, **told)
    room.act(rooms.hold)
    room.edge.dialler.fail_next(DiallerError("not there", gone=True))
    room.edge.work_off()
    assert room.edge.dialler.asked == [("hold", CONFERENCE, SID)]
    room.edge.tick(11)
    assert room.asked()[-1] == "find_room"


def test_of_two_invitations_at_once_one_is_made(room: Room, monkeypatch):
    after(monkeypatch, book, "get_offer", Meeting().once)
    results = at_once(room.invite, lambda: room.invite("+3225550302"))
    assert sorted(str(one.refused) for one in results) == ["None", "one_rings"]
    assert len(room.edge.rows(guests.c.leg_id)) == 1


def test_of_two_who_leave_at_once_one_stays_with_the_caller(room: Room, monkeypatch):
    room.joined()
    other = room.colleague()
    ((theirs,),) = [
        (i,) for i, r in room.edge.rows(offers.c.id, offers.c.room_id) if r == room.offer_id
    ]
    after(monkeypatch, book, "get_offer", Meeting().once)
    results = at_once(
        lambda: room.act(rooms.leave),
        lambda: room.do(lambda c, at: rooms.leave(c, other, theirs, at)),
    )
    assert sorted(str(one.refused) for one in results) == ["None", "alone"]


def test_a_colleague_whom_a_room_and_the_line_want_at_once_is_rung_once(room: Room, monkeypatch):
    edge = room.edge
    for key, sid in (("1", "CA" + "2" * 32), ("1", "CA" + "4" * 32)):
        edge.waits(key, CallSid=sid)
    edge.bell.rung.clear()
    (line_id,) = set(edge.rows(calls.c.line_id))
    after(monkeypatch, book, "open_offer", Meeting().once)
    to = room.colleague()
    done, matched = at_once(
        lambda: room.hand_over(to), lambda: jobs.run(room.desk, "match", line_id)
    )
    assert matched is None
    assert done.refused in (None, "busy")
    opened = [r for r, is_open in edge.rows(offers.c.responder_id, offers.c.open) if is_open]
    assert opened.count(to) == 1


@pytest.mark.parametrize("first", ["key", "end"])
def test_a_key_that_crosses_the_first_one_s_hanging_up_leaves_no_caller_alone(
    room: Room, monkeypatch, first
):
    edge = room.edge
    room.hand_over(room.colleague())
    edge.work_off()
    index = len(edge.dialler.placed) - 1
    asked = edge.picks_up(index)
    after(monkeypatch, book, "move_offer" if first == "key" else "move_leg", Meeting().once)
    answer, code = at_once(
        lambda: edge.provider.follow(asked, "Gather", Digits="1", **edge.leg(index)),
        lambda: edge.says(0, "completed"),
    )
    assert code == 204
    entered = document(answer).find("Dial/Conference") is not None
    (call,) = edge.rows(calls.c.offer_id)
    theirs = next(i for i, r in edge.rows(offers.c.id, offers.c.room_id) if r)
    assert entered == (call == theirs)
    if not entered:
        assert "déjà pris" in said(answer) or "al genomen" in said(answer)


def test_a_guest_whose_picking_up_is_told_twice_joins_once(room: Room):
    room.invite()
    room.edge.work_off()
    index = len(room.edge.dialler.placed) - 1
    for _ in range(2):
        greeted = room.edge.picks_up(index)
        entered = room.edge.provider.follow(greeted, "Redirect", **room.edge.leg(index))
        conference = document(entered).find("Dial/Conference")
        assert conference.text == f"room-{room.offer_id}"
        assert conference.get("endConferenceOnExit") == "false"
    assert room.history().count("guest_joined") == 1
    room.edge.work_off()
    assert room.asked() == ["find_room", "stays"]
    for _ in range(2):
        assert room.edge.says(index, "completed") == 204
    room.edge.work_off()
    assert room.history().count("guest_left") == 1
    assert room.asked() == ["find_room", "stays", "ends"]


def test_a_throttled_invitation_waits_its_turn_and_a_refused_one_is_over(room: Room):
    room.invite()
    room.edge.dialler.fail_next(DiallerError("slower", throttled=True))
    room.edge.work_off()
    room.edge.dialler.fail_next(DiallerError("no such number"))
    room.edge.tick(3)
    assert [r.to for r in room.edge.dialler.placed].count(INTERPRETER) == 2
    with room.desk.engine.connect() as connection:
        (guest,) = rooms.now(connection, room.host).guests
        assert connection.execute(select(guests.c.number)).scalar_one() is None
    assert (guest.state, guest.why) == ("over", "failed")


def test_an_invitation_after_the_caller_has_left_is_not_placed(room: Room):
    room.invite()
    room.edge.bell.rung.clear()
    before = len(room.edge.dialler.placed)
    room.edge.hangs_up()
    room.edge.work_off()
    room.edge.tick(5)
    assert len(room.edge.dialler.placed) == before
    assert set(room.edge.rows(guests.c.number)) == {None}


def test_who_left_is_asked_about_where_their_end_was_not_told(room: Room):
    index = room.joined()
    gone = room.edge.leg(0)["CallSid"]
    room.edge.dialler.statuses[gone] = "completed"
    path = f"/voice/rooms/{room.offer_id}/events"
    told = {"StatusCallbackEvent": "participant-leave", "ParticipantLabel": "responder"}
    room.edge.provider.post(path, ConferenceSid=CONFERENCE, **(told | {"CallSid": gone}))
    room.edge.work_off()
    ends = ("ends", CONFERENCE, room.edge.leg(index)["CallSid"])
    assert room.edge.dialler.asked[-2:] == [("status", gone), ends]
    assert "handed_over" in room.history()


@pytest.mark.parametrize("first", ["news", "words"])
def test_a_responder_whose_call_failed_did_not_hang_up_so_the_caller_comes_first(room: Room, first):
    edge = room.edge
    for label in ("responder", "caller"):
        edge.room("participant-join", label)
    edge.clock.forward(120)
    if first == "news":
        edge.says(0, "failed")
        assert "passez en premier" in said(edge.page("after"))
    else:
        assert "Si elle a été coupée" in said(edge.page("after"))
        edge.says(0, "failed")
        edge.work_off()
        assert edge.redirects()[-1] == "back"
        assert document(edge.page("back")).find("Enqueue") is not None
    assert edge.rows(calls.c.state, calls.c.front) == [("waiting", True)]
