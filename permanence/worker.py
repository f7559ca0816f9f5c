"""The worker: it answers the bell.

It runs jobs in its own process (RQ's SimpleWorker) rather than forking a child for each.
Measured on two cores with an SQLite query a job: 4.5 ms from ring to run against 37 ms
with a fork, 119 jobs a second against 21; and the connections to the database and to the
provider stay open. What the fork would give, a crash that spares the worker, the
supervisor gives as well: it starts a new one, and the sweep finds the row.

One queue only: with two, RQ loses the job of a worker that is killed.
"""

import signal
import sys
import time
from typing import Any, NoReturn
from uuid import uuid4

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue, SimpleWorker, get_current_job
from rq.serializers import JSONSerializer

from permanence.bell import QUEUE, WORKER_NAME, begun
from permanence.runtime import open_desk
from permanence.settings import Settings, load
from telephony import jobs
from telephony.desk import Desk

log = structlog.get_logger(__name__)

WORKER_TTL = 30
MAINTENANCE_SECONDS = 30
CONNECT_SECONDS = 2.0
# Well past RQ's longest wait for a ring (WORKER_TTL - 15). The client's own default is
# shorter than that, and a ring that arrives after a time-out is lost.
ANSWER_SECONDS = 25.0
LONGEST_WAIT = 2.0


class JobFailedError(Exception):
    """What RQ keeps of a failure: no text of the error, as that may hold a number."""


class BellWorker(SimpleWorker):
    """RQ's worker in one process, without what we do not use, quick to find Redis again."""

    max_connection_wait_time = LONGEST_WAIT
    log_result_lifespan = False
    asked_to_stop = False

    def request_stop(self, signum: Any, frame: Any) -> None:
        """Finish the job at hand, then stop."""
        self.asked_to_stop = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def subscribe(self) -> None:
        """Do without RQ's remote commands: they cost a connection and a thread."""

    def unsubscribe(self) -> None:
        """Nothing was subscribed to."""


class _Here:
    """What this process works with: RQ calls a function by its name and hands over ids only."""

    desk: Desk | None = None


def _desk() -> Desk:
    """Return this process's desk, opened with the first use."""
    if _Here.desk is None:
        _Here.desk = open_desk(load())
    return _Here.desk


def run_job(name: str, row_id: str) -> None:
    """Do the job ``name`` on a row. RQ calls this.

    A job that raises is not tried again here: its row is still open, and the sweep finds it.
    """
    job = get_current_job()
    if job:
        begun(job.connection, name, row_id)
    try:
        jobs.run(_desk(), name, row_id)
    except Exception:
        log.exception(
            "A job failed; the sweep will find its row",
            job=name,
            row=row_id,
            ring=job.id if job else None,
        )
        raise JobFailedError(f"The job {name} failed; the log says why.") from None


def main(settings: Settings, desk: Desk | None = None) -> None:
    """Answer the bell until SIGTERM or SIGINT. Redis may go and come back meanwhile.

    ``desk`` is what jobs work with, by default one opened from the settings.
    """
    _Here.desk = desk or open_desk(settings)
    while True:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _leave)
        if _work(settings.redis_url):
            return
        time.sleep(LONGEST_WAIT / 4)


def _leave(_number: int, _frame: object) -> NoReturn:
    sys.exit(0)


def _work(redis_url: str) -> bool:
    """Work until Redis fails (false) or until asked to stop (true)."""
    name = WORKER_NAME + uuid4().hex
    redis = Redis.from_url(
        redis_url,
        client_name=name,  # by which health.py sees that we live
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 0),  # waiting is done in one place: here
    )
    _wait_for(redis)
    worker: BellWorker | None = None
    try:
        worker = BellWorker(
            [Queue(QUEUE, connection=redis, serializer=JSONSerializer)],
            name=name,
            connection=redis,
            serializer=JSONSerializer,
            worker_ttl=WORKER_TTL,
            maintenance_interval=MAINTENANCE_SECONDS,
            log_job_description=False,
        )
        log.info("Listening", worker=name)
        worker.work()
    except RedisError as error:
        log.warning("Redis failed", reason=type(error).__name__)
    finally:
        redis.close()
    return worker is not None and worker.asked_to_stop


def _wait_for(redis: Redis) -> None:
    wait = 0.1
    while True:
        try:
            redis.ping()
        except RedisError as error:
            log.warning("Waiting for Redis", reason=type(error).__name__)
            time.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)
        else:
            return
