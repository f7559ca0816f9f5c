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
            self._queue.enqueue_call(
                JOB,
                args=(job, row_id),
                timeout=JOB_SECONDS,
                ttl=WAIT_SECONDS,
                result_ttl=0,
                failure_ttl=FAILURE_SECONDS,
                description=QUEUE,  # RQ would write the arguments here, and log them
            )
            self._tell_losses()
        except (RedisError, OSError) as error:
            self._breaker.report(worked=False)
            self._lose()
            log.warning("The bell is silent; the sweep takes over", reason=type(error).__name__)
        else:
            self._breaker.report(worked=True)

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
