"""A PostgreSQL that hangs: alive for the network, silent for whoever asks it something."""

import time
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from logging_db.engine import make_engine, read, write
from tests.own_postgres import own_server

PROVIDER_WAITS = 5.0


def ask(engine: Engine, kind: Any) -> None:
    with kind(engine) as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1


def seconds_until_refused(engine: Engine, kind: Any) -> float:
    began = time.monotonic()
    with pytest.raises((OperationalError, TimeoutError)):
        ask(engine, kind)
    return time.monotonic() - began


def test_many_rows_at_once_are_no_hanging_server(postgres_url: str):
    """All rows of one statement go in within one wait; each alone is far from the limit."""
    engine = make_engine(postgres_url)
    with engine.connect() as connection:
        connection.execute(text("CREATE TEMPORARY TABLE many (n integer, words text)"))
        connection.connection.dbapi_connection.limit = 0.2
        rows = [{"n": n, "words": "x" * 40} for n in range(10_000)]
        began = time.monotonic()
        connection.execute(text("INSERT INTO many VALUES (:n, :words)"), rows)
        assert time.monotonic() - began > 0.2, "too quick to show anything"
        assert connection.execute(text("SELECT count(*) FROM many")).scalar_one() == 10_000
        with pytest.raises(OperationalError):
            connection.execute(text("SELECT pg_sleep(1)"))
    engine.dispose()


def test_a_server_that_hangs_is_given_up_in_time_and_used_again_when_it_is_back():
    with own_server() as server:
        engine = make_engine(server.url)
        ask(engine, write)
        with server.hanging():
            with_known_connection = seconds_until_refused(engine, write)
            at_once = seconds_until_refused(engine, write)
            with_new_connection = seconds_until_refused(engine, read)
        assert with_known_connection < PROVIDER_WAITS - 1
        assert at_once < 0.5
        assert with_new_connection < PROVIDER_WAITS - 1
        deadline = time.monotonic() + 10
        while True:
            try:
                ask(engine, write)
                break
            except (OperationalError, TimeoutError):
                assert time.monotonic() < deadline, "the server is back and not used"
                time.sleep(0.2)
        engine.dispose()
