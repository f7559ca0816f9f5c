import contextlib
import json
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from permanence import probes
from permanence.bell import QUEUE, WORKER_NAME, RedisBell
from tests.permanence_kit import Store, environment, running, store, until

ROW = "0123456789abcdef0123456789abcdef"
# A job that does not exist fails at once, and the failure is what can be seen from here.
JOB = "no-such-job"


class Office:
    """A real worker process over a real Valkey and a real database."""

    def __init__(self, valkey: Store, log: Path, process: subprocess.Popen[bytes]) -> None:
        self.valkey = valkey
        self.log = log
        self.process = process
        self.bell = RedisBell(valkey.url)
        self._seen = 0

    def forget(self) -> None:
        self._seen = len(self.log.read_text())

    def said(self) -> str:
        """What the worker has logged during this test."""
        return self.log.read_text()[self._seen :]

    def lines(self, event: str) -> list[dict]:
        lines = [json.loads(line) for line in self.said().splitlines()]
        return [line for line in lines if line["event"].startswith(event)]

    def names(self) -> list[str]:
        clients = Redis.from_url(self.valkey.url).client_list()
        return [client["name"] for client in clients if client["name"].startswith(WORKER_NAME)]

    @property
    def queue(self) -> Queue:
        return Queue(QUEUE, connection=Redis.from_url(self.valkey.url), serializer=JSONSerializer)


@contextlib.contextmanager
def an_office(folder: Path, template: Path):
    with store() as valkey:
        shutil.copy(template, valkey.settings.data_dir / "permanence.db")
        log = folder / "worker.log"
        with running("worker", env=environment(valkey.settings.data_dir), log=log) as process:
            yield Office(valkey, log, process)


@pytest.fixture(scope="module")
def the_office(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path):
    with an_office(tmp_path_factory.mktemp("worker"), sqlite_template) as made:
        yield made


@pytest.fixture
def office(the_office: Office):
    """The office that all tests share, with a worker at its desk and nothing to do."""
    until(the_office.names)
    Redis.from_url(the_office.valkey.url).delete("rq:failed:bell")
    the_office.bell = RedisBell(the_office.valkey.url)
    the_office.forget()
    yield the_office
    assert the_office.process.poll() is None


def test_a_job_that_fails_is_logged_with_its_ids_and_not_tried_again(office: Office):
    office.bell.ring(JOB, ROW)
    until(lambda: office.lines("A job failed"))
    [line] = office.lines("A job failed")
    assert (line["job"], line["row"]) == (JOB, ROW)
    assert "KeyError" in line["exception"]
    until(lambda: office.queue.failed_job_registry.count == 1)
    [kept] = office.queue.failed_job_registry.get_job_ids()
    said = office.queue.fetch_job(kept).latest_result().exc_string
    assert "JobFailedError" in said
    assert "KeyError" not in said
    assert office.queue.count == 0


def test_after_a_failed_job_the_worker_goes_on(office: Office):
    for _ in range(3):
        office.bell.ring(JOB, ROW)
    until(lambda: len(office.lines("A job failed")) == 3)


def test_the_worker_hears_the_bell_again_after_redis_was_killed(office: Office):
    office.valkey.kill()
    until(lambda: "Redis" in office.said())
    office.valkey.start()
    until(office.names)
    RedisBell(office.valkey.url).ring(JOB, ROW)
    until(lambda: office.lines("A job failed"))


def test_the_worker_goes_on_after_redis_was_wiped(office: Office):
    Redis.from_url(office.valkey.url).flushall()
    office.bell.ring(JOB, ROW)
    until(lambda: office.lines("A job failed"))


def test_it_waits_for_redis_without_a_tight_loop_and_ends_on_a_signal(tmp_path: Path):
    log = tmp_path / "worker.log"
    with store() as valkey:
        valkey.kill()
        with running("worker", env=environment(valkey.settings.data_dir), log=log) as process:
            until(lambda: log.exists() and log.read_text().count("Waiting for Redis") >= 3)
            assert log.read_text().count("Waiting for Redis") < 10
            valkey.start()
            until(lambda: "Listening" in log.read_text())
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0


def test_readiness_sees_a_worker_come_and_go_at_once(tmp_path: Path, sqlite_template: Path):
    with an_office(tmp_path, sqlite_template) as office:
        until(office.names)
        redis = Redis.from_url(office.valkey.url)
        assert probes.worker(redis) == "ok (1)"
        office.process.kill()
        office.process.wait()
        until(lambda: not office.names(), 1)
        with pytest.raises(probes.PartMissingError, match="none is connected"):
            probes.worker(redis)


def test_readiness_sees_a_worker_that_has_fallen_silent(office: Office):
    redis = Redis.from_url(office.valkey.url)
    [name] = office.names()
    now = redis.hget(f"rq:worker:{name}", "last_heartbeat")
    office.process.send_signal(signal.SIGSTOP)
    try:
        redis.hset(f"rq:worker:{name}", "last_heartbeat", "2020-01-01T09:00:00.000000Z")
        with pytest.raises(probes.PartMissingError, match="silent"):
            probes.worker(redis)
    finally:
        office.process.send_signal(signal.SIGCONT)
    redis.hset(f"rq:worker:{name}", "last_heartbeat", now)
