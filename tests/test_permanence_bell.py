import signal
import time

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from logging_db.breaker import Breaker
from permanence.bell import JOB, LOST_KEY, QUEUE, RedisBell, begun
from tests.permanence_kit import store

ROW = "0123456789abcdef0123456789abcdef"


def rings(url: str) -> list[tuple[str, list[str]]]:
    queue = Queue(QUEUE, connection=Redis.from_url(url), serializer=JSONSerializer)
    return [(job.func_name, list(job.args)) for job in queue.jobs]


def test_a_ring_carries_the_job_and_the_row_and_nothing_else():
    with store() as valkey:
        RedisBell(valkey.url).ring("match", ROW)
        assert rings(valkey.url) == [(JOB, ["match", ROW])]
        [job] = Queue(QUEUE, connection=Redis.from_url(valkey.url), serializer=JSONSerializer).jobs
        assert job.description == "bell"
        assert (job.timeout, job.result_ttl, job.failure_ttl) == (60, 0, 86400)
        assert job.retries_left is None


def test_a_silent_bell_raises_nothing_and_keeps_nobody_waiting():
    with store() as valkey:
        bell = RedisBell(valkey.url)
        valkey.kill()
        began = time.monotonic()
        for _ in range(100):
            bell.ring("match", ROW)
        assert time.monotonic() - began < 0.5
        assert bell.lost == 100


def test_a_redis_that_hangs_costs_half_a_second_once():
    with store() as valkey:
        bell = RedisBell(valkey.url)
        bell.ring("match", ROW)
        valkey.send(signal.SIGSTOP)
        began = time.monotonic()
        for _ in range(100):
            bell.ring("match", ROW)
        assert time.monotonic() - began < 0.6
        valkey.send(signal.SIGCONT)
        assert bell.lost == 100


def test_the_bell_is_found_again_and_then_tells_what_was_lost():
    now = [0.0]
    later = ROW[::-1]
    with store() as valkey:
        bell = RedisBell(valkey.url, Breaker(clock=lambda: now[0]))
        bell.ring("place", ROW)
        valkey.kill()
        bell.ring("place", ROW)
        bell.ring("place", ROW)
        valkey.start()
        now[0] = 1.9
        bell.ring("place", ROW)
        assert bell.lost == 3
        now[0] = 2.1
        bell.ring("place", later)
        assert bell.lost == 0
        assert Redis.from_url(valkey.url).get(LOST_KEY) == b"3"
        # Of the first ring the kill may have left nothing: a busy disk writes up to a second late.
        assert rings(valkey.url)[-1] == (JOB, ["place", later])
        assert len(rings(valkey.url)) <= 2


def test_a_restart_between_two_rings_loses_none():
    with store() as valkey:
        bell = RedisBell(valkey.url)
        bell.ring("place", ROW)
        valkey.kill()
        valkey.start()
        bell.ring("place", ROW)
        assert bell.lost == 0


def test_after_a_failure_one_attempt_is_let_through_every_two_seconds():
    now = [0.0]
    breaker = Breaker(clock=lambda: now[0])
    assert breaker.lets_through()
    breaker.report(worked=False)
    assert not breaker.lets_through()
    now[0] = 2.0
    assert breaker.lets_through()
    assert not breaker.lets_through()
    breaker.report(worked=True)
    assert breaker.lets_through()
    assert breaker.lets_through()


def test_one_ring_to_match_a_line_does_for_all_until_the_job_begins():
    with store() as valkey:
        bell, redis = RedisBell(valkey.url), Redis.from_url(valkey.url)
        for _ in range(3):
            bell.ring("match", ROW)
        assert len(rings(valkey.url)) == 1
        bell.ring("match", "f" * 32)  # another line
        assert len(rings(valkey.url)) == 2
        begun(redis, "match", ROW)
        bell.ring("match", ROW)
        assert len(rings(valkey.url)) == 3


def test_a_ring_whose_job_never_begins_stands_for_others_a_second_at_most():
    with store() as valkey:
        bell = RedisBell(valkey.url)
        bell.ring("match", ROW)
        Redis.from_url(valkey.url).delete("rq:queue:bell")  # it is gone, nobody knows how
        time.sleep(1.1)
        bell.ring("match", ROW)
        assert len(rings(valkey.url)) == 1


def test_other_jobs_are_rung_for_each_time():
    with store() as valkey:
        bell = RedisBell(valkey.url)
        bell.ring("place", ROW)
        bell.ring("place", ROW)
        assert len(rings(valkey.url)) == 2
