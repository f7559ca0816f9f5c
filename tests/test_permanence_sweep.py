import os
import shutil
import signal
import threading
import time
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from permanence import beat, places, probes
from permanence.settings import Settings
from permanence.sweep import Sweep
from tests.permanence_kit import environment, running, until


def test_an_error_costs_one_round_and_gives_no_beat():
    rounds: list[str] = []

    def go_round() -> None:
        rounds.append("round")
        if len(rounds) == 1:
            raise ValueError("the first one fails")

    sweep = Sweep(go_round, lambda: (rounds.append("beat"), sweep.stop()), every=0.01)
    sweep.run()
    assert rounds == ["round", "round", "beat"]


def test_a_database_that_is_away_is_said_once_and_again_when_it_goes_away_again():
    rounds = ["away", "away", "there", "away"]

    def go_round() -> None:
        if len(rounds) == 1:
            sweep.stop()
        if rounds.pop(0) == "away":
            raise TimeoutError("as the database does")

    sweep = Sweep(go_round, lambda: None, every=0.0)
    with capture_logs() as logs:
        sweep.run()
    assert [entry["event"] for entry in logs] == ["database_away"] * 2


def test_it_stops_within_a_moment_of_being_asked():
    sweep = Sweep(lambda: None, lambda: None)
    thread = threading.Thread(target=sweep.run)
    thread.start()
    time.sleep(0.2)
    began = time.monotonic()
    sweep.stop()
    thread.join()
    assert time.monotonic() - began < 0.5


def test_it_goes_round_without_redis_and_ends_on_a_signal(tmp_path: Path, sqlite_template: Path):
    shutil.copy(sqlite_template, tmp_path / "permanence.db")
    log = tmp_path / "sweep.log"
    env = environment(tmp_path, PERMANENCE_REDIS__URL="redis://127.0.0.1:9/0")
    with running("sweep", env=env, log=log) as process:
        until(places.sweep_beat(tmp_path).exists)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert "Traceback" not in log.read_text()


def test_readiness_tells_how_long_ago_the_last_round_was(tmp_path: Path):
    settings = Settings(data_dir=tmp_path)
    with pytest.raises(probes.PartMissingError, match="never went round"):
        probes.sweep(settings, None)
    beat.Beat(settings).give()
    assert probes.sweep(settings, None) == "ok"
    old = time.time() - 60
    os.utime(places.sweep_beat(tmp_path), (old, old))
    with pytest.raises(probes.PartMissingError, match="60 s ago"):
        probes.sweep(settings, None)
