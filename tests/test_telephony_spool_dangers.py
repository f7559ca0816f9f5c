"""What could be lost on the way from the disk into the book, or keep others from it."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from structlog.testing import capture_logs

from logging_db import engine as stores
from logging_db import exports
from logging_db.breaker import Breaker
from logging_db.engine import read
from logging_db.tables import calls, lines, responders
from telephony import taking_in
from telephony.desk import Desk
from telephony.spool import Spool
from tests.doubles import START, RecordingDialler, StillClock
from tests.kept_books import imported
from tests.provider import SID, Provider
from tests.stories.cast import FEDERATION

LEG, ROOM = "a" * 32, "b" * 32
OTHER = "CA" + "2" * 32


@pytest.fixture
def desk(desk: Desk, tmp_path: Path) -> Desk:
    imported(desk.engine, desk.cipher, FEDERATION)
    return replace(desk, spool=Spool(tmp_path / "spool"))


def line_of(desk: Desk) -> str:
    with read(desk.engine) as connection:
        return str(connection.execute(select(lines.c.id)).scalar_one())


def ended(desk: Desk, sid: str, *, after: float = 60) -> None:
    """A caller was served, and is gone."""
    desk.spool.add(sid, START, "received", line=line_of(desk))
    desk.spool.add(sid, START + timedelta(seconds=after), "status", status="completed")


def news(desk: Desk) -> None:
    told = {"CallSid": OTHER, "CallStatus": "completed", "Direction": "outbound-api"}
    desk.spool.add(f"news-{LEG}", START, "news", path=f"/voice/legs/{LEG}/status", form=told)
    desk.spool.add(
        f"news-{ROOM}",
        START,
        "news",
        path=f"/voice/rooms/{ROOM}/events",
        form={"StatusCallbackEvent": "conference-end"},
    )


def outcomes(desk: Desk) -> dict[str, str]:
    with read(desk.engine) as connection:
        return {str(one["provider_sid"]): str(one["outcome"]) for one in exports.calls(connection)}


def test_news_wait_while_the_database_is_left_alone_after_a_failure(desk: Desk):
    """It can be read again, but for two seconds nothing is written: no reason to give up."""
    news(desk)
    ended(desk, SID)
    stores._breakers.setdefault(desk.engine, Breaker()).report(worked=False)
    with capture_logs(), suppress(TimeoutError):
        taking_in.take_in(desk)
    assert desk.spool.aside() == []
    assert desk.spool.names("news-") == [f"news-{LEG}", f"news-{ROOM}"]
    stores._breakers.pop(desk.engine)
    with capture_logs():
        taking_in.take_in(desk)
    assert desk.spool.names("") == desk.spool.aside() == []
    assert outcomes(desk) == {SID: "abandoned"}


def test_news_that_cannot_be_taken_are_put_aside_alone(desk: Desk):
    news(desk)
    desk.spool.add("news-odd", START, "news")
    with desk.engine.begin() as connection:
        connection.execute(text("ALTER TABLE legs RENAME TO legs_elsewhere"))
    with capture_logs():
        taking_in.take_in(desk)
    with desk.engine.begin() as connection:
        connection.execute(text("ALTER TABLE legs_elsewhere RENAME TO legs"))
    assert desk.spool.aside() == [f"news-{LEG}.taken", "news-odd.taken"]
    assert desk.spool.names("") == []


def test_what_is_put_aside_twice_is_kept_twice(desk: Desk):
    for when in (0, 60):
        told = START + timedelta(seconds=when)
        desk.spool.add(SID, told, "status", status="completed")  # no line is told of
        with capture_logs():
            taking_in.take_in(desk)
    kept = [(desk.spool.folder / "aside" / name).read_text() for name in desk.spool.aside()]
    assert len(kept) == 2
    assert {json.loads(one.split("\n")[0])["at"][14:16] for one in kept} == {"00", "01"}


def test_a_file_that_cannot_be_opened_or_makes_no_sense_keeps_nobody_else_back(desk: Desk):
    (desk.spool.folder / f"{'CA' + '0' * 32}.jsonl").mkdir(parents=True)  # nobody can read that
    odd = "CA" + "0" * 31 + "1"
    told = {"status": "completed", "talked": True, "seconds": 10**20}
    desk.spool.add(odd, START, "over", responder="x", **told)
    ended(desk, SID)
    with capture_logs():
        taking_in.take_in(desk)
    assert outcomes(desk) == {SID: "abandoned"}
    assert desk.spool.aside() == [f"{odd}.jsonl"]


def test_a_file_that_a_full_disk_left_empty_does_not_swallow_the_call(desk: Desk, provider):
    desk.spool.folder.mkdir()
    (desk.spool.folder / f"{SID}.jsonl").touch()
    provider.desk = desk
    with capture_logs():
        provider.post("/voice/status", CallStatus="completed")
        taking_in.take_in(desk)
    assert outcomes(desk) == {SID: "failed"}
    assert desk.spool.aside() == desk.spool.names("") == []


@pytest.mark.parametrize("rest", [b'{"at": "2026-11-23T09:00:01+00:00", "form": {}', b"\0" * 40])
def test_whatever_a_crash_leaves_of_a_line_costs_no_other_line(desk: Desk, rest: bytes):
    desk.spool.add(SID, START, "received", line="x")
    file = desk.spool.folder / f"{SID}.jsonl"
    file.write_bytes(file.read_bytes() + rest)
    desk.spool.add(SID, START, "closed")
    assert [event["kind"] for event in desk.spool.read(SID)] == ["received", "closed"]


def test_a_clock_that_was_set_back_makes_no_call_end_before_it_began(desk: Desk):
    ended(desk, SID, after=-3600)
    taking_in.take_in(desk)
    with read(desk.engine) as connection:
        begin, end = connection.execute(select(calls.c.received_at, calls.c.ended_at)).one()
    assert begin == end == START


def test_a_call_told_of_before_the_clock_was_set_back_is_asked_about(
    desk: Desk, clock: StillClock, dialler: RecordingDialler
):
    desk.spool.add(SID, START + timedelta(hours=2), "received", line=line_of(desk))
    clock.forward(60)
    dialler.statuses[SID] = "failed"
    taking_in.take_in(desk)
    assert outcomes(desk) == {SID: "failed"}


def test_a_talk_whose_last_status_was_lost_ended_when_it_did_and_not_when_we_asked(
    desk: Desk, clock: StillClock, dialler: RecordingDialler
):
    desk.spool.add(SID, START, "received", line=line_of(desk))
    with read(desk.engine) as connection:
        person = str(connection.execute(select(responders.c.id)).scalars().first())
    talk = {"status": "completed", "talked": True, "seconds": 60}
    desk.spool.add(SID, START + timedelta(seconds=90), "over", responder=person, **talk)
    clock.forward(3600)
    dialler.statuses[SID] = "completed"
    taking_in.take_in(desk)
    with read(desk.engine) as connection:
        (call,) = exports.calls(connection)
    assert (call["outcome"], call["wait_seconds"], call["talk_seconds"]) == ("answered", 30, 60)


def test_the_snapshot_is_kept_fresh_though_the_spool_cannot_be_used(desk: Desk):
    (desk.spool.folder / "lock").mkdir(parents=True)
    with capture_logs(), suppress(OSError):
        taking_in.keep_up(desk, START)
    assert desk.snapshots.last(START) is not None


def test_who_is_served_without_the_book_is_let_go_of_also_while_others_take_in(
    desk: Desk, provider: Provider
):
    provider.follow(provider.post("/voice/incoming"), "Gather", Digits="1")
    desk.spool.add(SID, START, "received", line=line_of(desk))
    with desk.spool.turn() as ours:
        assert ours
        taking_in.take_in(desk)
    with read(desk.engine) as connection:
        assert connection.execute(select(calls.c.state)).scalar_one() == "leaving"


def test_many_calls_are_taken_in_over_several_rounds(desk: Desk, monkeypatch):
    """The sweep waits for it, and callers for the sweep."""
    monkeypatch.setattr(taking_in, "LONGEST", 0.0)
    ended(desk, SID)
    ended(desk, OTHER)
    taking_in.take_in(desk)
    assert len(outcomes(desk)) == 1
    taking_in.take_in(desk)
    assert len(outcomes(desk)) == 2
