"""Rooms read a second time: answers that are lost, people who cross, numbers that must go."""

from typing import Any

import pytest
from sqlalchemy import insert

from callbacks.dialler import DiallerError
from logging_db import phone_numbers, rooms
from logging_db.engine import read, write
from logging_db.tables import calls, guests, legs, line_numbers, offers
from telephony import jobs
from tests.edge import Edge
from tests.provider import document, said
from tests.test_telephony_rooms import CONFERENCE, INTERPRETER, Room


@pytest.fixture
def room(provider, desk, bell, dialler, clock) -> Room:
    made = Room(Edge(provider, desk, bell, dialler, clock))
    told = {"StatusCallbackEvent": "participant-join", "ConferenceSid": CONFERENCE}
    for label in ("responder", "caller"):
        path = f"/voice/rooms/{made.offer_id}/events"
        made.edge.provider.post(path, ParticipantLabel=label, **told)
    return made


def rung(room: Room) -> int:
    """A guest is being rung; return the index of their leg."""
    assert room.invite()
    room.edge.work_off()
    assert room.edge.dialler.placed[-1].to == INTERPRETER
    return len(room.edge.dialler.placed) - 1


def enters(room: Room, index: int) -> Any:
    """The guest has heard who is calling."""
    greeted = room.edge.picks_up(index)
    return room.edge.provider.follow(greeted, "Redirect", **room.edge.leg(index))


def dies(*_args: Any, **_how: Any) -> None:
    raise SystemExit


def cut_short(room: Room, monkeypatch: pytest.MonkeyPatch, method: str, how: str) -> None:
    """The next request of this kind is done at the provider, and nobody learns of it."""
    real = getattr(room.edge.dialler, method)

    def done_in_vain(*args: Any, **more: Any) -> None:
        monkeypatch.setattr(room.edge.dialler, method, real)
        real(*args, **more)
        raise DiallerError("500", unclear=True) if how == "500" else SystemExit

    monkeypatch.setattr(room.edge.dialler, method, done_in_vain)
    try:
        room.edge.work_off()
    except SystemExit:
        room.edge.bell.rung.clear()


@pytest.mark.parametrize("how", ["500", "killed"])
def test_a_caller_who_may_be_held_is_brought_back_when_that_is_wanted(room: Room, monkeypatch, how):
    room.act(rooms.hold)
    cut_short(room, monkeypatch, "hold", how)
    assert room.act(rooms.resume)
    with read(room.desk.engine) as connection:
        shown = rooms.now(connection, room.host)
    assert (shown.held, shown.held_there) == (False, True)  # "Bringing the caller back …"
    for _ in range(3):
        room.edge.tick(6)
    assert room.asked() == ["hold", "unhold"]


@pytest.mark.parametrize("how", ["500", "killed"])
def test_a_room_that_may_end_with_a_guest_does_not_when_a_colleague_has_come(
    room: Room, monkeypatch, how
):
    enters(room, rung(room))
    room.edge.work_off()
    assert room.act(rooms.leave)
    cut_short(room, monkeypatch, "set_ending", how)
    with write(room.desk.engine) as connection:  # as if they had chosen to stay after all
        connection.execute(legs.update().values(wanted=True))
    for _ in range(3):
        room.edge.tick(6)
    assert room.asked() == ["stays", "ends", "stays"]


def test_a_guest_is_in_the_talk_once_they_have_heard_who_is_calling(room: Room):
    index = rung(room)
    greeted = room.edge.picks_up(index)
    assert "ici Allo ? Aide sociale" in said(greeted)
    with read(room.desk.engine) as connection:
        assert [one.state for one in rooms.now(connection, room.host).guests] == ["greeted"]
    assert room.act(rooms.leave).refused == "alone"
    entered = room.edge.provider.follow(greeted, "Redirect", **room.edge.leg(index))
    assert document(entered).find("Dial/Conference").get("beep") == "onEnter"
    with read(room.desk.engine) as connection:
        assert [one.state for one in rooms.now(connection, room.host).guests] == ["talking"]


def test_a_guest_whose_caller_leaves_while_they_are_greeted_sits_in_no_empty_room(room: Room):
    index = rung(room)
    greeted = room.edge.picks_up(index)
    room.edge.hangs_up()
    late = room.edge.provider.follow(greeted, "Redirect", **room.edge.leg(index))
    assert "n'est plus en ligne" in said(late)


def test_a_guest_whom_the_book_holds_to_be_gone_does_not_come_in(room: Room):
    assert room.invite()
    room.edge.dialler.fail_next(DiallerError("500", unclear=True))
    room.edge.work_off()  # placed all the same, and found by nobody
    room.edge.tick(30)
    assert set(room.edge.rows(guests.c.number)) == {None}
    late = room.edge.picks_up(len(room.edge.dialler.placed) - 1)
    assert "n'est plus en ligne" in said(late)


