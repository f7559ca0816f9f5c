"""A caller's number, followed through everything that we write."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from logging_db.engine import read
from logging_db.tables import metadata
from tests.files_searched import files_that_hold
from tests.stories.cast import Cast
from tests.stories.room import Talk
from tests.stories.world import ROOT, World

NADIA = "499000001"  # as it stands in +32499000001, 0499000001 and 0032499000001


GUEST = "25550317"  # an office that a responder rings


def traces(world: World, capfd: pytest.CaptureFixture[str], number: str = NADIA) -> list[str]:
    """Return the places where the number can be read."""
    found = [
        *_in_tables(world, number),
        *_in_files(world.folder, number),
        *_in_redis(world, number),
    ]
    out, err = capfd.readouterr()
    return found + [name for name, log in (("stdout", out), ("stderr", err)) if number in log]


def _in_tables(world: World, number: str) -> Iterator[str]:
    with read(world.engine) as connection:
        for table in metadata.sorted_tables:
            rows = connection.execute(text(f"SELECT * FROM {table.name}")).all()  # noqa: S608
            if any(number in str(value) for row in rows for value in row):
                yield table.name


def _in_files(folder: Path, number: str) -> Iterator[str]:
    """The database with its log, Valkey's files, the worker's log, everything else."""
    for path in files_that_hold(folder, number):
        yield path.name


def _in_redis(world: World, number: str) -> Iterator[str]:
    for key in world.redis.scan_iter("*"):
        if number.encode() in (world.redis.dump(key) or b"") + key:
            yield key.decode()


def sealed_numbers(world: World) -> int:
    with read(world.engine) as connection:
        query = "SELECT count(*) FROM callback_requests WHERE number IS NOT NULL"
        return int(connection.execute(text(query)).scalar_one())


def test_without_consent_the_number_stands_nowhere(cast: Cast, capfd):
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.alice.takes_the_call()
    cast.nadia.talks_to(cast.alice)
    cast.nadia.hangs_up()
    cast.alice.is_idle()
    cast.nadia.dials()  # and once more, to press 1 and then think better of it
    cast.nadia.presses("1")
    cast.nadia.hears("tapez 1 à tout moment")
    cast.nadia.presses("1")
    cast.nadia.hears("Pour un autre numéro")
    cast.nadia.hangs_up()
    assert traces(cast.world, capfd) == []
    assert sealed_numbers(cast.world) == 0


@pytest.mark.parametrize("keys", [("1",), ("2", "0499000001#")])
def test_with_consent_it_is_kept_sealed_and_after_the_callback_nowhere(cast: Cast, capfd, keys):
    for responder in cast.responders:
        responder.phone.behaviour = "busy"
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.nadia.hears("tapez 1 à tout moment")
    for key in ("1", *keys):
        cast.nadia.presses(key)
    cast.nadia.hears("C'est noté")
    cast.nadia.is_idle()
    assert sealed_numbers(cast.world) == 1
    assert traces(cast.world, capfd) == []  # encrypted, so it cannot be read anywhere

    cast.alice.phone.behaviour = "manual"
    cast.alice.takes_the_call(within=120)
    cast.nadia.rings()
    cast.nadia.answers()
    cast.nadia.talks_to(cast.alice)
    cast.nadia.hangs_up()
    cast.alice.is_idle()
    assert sealed_numbers(cast.world) == 0
    assert traces(cast.world, capfd) == []


def test_when_everything_fails_the_number_stands_in_no_log(cast: Cast, capfd):
    faults = cast.world.exchange.faults
    faults.fail("POST", "Calls", status=400, code=21211, times=20)
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.world.pass_time(5)
    faults.clear()
    with cast.world.engine.begin() as connection:
        connection.execute(text("ALTER TABLE call_events RENAME TO hidden_events"))
    try:
        cast.world.pass_time(60)
        cast.nadia.hangs_up()
        cast.nadia.dials()
        cast.nadia.hears("problème technique")
        cast.nadia.hangs_up()
    finally:
        with cast.world.engine.begin() as connection:
            connection.execute(text("ALTER TABLE hidden_events RENAME TO call_events"))
    assert traces(cast.world, capfd) == []


def test_the_exports_hold_no_number(cast: Cast, tmp_path: Path):
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.nadia.hangs_up()
    settings = cast.world.settings
    env = os.environ | {
        "PERMANENCE_CONFIG": os.devnull,
        "PERMANENCE_DATA_DIR": str(settings.data_dir),
        "PERMANENCE_DATABASE__URL": settings.database_url,
    }
    for what in ("calls", "callbacks"):
        done = subprocess.run(
            [sys.executable, "-m", "permanence", "export", what, "--format", "jsonl"],
            cwd=ROOT, env=env, check=True, capture_output=True, text=True,
        )  # fmt: skip
        assert NADIA not in done.stdout + done.stderr
        assert ("abandoned" in done.stdout) == (what == "calls")


def test_a_number_that_a_responder_keys_in_is_kept_sealed_and_then_nowhere(cast: Cast, capfd):
    talk = Talk(cast).begin()
    guest = talk.world.person("+32" + GUEST)
    assert talk.invites(guest.phone.number)
    guest.rings()
    assert guests_with_a_number(cast.world) == 1
    assert traces(cast.world, capfd, GUEST) == []
    guest.answers()
    cast.world.pass_time(15)
    assert traces(cast.world, capfd, GUEST) == []
    guest.hangs_up()
    cast.world.pass_time(3)
    assert guests_with_a_number(cast.world) == 0
    assert traces(cast.world, capfd, GUEST) == []


def guests_with_a_number(world: World) -> int:
    with read(world.engine) as connection:
        query = "SELECT count(*) FROM guests WHERE number IS NOT NULL"
        return int(connection.execute(text(query)).scalar_one())
