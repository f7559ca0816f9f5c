"""What is spooled while the database is away, and how it comes into the book: once, and whole."""

import json
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from logging_db import exports
from logging_db.engine import read
from logging_db.tables import call_events, calls, offers
from permanence.keeping import Keeper
from telephony import taking_in
from telephony.desk import Desk
from telephony.spool import Spool, UnreadableError
from tests.doubles import START, RecordingDialler, StillClock
from tests.kept_books import imported
from tests.provider import SID
from tests.stories.cast import FEDERATION


def after(seconds: float) -> Any:
    return START + timedelta(seconds=seconds)


# --- the files


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool")


def kinds(spool: Spool, name: str = SID) -> list[str]:
    return [event["kind"] for event in spool.read(name)]


def test_a_line_that_a_crash_cut_short_never_happened_and_the_next_is_whole(spool: Spool):
    spool.add(SID, START, "received", line="x")
    file = spool.folder / f"{SID}.jsonl"
    file.write_bytes(file.read_bytes() + b'{"at": "2026-11-23T09:00:01+00:00", "ki')
    assert kinds(spool) == ["received"]
    spool.add(SID, after(2), "closed")
    assert kinds(spool) == ["received", "closed"]


def test_a_file_that_holds_something_else_is_not_understood(spool: Spool):
    spool.add(SID, START, "received")
    (spool.folder / f"{SID}.jsonl").write_bytes(b"\x00\x01 garbage\n")
    with pytest.raises(UnreadableError):
        spool.read(SID)


def test_what_is_written_while_a_file_is_taken_is_not_lost(spool: Spool):
    each, writers = 40, 4
    done = threading.Event()

    def write(number: int) -> None:
        for n in range(each):
            assert spool.add(SID, after(n), f"event-{number}-{n}")

    def take() -> None:
        while not done.is_set():
            spool.take(SID)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    taker = threading.Thread(target=take)
    for thread in (*threads, taker):
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    taker.join()
    assert sorted(kinds(spool)) == sorted(
        f"event-{number}-{n}" for number in range(writers) for n in range(each)
    )


def test_a_disk_that_takes_nothing_is_said_in_the_log_and_raises_nothing(tmp_path: Path):
    (tmp_path / "spool").write_text("a file where the folder should be")
    with capture_logs() as logs:
        assert Spool(tmp_path / "spool").add(SID, START, "received") is False
    assert [entry["event"] for entry in logs] == ["spool_not_written"]


# --- into the book


@pytest.fixture
def desk(desk: Desk, tmp_path: Path) -> Desk:
    imported(desk.engine, desk.cipher, FEDERATION)
    return replace(desk, spool=Spool(tmp_path / "spool"))


def ids(desk: Desk) -> tuple[str, dict[str, str]]:
    with read(desk.engine) as connection:
        book = desk.rosters.load(connection, START)
    (roster,) = book.by_id.values()
    return roster.line.id, {one.name.split()[0]: one.id for one in roster.responders.values()}


def answered(desk: Desk) -> list[tuple[float, str, dict[str, Any]]]:
    """A call that Alice missed and Bram took: what is spooled of it."""
    _, people = ids(desk)
    return [
        (0, "received", {}),
        (6, "language", {"language": "fr"}),
        (6, "rang", {"responder": people["Alice"]}),
        (31, "over", {"responder": people["Alice"], "status": "no-answer", "talked": False,
                      "seconds": 0}),
        (31, "rang", {"responder": people["Bram"]}),
        (40, "accepted", {"responder": people["Bram"]}),
        (100, "over", {"responder": people["Bram"], "status": "completed", "talked": True,
                       "seconds": 65}),
        (105, "status", {"status": "completed"}),
    ]  # fmt: skip


def spooled(desk: Desk, events: list[tuple[float, str, dict[str, Any]]]) -> None:
    line, _ = ids(desk)
    for seconds, kind, more in events:
        assert desk.spool.add(SID, after(seconds), kind, line=line, **more)


def the_call(desk: Desk) -> dict[str, Any]:
    with read(desk.engine) as connection:
        (call,) = exports.calls(connection)
    return call


WHOLE = {
    "language": "fr", "outcome": "answered", "responder": "Bram Peeters", "service": "caw",
    "offers": 2, "wait_seconds": 40, "talk_seconds": 65,
}  # fmt: skip


def facts(call: dict[str, Any]) -> dict[str, Any]:
    return {name: call[name] for name in WHOLE}