@pytest.mark.parametrize("when", ["planned", "placing", "ringing", "talking"])
def test_the_number_of_a_guest_is_gone_with_them_whenever_that_is(room: Room, monkeypatch, when):
    assert room.invite()
    if when == "placing":
        monkeypatch.setattr(room.edge.dialler, "place", dies)
        with pytest.raises(SystemExit):
            room.edge.work_off()
    if when in ("ringing", "talking"):
        room.edge.work_off()
    if when == "talking":
        enters(room, len(room.edge.dialler.placed) - 1)
    assert None not in room.edge.rows(guests.c.number)
    room.edge.bell.rung.clear()
    room.edge.hangs_up()
    room.edge.bell.rung.clear()
    if when == "talking":
        index = len(room.edge.dialler.placed) - 1
        room.edge.dialler.statuses[room.edge.leg(index)["CallSid"]] = "completed"
    for seconds in (1, 30, 150):
        room.edge.tick(seconds)
    assert set(room.edge.rows(guests.c.number)) == {None}


def test_who_is_sent_away_goes_at_once_although_the_provider_was_just_asked_about_them(room: Room):
    index = rung(room)
    enters(room, index)
    room.edge.work_off()
    leg_id = room.edge.rows(guests.c.leg_id)[0]
    room.edge.clock.forward(125)
    jobs.run(room.desk, "ask_about_leg", leg_id)
    assert room.do(lambda c, at: rooms.release(c, room.host, leg_id, at))
    room.edge.work_off()
    assert room.edge.redirects(room.edge.leg(index)["CallSid"]) == ["after"]


def test_the_provider_is_asked_about_a_guest_whom_it_does_not_find_in_the_room(room: Room):
    index = rung(room)
    enters(room, index)
    room.edge.work_off()
    sid = room.edge.leg(index)["CallSid"]
    room.edge.dialler.statuses[sid] = "completed"
    assert room.act(rooms.leave)
    room.edge.dialler.fail_next(DiallerError("not there", gone=True))
    room.edge.work_off()
    assert ("status", sid) in room.edge.dialler.asked
    room.edge.tick(1)
    with read(room.desk.engine) as connection:  # who would have left nobody with the caller stays
        assert not rooms.now(connection, room.host).leaving


def test_a_colleague_who_is_left_alone_with_a_held_caller_hears_them(room: Room):
    room.joined()
    room.act(rooms.hold)
    room.edge.work_off()
    room.edge.says(0, "completed")
    room.edge.work_off()
    assert room.asked()[-1] == "ends"
    assert "unhold" in room.asked()


@pytest.mark.parametrize("first", ["news", "words"])
def test_a_caller_is_not_said_goodbye_to_while_a_colleague_is_just_coming_in(room: Room, first):
    edge = room.edge
    edge.clock.forward(120)
    room.hand_over(room.colleague())
    edge.work_off()
    edge.takes(len(edge.dialler.placed) - 1)
    edge.bell.rung.clear()  # the provider does not learn in time that the room goes on
    if first == "news":
        edge.says(0, "completed")
    assert "passez en premier" in said(edge.page("after"))
    assert edge.rows(calls.c.state, calls.c.front) == [("waiting", True)]


def test_who_ended_a_talk_and_brought_the_caller_back_may_be_cut_off_later(room: Room):
    edge = room.edge
    edge.clock.forward(60)
    assert room.act(rooms.end)
    edge.work_off()
    assert "coupée" not in said(edge.page("after"))
    edge.says(0, "completed")
    assert room.act(rooms.bring_back)
    edge.work_off()
    edge.page("back")
    edge.tick(1)
    edge.takes(len(edge.dialler.placed) - 1)
    edge.work_off()
    edge.page("room")
    for label in ("responder", "caller"):
        (second,) = edge.rows(calls.c.offer_id)
        told = {"StatusCallbackEvent": "participant-join", "ParticipantLabel": label}
        edge.provider.post(f"/voice/rooms/{second}/events", **told)
    edge.clock.forward(60)
    assert "Si elle a été coupée" in said(edge.page("after"))


def test_a_caller_who_asks_for_the_room_anew_after_it_was_handed_over_is_brought_to_it(room: Room):
    room.joined()
    room.edge.says(0, "completed")
    conference = document(room.edge.page("room")).find("Dial/Conference")
    assert conference.text == f"room-{room.offer_id}"


def test_who_comes_in_again_does_not_see_that_they_have_left(room: Room):
    index = room.joined()
    room.edge.says(index, "completed")
    other = room.colleague()
    done = room.do(lambda c, at: rooms.take_over(c, other, room.offer_id, at, calls_per_second=100))
    assert done
    room.edge.tick(1)
    room.edge.takes(len(room.edge.dialler.placed) - 1)
    with read(room.desk.engine) as connection:
        (shown,) = rooms.now(connection, other).guests
    assert shown.responder_id == room.host


def test_every_number_of_a_line_is_its_own(room: Room):
    (line_id,) = set(room.edge.rows(offers.c.line_id))
    with write(room.desk.engine) as connection:
        connection.execute(
            insert(line_numbers).values(
                id="a" * 32, number="+3225550177", line_id=line_id, language="nl"
            )
        )
        ours = phone_numbers.of_our_lines(connection)
    assert room.invite("+3225550177").refused == "own_line"
    assert "+3225550177" in ours
