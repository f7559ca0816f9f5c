"""The sweep's heartbeat, for readiness: a file here, and Redis for other machines."""

import time
from pathlib import Path

from redis.exceptions import RedisError

from logging_db.breaker import Breaker
from permanence import places
from permanence.bell import quick_redis
from permanence.settings import Settings

KEY = "permanence:sweep:beat"
FRESH_SECONDS = 15.0


class Beat:
    """Says that the sweep went round. Needs no Redis; never raises for want of one."""

    def __init__(self, settings: Settings) -> None:
        self._file = places.sweep_beat(settings.data_dir)
        places.make_data_dir(settings.data_dir)
        # An embedded Valkey has nobody on another machine to tell.
        self._redis = None if settings.embeds_redis else quick_redis(settings.redis_url)
        self._breaker = Breaker(rest=10.0)

    def give(self) -> None:
        """Say it."""
        self._file.touch(mode=0o600)
        if self._redis is None or not self._breaker.lets_through():
            return
        try:
            self._redis.set(KEY, "1", ex=int(FRESH_SECONDS))
        except (RedisError, OSError):
            self._breaker.report(worked=False)
        else:
            self._breaker.report(worked=True)


def seconds_since(file: Path) -> float | None:
    """Return the age of the beat on this machine, ``None`` if there was never one."""
    try:
        return max(0.0, time.time() - file.stat().st_mtime)
    except FileNotFoundError:
        return None
