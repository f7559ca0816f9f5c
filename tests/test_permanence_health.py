import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import Engine, insert

from logging_db import calls, offers
from logging_db.columns import new_id
from logging_db.tables import callback_requests, lines, partner_services, responders
from permanence import health, probes
from permanence.bell import LOST_KEY, quick_redis
from permanence.probes import PartMissingError, Probes
from permanence.settings import Settings
from routing import states
from tests.permanence_kit import store

NOW = datetime.now(UTC)


@pytest.fixture
def nowhere(tmp_path) -> Settings:
    """Settings whose Redis is not running."""
    return Settings(data_dir=tmp_path)


def client(settings: Settings, engine: Engine, checks: Probes | None = None):
    app = Flask("front door")
    app.register_blueprint(health.make_blueprint(settings, engine, checks))
    return app.test_client()


def fail() -> str:
    raise PartMissingError("it sleeps")


def test_the_process_lives(nowhere: Settings, engine: Engine):
    answer = client(nowhere, engine).get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_ready_says_a_line_a_part(nowhere: Settings, engine: Engine):
    checks = Probes({"database": lambda: "ok", "worker": lambda: "ok (2)"})
    answer = client(nowhere, engine, checks).get("/readyz")
    assert answer.status_code == 200
    assert answer.content_type == "text/plain"
    assert answer.text == "database: ok\nworker: ok (2)\n"


def test_not_ready_names_what_is_missing(nowhere: Settings, engine: Engine):
    checks = Probes({"database": lambda: "ok", "worker": fail})
    answer = client(nowhere, engine, checks).get("/readyz")
    assert answer.status_code == 503
    assert answer.text == "database: ok\nworker: missing, it sleeps\n"


def test_without_redis_the_rest_is_still_told(nowhere: Settings, engine: Engine):
    answer = client(nowhere, engine).get("/readyz")
    assert answer.status_code == 503
    assert answer.text.splitlines()[0] == "database: ok"
    assert "redis: missing, does not answer (ConnectionError)" in answer.text
    assert "sweep: missing, never went round" in answer.text


def test_what_hangs_is_told_in_time_and_is_not_asked_again(nowhere: Settings, engine: Engine):
    asked: list[int] = []
    end = threading.Event()

    def hang() -> str:
        asked.append(1)
        end.wait()
        return "ok"

    asking = client(nowhere, engine, Probes({"database": hang, "redis": lambda: "ok"}, limit=0.2))
    began = time.monotonic()
    for _ in range(3):
        answer = asking.get("/readyz")
        assert answer.text == "database: missing, no answer in time\nredis: ok\n"
    end.set()
    assert time.monotonic() - began < 1.0
    assert len(asked) == 1


def test_all_probes_together_keep_their_limit(nowhere: Settings, engine: Engine):
    slow = {name: lambda: time.sleep(0.4) or "ok" for name in "abcd"}
    began = time.monotonic()
    found = Probes(slow, limit=0.2).run()
    assert time.monotonic() - began < 0.35
    assert not any(finding.up for finding in found.values())


def test_a_beat_in_redis_counts_on_machines_without_the_sweep(tmp_path):
    with store() as valkey:
        far = Settings(data_dir=tmp_path, redis={"url": valkey.url})
        redis = Redis.from_url(valkey.url)
        with pytest.raises(PartMissingError):
            probes.sweep(far, redis)
        redis.set("permanence:sweep:beat", "1")
        assert probes.sweep(far, redis) == "ok"


@pytest.fixture
def busy_line(engine: Engine) -> Engine:
    """Two calls wait, one talks, one is over; an offer is open; a callback is due."""
    line, service, person = new_id(), new_id(), new_id()
    with engine.begin() as connection:
        connection.execute(
            insert(lines).values(
                id=line, number="+3280035243", name="Line", languages=["fr"], timezone="UTC",
                caller_id="+3225550100", ring_seconds=20, max_wait_seconds=600,
                wrap_up_seconds=0, callback_when_closed=False,
            )
        )  # fmt: skip
        connection.execute(insert(partner_services).values(id=service, code="s", names={}))
        connection.execute(
            insert(responders).values(
                id=person, service_id=service, name="A", phone=b"", languages=["fr"], active=True
            )
        )
        made = [
            calls.open_call(connection, provider_sid=f"CA{n}", line_id=line, at=NOW, state=state)
            for n, state in enumerate([states.WAITING, states.WAITING, states.TALKING, "received"])
        ]
        calls.end_call(connection, made[3], NOW, "completed")
        offers.open_offer(connection, line_id=line, responder_id=person, at=NOW, call_id=made[0])
        for call_id, due in ((made[1], -60), (made[2], 3600)):
            connection.execute(
                insert(callback_requests).values(
                    id=new_id(), call_id=call_id, line_id=line, language="fr", number=b"x",
                    state="due", asked_at=NOW, due_at=NOW + timedelta(seconds=due),
                    expires_at=NOW + timedelta(days=1), attempts=0,
                )
            )  # fmt: skip
    return engine


def test_the_figures_are_counted_in_the_database_and_in_redis(busy_line: Engine):
    with store() as valkey:
        quick_redis(valkey.url).set(LOST_KEY, 7)
        text = client(valkey.settings, busy_line).get("/metrics").text
    for line in (
        'permanence_calls_in_progress{state="waiting"} 2.0',
        'permanence_calls_in_progress{state="talking"} 1.0',
        'permanence_calls_in_progress{state="claimed"} 0.0',
        "permanence_offers_open 1.0",
        "permanence_callbacks_due 1.0",
        "permanence_bell_lost_total 7.0",
        'permanence_up{part="redis"} 1.0',
        'permanence_up{part="worker"} 0.0',
        'permanence_build_info{version="0.1.0"} 1.0',
    ):
        assert line in text.splitlines()
    assert "ended" not in text


def test_the_figures_of_the_database_are_told_without_redis(nowhere: Settings, engine: Engine):
    text = client(nowhere, engine).get("/metrics").text
    assert 'permanence_up{part="redis"} 0.0' in text
    assert "permanence_offers_open 0.0" in text
    assert "permanence_bell_lost" not in text
