"""What has gone wrong in the waiting lines of others, and must not in ours.

From the trackers of the systems compared in the design. Where the test stands elsewhere, the
table says where; `test_every_failure_that_others_had_is_looked_for` holds the table to it.

| theirs | what happened there | looked for in |
| --- | --- | --- |
| Asterisk #176 | two agents answer one caller | test_telephony_races.py:test_two_who_press_one_at_the_same_instant_need_no_deadlock_to_be_told |
| Asterisk #1736 | one call is counted twice | here:test_one_call_is_not_counted_twice |
| Asterisk #1557 | the first who answers hangs up, and the others are dropped | here:test_the_others_are_not_dropped_when_the_first_who_answers_hangs_up |
| FreeSWITCH #1674 | several nodes cannot share a database | here:test_two_machines_do_not_ring_one_person_twice, stories/test_faults_deaths.py:test_no_death_of_a_process_or_a_store_loses_or_doubles_anything |
| FreeSWITCH #2540 | an agent stays reserved for ever | here:test_nobody_stays_reserved_for_a_call_that_was_never_placed |
| FreeSWITCH #1973 | a stale "answered" | here:test_nobody_stays_answered_whose_end_was_never_told |
| OpenSIPS #2530 | a lost BYE leaves the agent busy for ever | here:test_nobody_stays_answered_whose_end_was_never_told, stories/test_endings.py:test_lost_news_of_the_end_is_found_out_in_the_end |
| Chatwoot #10583 | the queue is not drained when somebody becomes free | here:test_a_caller_is_not_left_waiting_when_somebody_becomes_free |
| Chatwoot #15275 | concurrent writers flip the assignee | here:test_who_has_the_call_does_not_change_whatever_is_told_late |
| FusionPBX #1322 | no callback at all | stories/test_callback.py:test_a_callback_is_consented_to_offered_placed_and_forgotten |
| RQ #580, two queues | a killed worker's job is lost for ever | house/test_rooms.py:test_every_bell_that_is_rung_has_a_job_and_the_queue_a_worker, here:test_no_job_is_lost_with_the_worker_that_had_it |
| RQ #1716, #2236, #2015 | the same between dequeuing and beginning, and on a retry | here:test_no_job_is_lost_with_the_worker_that_had_it |
| RQ, SIGKILL of the parent | a job runs twice, at once | here:test_a_job_that_runs_twice_does_nothing_twice |
| RQ, scheduler killed | a due job comes 808 s late | here:test_what_is_due_waits_for_no_scheduler |
| RQ #1955, Redis kill -9 | queued and scheduled jobs are gone | stories/test_faults_deaths.py:test_no_death_of_a_process_or_a_store_loses_or_doubles_anything |
| RQ #1836, #1846 | the worker is deaf after Redis was restarted | test_permanence_worker.py:test_the_worker_hears_the_bell_again_after_redis_was_killed |
| RQ, defaults | arguments kept for a year, and pickled | test_permanence_bell.py:test_a_ring_carries_the_job_and_the_row_and_nothing_else |
| Celery #7918 | a job is run again, days later | here:test_a_ring_that_comes_days_late_does_nothing |
"""  # noqa: E501 # a row of a table is a line

import ast
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from logging_db import exports
from logging_db.engine import make_engine, read
from logging_db.tables import call_events, calls, legs, lines, offers
from telephony import jobs
from telephony.desk import Desk
from tests.doubles import CountingBell, RecordingDialler, StillClock
from tests.edge import Edge
from tests.provider import SID, Provider, verbs

TESTS = Path(__file__).resolve().parents[1]
OFFER = (offers.c.id, offers.c.state, offers.c.open)
PLACE = re.compile(r"(here|[\w/]+\.py):(test_\w+)")


@pytest.fixture
def edge(
    provider: Provider, desk: Desk, bell: CountingBell, dialler: RecordingDialler, clock: StillClock
) -> Edge:
    """The usual line and people."""
    return Edge(provider, desk, bell, dialler, clock)


def test_every_failure_that_others_had_is_looked_for():
    rows = [line for line in (__doc__ or "").splitlines() if line.startswith("| ")][2:]
    assert len(rows) == 18
    for row in rows:
        places = PLACE.findall(row)
        assert places, row
        for file, name in places:
            path = Path(__file__) if file == "here" else TESTS / file
            tree = ast.parse(path.read_text("utf-8"))
            assert name in {getattr(node, "name", "") for node in ast.walk(tree)}, (file, name)


def test_one_call_is_not_counted_twice(edge: Edge):
    edge.claimed()
    edge.work_off()
    for page in ("room", "room", "after", "after"):
        edge.page(page)
    for _ in range(3):
        edge.says(0, "completed")
        edge.hangs_up()
    with read(edge.desk.engine) as connection:
        (call,) = exports.calls(connection, None, None)
    assert call["outcome"] != "in_progress"
    assert call["offers"] == 3
    ends = select(func.count()).where(call_events.c.kind == "ended")
    with read(edge.desk.engine) as connection:
        assert connection.execute(ends).scalar_one() == 1


def test_the_others_are_not_dropped_when_the_first_who_answers_hangs_up(edge: Edge):
    edge.hears_the_wait()
    edge.work_off()
    edge.picks_up(0)
    edge.says(0, "completed")
    edge.work_off()
    assert not [one for one in edge.dialler.asked if one[0] == "hang_up"]
    assert sorted(edge.rows(offers.c.state)) == ["missed", "offered", "offered"]
    edge.takes(1)
    assert edge.rows(calls.c.state) == ["claimed"]


