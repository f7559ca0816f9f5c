"""The live board without a browser: what it shows, what a coordinator does from it."""

import re
from datetime import timedelta
from time import monotonic

import pytest
from sqlalchemy import text
from test_console_board_kit import Floor, floor

from console import board_stream, board_watch
from console.board_state import State
from console.board_watch import Seen, Watch
from logging_db.engine import write

__all__ = ["floor"]
JSON = {"Accept": "application/json"}


@pytest.mark.parametrize("path", ["/board", "/board/state", "/board/stream"])
def test_coordinators_see_it_and_responders_do_not(floor: Floor, path: str):
    assert floor.console.client("responder").get(path).status_code == 403
    assert floor.console.client().get(path).status_code == 303
    answer = floor.console.client("coordinator").get(path)
    assert answer.status_code == 200
    answer.close()


def test_it_shows_who_waits_and_for_whom_it_rings_and_what_everybody_does(floor: Floor):
    first, second = floor.waits(125), floor.waits(9, "nl")
    floor.rings("Alice", first)
    page = floor.console.client("coordinator").get("/board").text
    assert page.index(f"call-{first}") < page.index(f"call-{second}")
    assert "2:05" in page
    assert "It rings for Alice Martin." in page
    assert "is being rung" in page
    words = re.sub(r"<[^>]+>|\s+", " ", page)
    assert "2 callers wait. 2 responders are free." in page
    assert "place 1" in words
    assert "+32" not in page


def test_a_caller_is_moved_to_the_front_and_back_with_who_did_it_in_the_history(floor: Floor):
    floor.waits(60)
    late = floor.waits(5)
    client = floor.console.client("coordinator")
    assert client.send(f"/board/call/{late}/front").status_code == 303
    assert floor.call(late).front
    assert ("match", floor.line) in floor.console.bell.rung
    page = client.get("/board").text
    assert "This caller is served next." in page
    assert "at the front" in page
    assert f"/board/call/{late}/place" in page
    client.send(f"/board/call/{late}/place")
    assert not floor.call(late).front
    who = floor.console.cast["coordinator"]
    assert floor.noted(late) == [("front", who), ("front_undone", who)]


def test_a_caller_is_sent_to_somebody_and_what_rings_elsewhere_is_taken_back(floor: Floor):
    call = floor.waits(5)
    leg = floor.rings("Alice", call)
    client = floor.console.client("coordinator")
    client.send(f"/board/call/{call}/send", **{f"to-{call}": floor["Chloé"]})
    assert floor.call(call).wanted_responder_id == floor["Chloé"]
    assert {("drop", leg), ("match", floor.line)} <= set(floor.console.bell.rung)
    assert "sent to Chloé Diallo" in client.get("/board").text
    client.send(f"/board/call/{call}/everybody")
    assert floor.call(call).wanted_responder_id is None


def test_a_caller_whom_somebody_did_not_take_may_at_once_be_sent_to_somebody_else(floor: Floor):
    call = floor.waits(5)
    client = floor.console.client("coordinator")
    client.send(f"/board/call/{call}/send", **{f"to-{call}": floor["Chloé"]})
    floor.console.clock.at += timedelta(seconds=5)
    floor.misses("Chloé", call)
    page = client.get("/board").text
    assert "sent to Chloé Diallo" not in page
    assert f'name="to-{call}"' in page
    client.send(f"/board/call/{call}/send", **{f"to-{call}": floor["Chloé"]})  # once more
    assert "sent to Chloé Diallo" in client.get("/board").text


def test_what_rings_is_left_alone_where_whom_it_was_sent_to_is_busy(floor: Floor):
    call, other = floor.waits(5), floor.waits(50)
    leg = floor.rings("Alice", call)
    floor.rings("Chloé", other)
    client = floor.console.client("coordinator")
    client.send(f"/board/call/{call}/send", **{f"to-{call}": floor["Chloé"]})
    assert floor.call(call).wanted_responder_id == floor["Chloé"]
    assert ("drop", leg) not in floor.console.bell.rung


def test_a_caller_is_sent_to_nobody_who_does_not_speak_their_language_or_pauses(floor: Floor):
    call = floor.waits(5, "nl")
    client = floor.console.client("coordinator")
    page = client.get("/board").text
    choices = re.findall(r'<option value="([0-9a-f]{32})">', page)
    assert choices == [floor["Bram"]]
    for name in ("Alice", "Bram"):
        client.send(f"/board/person/{floor['Bram']}/pause")
        client.send(f"/board/call/{call}/send", **{f"to-{call}": floor[name]})
        assert "cannot take this call now" in client.get("/board").text
    assert floor.call(call).wanted_responder_id is None
    client.send(f"/board/call/{call}/send")
    assert "Choose first to whom." in client.get("/board").text


