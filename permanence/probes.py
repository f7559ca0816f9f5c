"""Is each part of the product alive? Every probe has a time limit, whatever hangs."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as LateError
from dataclasses import dataclass
from datetime import UTC, datetime

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq.defaults import RQ_KEY_PREFIX
from sqlalchemy import Engine, text

from logging_db.engine import read
from permanence import beat, places
from permanence.bell import WORKER_NAME
from permanence.settings import Settings

LIMIT_SECONDS = 1.5
SOCKET_SECONDS = 1.0
# A worker that runs a job says nothing for as long as the job may take.
SILENT_WORKER_SECONDS = 120.0


class PartMissingError(Exception):
    """A part does not work; the message says how that shows, for whoever looks."""


@dataclass(frozen=True)
class Finding:
    """What a probe found: ``words`` stand in the line of the part."""

    up: bool
    words: str


Probe = Callable[[], str]


class Probes:
    """Runs probes beside each other. One that hangs is not started a second time."""

    def __init__(self, probes: Mapping[str, Probe], limit: float = LIMIT_SECONDS) -> None:
        self._probes = dict(probes)
        self._limit = limit
        self._pool = ThreadPoolExecutor(len(probes), thread_name_prefix="probe")
        self._running: dict[str, Future[str]] = {}

    def run(self) -> dict[str, Finding]:
        """Return a finding for each probe, all within the limit together."""
        deadline = time.monotonic() + self._limit
        running = {name: self._start(name, probe) for name, probe in self._probes.items()}
        return {name: _wait(future, deadline) for name, future in running.items()}

    def _start(self, name: str, probe: Probe) -> Future[str]:
        last = self._running.get(name)
        if last is None or last.done():
            last = self._running[name] = self._pool.submit(probe)
        return last


def _wait(future: Future[str], deadline: float) -> Finding:
    try:
        return Finding(up=True, words=future.result(max(0.0, deadline - time.monotonic())))
    except LateError:
        return Finding(up=False, words="no answer in time")
    except PartMissingError as error:
        return Finding(up=False, words=str(error))
    except Exception as error:  # noqa: BLE001 # whatever it is, the part does not work
        return Finding(up=False, words=f"does not answer ({type(error).__name__})")


def of_everything(settings: Settings, engine: Engine) -> Probes:
    """Return the probes of database, Redis, worker and sweep."""
    redis = Redis.from_url(
        settings.redis_url,
        socket_timeout=SOCKET_SECONDS,
        socket_connect_timeout=SOCKET_SECONDS,
        retry=Retry(NoBackoff(), 1),
    )
    return Probes(
        {
            "database": lambda: database(engine),
            "redis": lambda: store(redis),
            "worker": lambda: worker(redis),
            "sweep": lambda: sweep(settings, redis),
        }
    )


def database(engine: Engine) -> str:
    """Ask the database for a row."""
    with read(engine) as connection:
        connection.execute(text("SELECT 1")).one()
    return "ok"


def store(redis: Redis) -> str:
    """Ask Redis for an answer."""
    redis.ping()
    return "ok"


def worker(redis: Redis) -> str:
    """Look for a worker that is connected and has not fallen silent.

    Redis knows at once when a process dies, as its connection closes; RQ's own register
    only notices after minutes.
    """
    names = {client["name"] for client in redis.client_list() if "name" in client}
    connected = sorted(name for name in names if name.startswith(WORKER_NAME))
    if not connected:
        raise PartMissingError("none is connected")
    alive = [name for name in connected if not _is_silent(redis, name)]
    if not alive:
        raise PartMissingError("is connected but has fallen silent")
    return f"ok ({len(alive)})"


def _is_silent(redis: Redis, name: str) -> bool:
    said = redis.hget(f"{RQ_KEY_PREFIX}:worker:{name}", "last_heartbeat")
    if said is None:
        return False  # Redis was wiped since; the next heartbeat is a few seconds away
    at = datetime.fromisoformat(said.decode() if isinstance(said, bytes) else str(said))
    return (datetime.now(UTC) - at).total_seconds() > SILENT_WORKER_SECONDS


def sweep(settings: Settings, redis: Redis) -> str:
    """Look for a round of the sweep in the last seconds, here or on another machine."""
    age = beat.seconds_since(places.sweep_beat(settings.data_dir))
    if age is not None and age < beat.FRESH_SECONDS:
        return "ok"
    if not settings.embeds_redis and redis.exists(beat.KEY):
        return "ok"
    raise PartMissingError(
        "never went round" if age is None else f"last went round {age:.0f} s ago"
    )