def test_two_machines_do_not_ring_one_person_twice(edge: Edge):
    """Each with connections of its own, at the same instant."""
    for number in range(1, 5):
        edge.waits(CallSid=f"CA{number:032d}")
    (line_id,) = edge.rows(lines.c.id)
    engines = [make_engine(edge.desk.engine.url) for _ in range(2)]
    desks = [_on(edge.desk, engine) for engine in engines]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: jobs.match(desks[n % 2], line_id), range(8)))
    for engine in engines:
        engine.dispose()
    people = edge.rows(offers.c.responder_id)
    assert len(people) == len(set(people)) == 3


def _on(desk: Desk, engine) -> Desk:
    return Desk(**{name: getattr(desk, name) for name in desk.__dataclass_fields__} | {
        "engine": engine
    })  # fmt: skip


def test_nobody_stays_reserved_for_a_call_that_was_never_placed(edge: Edge):
    """The worker died between writing that it dials and dialling."""
    edge.hears_the_wait()
    edge.work_off()
    reserved = edge.rows(offers.c.id)
    edge.execute("UPDATE legs SET state = 'placing', provider_sid = NULL")
    for _ in range(25):
        edge.tick(1)
    became = {i: (state, is_open) for i, state, is_open in edge.rows(*OFFER)}
    assert {became[offer_id] for offer_id in reserved} == {("failed", False)}
    assert len({ring.to for ring in edge.dialler.placed}) == 3


def test_nobody_stays_answered_whose_end_was_never_told(edge: Edge):
    edge.moved()
    for sid in (SID, *(f"CA{number:032x}" for number in range(1, 4))):
        edge.dialler.statuses[sid] = "completed"
    for _ in range(70):
        edge.tick(10)
    assert set(edge.rows(offers.c.open)) == {False}
    assert set(edge.rows(legs.c.state)) == {"ended"}
    assert edge.rows(calls.c.outcome) == ["answered"]


def test_a_caller_is_not_left_waiting_when_somebody_becomes_free(edge: Edge):
    for number in range(1, 5):  # four callers, three people
        edge.waits(CallSid=f"CA{number:032d}")
    edge.work_off()
    taken = set(edge.rows(offers.c.call_id))
    assert len(taken) == 3
    edge.says(0, "busy")
    edge.bell.rung.clear()  # the ring for it is lost
    edge.tick(1)
    assert len(set(edge.rows(offers.c.call_id)) - taken) == 1


def test_who_has_the_call_does_not_change_whatever_is_told_late(edge: Edge):
    edge.claimed()
    (owner,) = edge.rows(calls.c.offer_id)
    for index in (1, 2, 1, 2):
        _presses_one(edge, index)
        edge.says(index, "completed")
        edge.work_off()
    assert edge.rows(calls.c.offer_id) == [owner]
    assert edge.rows(offers.c.state).count("taken") == 1


def _presses_one(edge: Edge, index: int) -> None:
    """Their key is told, whether they were asked for it or not."""
    key = edge.path(edge.dialler.placed[index].answer_url).replace("/answer", "/key")
    leg = edge.leg(index) | {"CallStatus": "in-progress", "Digits": "1"}
    assert "Dial" not in verbs(edge.provider.post(key, **leg))


def test_no_job_is_lost_with_the_worker_that_had_it(edge: Edge):
    """No ring is ever heard: all that was rung for is done, by the rows alone."""
    edge.hears_the_wait()
    edge.bell.rung.clear()
    edge.tick(0.5)
    assert len(edge.dialler.placed) == 3
    edge.takes(0)
    edge.bell.rung.clear()
    edge.tick(0.5)
    assert edge.redirects() == ["room"]
    assert len([one for one in edge.dialler.asked if one[0] == "hang_up"]) == 2


def test_a_job_that_runs_twice_does_nothing_twice(edge: Edge):
    edge.hears_the_wait()
    _twice(edge)
    assert len({ring.to for ring in edge.dialler.placed}) == len(edge.dialler.placed) == 3
    edge.takes(0)
    _twice(edge)
    assert edge.redirects() == ["room"]
    assert len([one for one in edge.dialler.asked if one[0] == "hang_up"]) == 2


def _twice(edge: Edge) -> None:
    """Have two workers do every job that is rung for, at the same time."""
    while edge.bell.rung:
        ring = edge.bell.rung.pop(0)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda _, ring=ring: jobs.run(edge.desk, *ring), range(2)))


def test_what_is_due_waits_for_no_scheduler(edge: Edge):
    """A callback is due and nobody rings for it: the next round of the sweep does."""
    edge.asked_for_a_callback()
    edge.bell.rung.clear()
    edge.tick(0.5)
    assert len(edge.dialler.placed) == 3


def test_a_ring_that_comes_days_late_does_nothing(edge: Edge):
    edge.hears_the_wait()
    rung = list(edge.bell.rung)
    edge.work_off()
    rung += [("place", leg_id) for leg_id in edge.rows(legs.c.id)]
    edge.takes(0)
    rung += edge.bell.rung
    edge.work_off()
    edge.page("room")
    edge.hangs_up()
    edge.says(0, "completed")
    edge.bell.rung.clear()
    before = (len(edge.dialler.placed), len(edge.dialler.asked))
    edge.clock.forward(timedelta(days=4).total_seconds())
    for ring in rung:
        jobs.run(edge.desk, *ring)
    assert (len(edge.dialler.placed), len(edge.dialler.asked)) == before
