"""What Prometheus reads, counted in the database and in Redis when it asks."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis import Redis
from redis.exceptions import RedisError
from rq.defaults import RQ_KEY_PREFIX
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from logging_db.engine import read
from logging_db.tables import callback_requests, calls, offers
from permanence.bell import LOST_KEY, QUEUE
from permanence.probes import Finding, Probes
from routing import states


class Figures(Collector):
    """Counts at scrape time, so every web process gives the same figures.

    What cannot be counted is left out, and ``permanence_up`` says why.
    """

    def __init__(self, engine: Engine, redis: Redis, probes: Probes) -> None:
        self._engine = engine
        self._redis = redis
        self._probes = probes

    def collect(self) -> Iterable[Metric]:
        """Return the figures of this moment."""
        yield _build()
        found = self._probes.run()
        yield _up(found)
        if found["database"].up:
            yield from self._book()
        if found["redis"].up:
            yield from self._bell()

    def _book(self) -> list[Metric]:
        try:
            with read(self._engine) as connection:
                return list(_counts(connection, datetime.now(UTC)))
        except SQLAlchemyError:
            return []

    def _bell(self) -> list[Metric]:
        try:
            lost, waiting = (
                self._redis.get(LOST_KEY),
                self._redis.llen(f"{RQ_KEY_PREFIX}:queue:{QUEUE}"),
            )
        except RedisError:
            return []
        return [
            CounterMetricFamily(
                "permanence_bell_lost",
                "Rings that did not reach Redis; the sweep took over.",
                value=float(lost or 0),
            ),
            GaugeMetricFamily(
                "permanence_bell_waiting",
                "Rings that no worker has taken yet.",
                value=float(waiting),
            ),
        ]


def _build() -> Metric:
    info = GaugeMetricFamily("permanence_build_info", "The version that runs.", labels=["version"])
    info.add_metric([version("permanence")], 1)
    return info


def _up(found: dict[str, Finding]) -> Metric:
    up = GaugeMetricFamily("permanence_up", "1 where the part works.", labels=["part"])
    for part, finding in found.items():
        up.add_metric([part], int(finding.up))
    return up


def _counts(connection: Connection, at: datetime) -> Iterator[Metric]:
    running = GaugeMetricFamily(
        "permanence_calls_in_progress", "Calls that are not over.", labels=["state"]
    )
    rows = connection.execute(
        select(calls.c.state, func.count().label("n"))
        .where(calls.c.ended_at.is_(None))
        .group_by(calls.c.state)
    )
    counted = {row.state: row.n for row in rows}
    for state in states.CALL_MOVES:
        if state != states.ENDED:
            running.add_metric([state], counted.get(state, 0))
    yield running
    yield GaugeMetricFamily(
        "permanence_offers_open",
        "Responders that are rung or talk.",
        value=connection.execute(
            select(func.count()).select_from(offers).where(offers.c.open)
        ).scalar_one(),
    )
    yield from _callbacks(connection, at)


def _callbacks(connection: Connection, at: datetime) -> Iterator[Metric]:
    still_open = callback_requests.c.closed_at.is_(None)
    count, oldest = connection.execute(
        select(func.count(), func.min(callback_requests.c.due_at)).where(
            still_open, callback_requests.c.due_at <= at
        )
    ).one()
    yield GaugeMetricFamily(
        "permanence_callbacks_due", "People to ring back whose time has come.", value=count
    )
    yield GaugeMetricFamily(
        "permanence_callbacks_oldest_due_seconds",
        "For how long the oldest of them has been due.",
        value=(at - oldest).total_seconds() if oldest else 0,
    )
