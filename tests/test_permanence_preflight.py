import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import insert

from logging_db import migrate
from logging_db.columns import new_id
from logging_db.engine import make_engine
from logging_db.tables import lines
from permanence import preflight, preflight_clock, preflight_provider
from permanence.provider import client, own, point, webhooks
from permanence.settings import Provider, Settings
from simulator.app import create_app
from simulator.clock import RealClock
from simulator.exchange import Exchange
from simulator.serve import make
from tests.permanence_kit import TOKEN, store

ACCOUNT = "AC" + "0" * 32
LINE = "+3280035243"


@pytest.fixture(scope="module")
def provider_url():
    exchange = Exchange(clock=RealClock(), account_sid=ACCOUNT, auth_token=TOKEN)
    server = make(create_app(exchange), 0)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    server.server_close()
    exchange.close()


@pytest.fixture
def settings(tmp_path: Path, provider_url: str, sqlite_template: Path) -> Settings:
    """An installation with one line, at a provider that answers."""
    made = Settings(
        data_dir=tmp_path,
        provider=Provider(
            account_sid=ACCOUNT,
            auth_token=SecretStr(TOKEN),
            base_url=provider_url,
            public_url="https://line.example",
        ),
    )
    shutil.copy(sqlite_template, tmp_path / "permanence.db")
    engine = make_engine(made.database_url)
    with engine.begin() as connection:
        connection.execute(
            insert(lines).values(
                id=new_id(), number=LINE, name="Allo", languages=["fr"], timezone="UTC",
                caller_id="+3225550100", ring_seconds=20, max_wait_seconds=600,
                wrap_up_seconds=0, callback_when_closed=False,
            )
        )  # fmt: skip
    engine.dispose()
    return made


def said(settings: Settings) -> dict[str, str]:
    return {result.name: str(result) for result in preflight.examine(settings)}


def with_provider(settings: Settings, **more: object) -> Settings:
    provider = settings.provider.model_copy(update=more)
    return settings.model_copy(update={"provider": provider})


def test_where_all_is_well_every_line_says_ok(settings: Settings):
    account = client(settings.provider)
    own(account, "+3225550100")
    point(account, LINE, webhooks("https://line.example"))
    found = said(settings)
    assert list(found) == [
        "configuration", "database", "redis", "clock", "mail", "credentials", "number of Allo",
        "caller id of Allo", "fallback of Allo",
    ]  # fmt: skip
    assert all(line.startswith("ok ") for line in found.values()), found
    assert "the provider" in found["clock"]


def test_a_number_that_calls_elsewhere_is_a_fault_that_names_what_to_set(settings: Settings):
    point(client(settings.provider), LINE, webhooks("https://old.example"))
    line = said(settings)["number of Allo"]
    assert line.startswith("FAULT ")
    assert "voice_url = https://line.example/voice/incoming" in line
    assert "voice_fallback_url = https://line.example/voice/fallback" in line
    assert "status_callback = https://line.example/voice/status" in line


def test_a_caller_id_that_the_account_does_not_own_is_a_fault(settings: Settings):
    unknown = preflight_provider.caller_id(client(settings.provider), "Allo", "+3225550177")
    assert "every call we place is refused" in str(unknown)


def test_pointing_a_number_twice_changes_nothing_more(settings: Settings):
    account = client(settings.provider)
    for _ in range(2):
        point(account, LINE, webhooks("https://line.example"))
    assert len(account.incoming_phone_numbers.list(phone_number=LINE)) == 1


def test_a_wrong_token_is_a_fault_and_no_number_is_asked_for(settings: Settings):
    found = said(with_provider(settings, auth_token=SecretStr("another")))
    assert "FAULT  credentials: the provider refused them (HTTP 401)" in found["credentials"]
    assert "another" not in found["credentials"]
    assert "number of Allo" not in found


def test_a_provider_that_is_not_there_is_a_fault(settings: Settings):
    found = said(with_provider(settings, base_url="http://127.0.0.1:9"))
    assert "does not answer" in found["credentials"]
    assert found["clock"].startswith("ok ")


def test_an_open_address_is_a_fault(settings: Settings):
    found = said(with_provider(settings, public_url="http://line.example"))
    assert "Use https://" in found["configuration"]


def test_an_account_that_is_not_set_up_is_told_key_by_key(tmp_path: Path):
    results = list(preflight.configuration(Settings(data_dir=tmp_path)))
    assert len(results) == 3
    assert all(result.remedy for result in results)


def test_a_database_that_does_not_exist_names_the_command_that_makes_it(tmp_path: Path):
    assert "permanence migrate" in said(Settings(data_dir=tmp_path))["database"]


def test_a_database_of_an_older_shape_is_a_fault(settings: Settings):
    migrate.downgrade(settings.database_url, "base")
    line = said(settings)["database"]
    assert "is at revision None, not " in line
    assert "permanence migrate" in line


def test_an_unreachable_redis_is_a_fault_and_a_reachable_one_is_not(settings: Settings):
    with store() as valkey:
        named = Settings(data_dir=settings.data_dir, redis={"url": valkey.url})
        assert "ok     redis: version" in said(named)["redis"]
        valkey.kill()
        assert "FAULT  redis: does not answer" in said(named)["redis"]


def test_a_database_clock_that_disagrees_is_a_fault():
    first, second = (datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2))
    result = preflight_clock.compare({"the database": lambda: first}, lambda: second)
    assert "86400 s apart from that of the database" in str(result)


def test_a_clock_in_another_age_is_a_fault():
    result = preflight_clock.compare({}, lambda: datetime(1970, 1, 1, tzinfo=UTC))
    assert "it shows the year 1970" in str(result)
