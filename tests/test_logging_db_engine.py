"""A database that does not answer: whoever calls must not wait for it again and again."""

import sqlite3
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from logging_db.engine import make_engine, write


@pytest.fixture
def held(tmp_path: Path):
    """An SQLite file that somebody else keeps locked."""
    path = tmp_path / "held.db"
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("PRAGMA journal_mode=WAL")
    holder.execute("BEGIN IMMEDIATE")
    yield path
    holder.close()


def test_after_one_has_waited_in_vain_the_others_are_told_at_once(held: Path):
    engine = make_engine(f"sqlite:///{held}")
    waited: list[float] = []

    def try_to_write() -> None:
        began = time.monotonic()
        with pytest.raises((OperationalError, TimeoutError)), write(engine):
            pass
        waited.append(time.monotonic() - began)

    threads = [threading.Thread(target=try_to_write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    try_to_write()
    assert max(waited) < 4.8  # the provider waits five seconds
    assert waited[-1] < 0.5


def test_a_statement_that_fails_does_not_stop_the_others(tmp_path: Path):
    engine = make_engine(f"sqlite:///{tmp_path / 'x.db'}")
    with pytest.raises(ValueError, match="ours"), write(engine):
        raise ValueError("ours")
    with write(engine) as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1


def test_a_database_that_is_back_is_used_again(tmp_path: Path):
    path = tmp_path / "back.db"
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("PRAGMA journal_mode=WAL")
    holder.execute("BEGIN IMMEDIATE")
    engine = make_engine(f"sqlite:///{path}")
    with pytest.raises(OperationalError), write(engine):
        pass
    holder.close()
    deadline = time.monotonic() + 10
    while True:
        assert time.monotonic() < deadline
        try:
            with write(engine) as connection:
                found = connection.execute(text("SELECT 1")).scalar_one()
        except TimeoutError:
            time.sleep(0.1)
        else:
            assert found == 1
            return