def test_a_file_taken_in_twice_makes_one_call(desk: Desk):
    spooled(desk, answered(desk))
    file = desk.spool.folder / f"{SID}.jsonl"
    kept = file.read_bytes()
    taking_in.take_in(desk)
    assert facts(the_call(desk)) == WHOLE
    assert not file.exists()
    file.with_suffix(".taken").write_bytes(kept)  # as if we had died before dropping it
    before = counted(desk)
    taking_in.take_in(desk)
    assert counted(desk) == before
    assert facts(the_call(desk)) == WHOLE
    assert desk.spool.names("CA") == []


def counted(desk: Desk) -> list[int]:
    with read(desk.engine) as connection:
        return [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (calls, offers, call_events)
        ]


@pytest.mark.parametrize("cut", [2, 4, 6, 7])
@pytest.mark.parametrize("ended_first", [True, False])
def test_two_machines_that_know_a_part_each_make_one_whole_call(desk: Desk, cut, ended_first):
    """Webhooks of one call may go to several machines, each with a spool of its own."""
    events = answered(desk)
    other = replace(desk, spool=Spool(desk.spool.folder.parent / "other"))
    spooled(desk, events[:cut])
    spooled(other, events[cut:])
    machines = [other, desk] if ended_first else [desk, other]
    for machine in machines * 2:
        taking_in.take_in(machine)
    call = the_call(desk)
    assert (call["outcome"], call["responder"]) == ("answered", "Bram Peeters")
    assert desk.spool.names("CA") == other.spool.names("CA") == []


def test_a_call_that_its_last_status_closed_as_failed_is_completed(desk: Desk, provider):
    """The database was back when the call ended, and another machine was told of that."""
    provider.post("/voice/status", CallStatus="completed")
    assert the_call(desk)["outcome"] == "failed"
    spooled(desk, answered(desk)[:-1])
    taking_in.take_in(desk)
    call = the_call(desk)
    assert (call["outcome"], call["responder"], call["offers"]) == ("answered", "Bram Peeters", 2)
    assert call["received_at"] == "2026-11-23T09:00:00Z"


def test_a_call_whose_end_nobody_told_is_asked_about(
    desk: Desk, clock: StillClock, dialler: RecordingDialler
):
    spooled(desk, answered(desk)[:6])
    clock.forward(300)
    taking_in.take_in(desk)
    assert dialler.asked == []
    clock.forward(400)
    taking_in.take_in(desk)  # it lives
    taking_in.take_in(desk)
    assert dialler.asked == [("status", SID)]
    dialler.statuses[SID] = "completed"
    clock.forward(700)
    taking_in.take_in(desk)
    assert the_call(desk)["responder"] == "Bram Peeters"
    assert desk.spool.names("CA") == []


def test_a_web_process_takes_in_what_it_spooled_with_no_sweep_beside_it(desk: Desk):
    spooled(desk, answered(desk))
    keeper = Keeper(desk, every=0.01)
    keeper.start()
    deadline = time.monotonic() + 10
    while desk.spool.names("CA"):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    keeper.stop()
    assert facts(the_call(desk)) == WHOLE
    known = desk.snapshots.last(START)
    assert known is not None
    assert len(known.sealed) == 3


@pytest.mark.parametrize("bad", [b"no json\n", b'{"at": "2026-11-23T09:00:00+00:00"}\n'])
def test_a_bad_file_is_put_aside_by_name_and_keeps_nobody_else_back(desk: Desk, bad: bytes):
    spooled(desk, answered(desk))
    other = "CA" + "2" * 32
    (desk.spool.folder / f"{other}.jsonl").write_bytes(bad)
    with capture_logs() as logs:
        taking_in.take_in(desk)
    assert facts(the_call(desk)) == WHOLE
    assert desk.spool.aside() == [f"{other}.jsonl"]
    put = [entry for entry in logs if entry["event"] == "spool_file_put_aside"]
    assert [entry["name"] for entry in put] == [f"aside/{other}.jsonl"]


def test_a_call_on_a_line_that_is_no_more_is_put_aside(desk: Desk):
    desk.spool.add(SID, START, "received", line="0" * 32)
    desk.spool.add(SID, after(9), "status", status="completed")
    with capture_logs():
        taking_in.take_in(desk)
    assert desk.spool.aside() == [f"{SID}.taken"]
    assert json.loads((desk.spool.folder / "aside" / f"{SID}.taken").read_text().split("\n")[0])
