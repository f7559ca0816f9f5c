"""Three addresses for whoever runs the product: alive, ready, and figures.

They say nothing about callers. Keep them away from the public all the same: the reverse
proxy forwards ``/voice/`` only.
"""

from collections.abc import Mapping

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from sqlalchemy import Engine

from permanence import probes
from permanence.bell import quick_redis
from permanence.metrics import Figures
from permanence.probes import Finding, Probes
from permanence.settings import Settings


def make_blueprint(settings: Settings, engine: Engine, checks: Probes | None = None) -> Blueprint:
    """Return ``/healthz``, ``/readyz`` and ``/metrics`` over this engine and these settings."""
    blueprint = Blueprint("health", __name__)
    parts = checks or probes.of_everything(settings, engine)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures(engine, quick_redis(settings.redis_url), parts))

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return _text("ok\n", 200)

    @blueprint.get("/readyz")
    def readyz() -> Response:
        found = parts.run()
        status = 200 if all(finding.up for finding in found.values()) else 503
        return _text(_lines(found), status)

    @blueprint.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)

    return blueprint


def _lines(found: Mapping[str, Finding]) -> str:
    return "".join(
        f"{name}: {finding.words if finding.up else 'missing, ' + finding.words}\n"
        for name, finding in found.items()
    )


def _text(body: str, status: int) -> Response:
    return Response(body, status, {"Cache-Control": "no-store"}, content_type="text/plain")
