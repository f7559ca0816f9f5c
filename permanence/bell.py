"""The bell over RQ: it wakes a worker. A lost ring costs time, never a call."""

import threading

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

from logging_db.breaker import Breaker

log = structlog.get_logger(__name__)

QUEUE = "bell"
WORKER_NAME = "permanence-worker-"  # and a random rest; probes look for it
JOB = "permanence.worker.run_job"
LOST_KEY = "permanence:bell:lost"
RUNG_KEY = "permanence:bell:rung:{job}:{row_id}"
RUNG_MILLISECONDS = 1000
"""How long a ring stands for those that come after it. The worker ends that as it begins."""

ONCE = frozenset({"match"})
"""Jobs that many webhooks ask for at once, of one line: while one waits, it does for all."""

SOCKET_SECONDS = 0.25
JOB_SECONDS = 60
WAIT_SECONDS = 600  # an older ring is worth nothing: the sweep has found its row
FAILURE_SECONDS = 86_400


def quick_redis(url: str) -> Redis:
    """Return a client that gives up early.

    It tries once more where a connection has been closed, as all are when Redis was
    restarted, but never after a time-out.
    """
    retry = Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,))
    return Redis.from_url(
        url, socket_timeout=SOCKET_SECONDS, socket_connect_timeout=SOCKET_SECONDS, retry=retry
    )


class RedisBell:
    """Rings through an RQ queue; see :class:`telephony.desk.Bell`.

    Lost rings are counted in Redis itself, once it is back, under ``LOST_KEY``.
    """

    def __init__(self, redis_url: str, breaker: Breaker | None = None) -> None:
        self._redis = quick_redis(redis_url)
        self._queue = Queue(QUEUE, connection=self._redis, serializer=JSONSerializer)
        self._breaker = breaker or Breaker()
        self._lock = threading.Lock()
        self.lost = 0

    def ring(self, job: str, row_id: str) -> None:
        """Ask for ``job`` on the row ``row_id``. Never raises; waits half a second at most."""
        if not self._breaker.lets_through():
            self._lose()
            return
        try:
            if not self._is_rung(job, row_id):
                self._enqueue(job, row_id)
            self._tell_losses()
        except (RedisError, OSError) as error:
            self._breaker.report(worked=False)
            self._lose()
            log.warning("The bell is silent; the sweep takes over", reason=type(error).__name__)
        else:
            self._breaker.report(worked=True)

    def _is_rung(self, job: str, row_id: str) -> bool:
        """Tell whether the same ring waits already; if not, from now on it does.

        Whoever rings has committed, and the job that waits reads only once it has begun.
        """
        if job not in ONCE:
            return False
        key = RUNG_KEY.format(job=job, row_id=row_id)
        return not self._redis.set(key, 1, nx=True, px=RUNG_MILLISECONDS)

    def _enqueue(self, job: str, row_id: str) -> None:
        self._queue.enqueue_call(
            JOB,
            args=(job, row_id),
            timeout=JOB_SECONDS,
            ttl=WAIT_SECONDS,
            result_ttl=0,
            failure_ttl=FAILURE_SECONDS,
            description=QUEUE,  # RQ would write the arguments here, and log them
        )

    def _lose(self) -> None:
        with self._lock:
            self.lost += 1

    def _tell_losses(self) -> None:
        if not self.lost:
            return
        with self._lock:
            told, self.lost = self.lost, 0
        try:
            self._redis.incrby(LOST_KEY, told)
        except RedisError:
            with self._lock:
                self.lost += told
            raise


def begun(redis: Redis, job: str, row_id: str) -> None:
    """From now on a ring for the same is a new one: the job is about to read."""
    if job in ONCE:
        redis.delete(RUNG_KEY.format(job=job, row_id=row_id))