def test_somebody_is_paused_and_recalled(floor: Floor):
    client = floor.console.client("coordinator")
    client.send(f"/board/person/{floor['Alice']}/pause")
    assert floor.doing("Alice").state == "paused"
    assert "by a coordinator" in client.get("/board").text
    client.send(f"/board/person/{floor['Alice']}/recall")
    assert floor.doing("Alice").state == "free"
    assert ("match", floor.line) in floor.console.bell.rung


def test_the_script_is_answered_with_the_board_as_it_is_after_the_act(floor: Floor):
    call = floor.waits(5)
    client = floor.console.client("coordinator")
    data = {"csrf_token": client.token()}
    told = client.post(f"/board/call/{call}/front", data=data, headers=JSON)
    assert told.status_code == 200
    assert told.json["said"] == "This caller is served next."
    assert "at the front" in told.json["html"]
    assert told.json["waiting"] == 1
    floor.hangs_up(call)
    told = client.post(f"/board/call/{call}/front", data=data, headers=JSON)
    assert told.status_code == 409
    assert told.json["said"] == "This caller does not wait any more."
    assert f"call-{call}" not in told.json["html"]


def test_no_act_without_its_token_or_its_role(floor: Floor):
    call = floor.waits(5)
    assert floor.console.client("coordinator").post(f"/board/call/{call}/front").status_code == 400
    assert floor.console.client("responder").send(f"/board/call/{call}/front").status_code == 403
    assert not floor.call(call).front


def test_what_is_no_call_is_not_found(floor: Floor):
    client = floor.console.client("coordinator")
    for act in ("front", "place", "everybody", "send"):
        assert client.send(f"/board/call/nothing/{act}").status_code == 404
    assert client.send(f"/board/person/{'0' * 32}/pause").status_code == 404


def test_the_stream_gives_the_whole_state_at_once_and_again_when_it_changes(floor: Floor):
    answer = floor.console.client("coordinator").get("/board/stream")
    assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Accel-Buffering"] == "no"
    events = answer.iter_encoded()
    assert next(events) == b"retry: 1500\n\n"
    assert b"Nobody waits." in next(events)
    call = floor.waits(5)
    assert f"call-{call}".encode() in next(events)
    answer.close()


def test_only_so_many_boards_get_a_stream_and_a_place_comes_free_again(floor: Floor):
    house = floor.console.beside(streams=1)
    client = house.client("coordinator")
    first = client.get("/board/stream")
    second = client.get("/board/stream")
    assert second.status_code == 503
    assert int(second.headers["Retry-After"]) > 0
    assert client.get("/board/state").status_code == 200
    first.close()
    third = client.get("/board/stream")
    assert third.status_code == 200
    third.close()


def test_a_stream_ends_when_its_log_in_does(floor: Floor, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(board_stream, "LOG_IN_SECONDS", 0.0)
    client = floor.console.client("coordinator")
    events = client.get("/board/stream").iter_encoded()
    assert b"event: state" in next(events) + next(events)
    floor.console.change("coordinator", role="responder")
    assert next(events) == b"event: over\ndata: {}\n\n"
    assert list(events) == []


def test_a_stream_says_that_it_is_behind_while_the_lines_cannot_be_looked_at(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(board_watch, "BEHIND_SECONDS", 1.5)
    events = floor.console.client("coordinator").get("/board/stream").iter_encoded()
    assert b"event: state" in next(events) + next(events)
    with write(floor.engine) as connection:
        connection.execute(text("ALTER TABLE offers RENAME TO gone"))
    assert next(events) == b"event: behind\ndata: {}\n\n"
    with write(floor.engine) as connection:
        connection.execute(text("ALTER TABLE gone RENAME TO offers"))
    assert next(events) == b"event: beat\ndata: {}\n\n"
    events.close()


def test_what_was_seen_long_ago_is_neither_shown_nor_asked_for_again_and_again(floor: Floor):
    old = Seen(State((), {}), "old", floor.console.clock.at, by=monotonic() - 60)
    watch = Watch(1, lambda: old)
    watch.fresh()
    began = monotonic()
    assert watch.wait("", 0.3) is old
    assert monotonic() - began >= 0.3  # it waited for news, as there were none
    assert old.behind
