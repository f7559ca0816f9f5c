import json
import os
import signal
import sys
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest

from tests.permanence_kit import alive, descendants, environment, free_port, running, until

PATIENCE = 40.0
MOST_MEMORY = 300e6


class House:
    """A running `permanence serve`."""

    def __init__(self, process, data_dir: Path, port: int, log: Path) -> None:
        self.process = process
        self.data_dir = data_dir
        self.port = port
        self.log = log

    def get(self, path: str) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=3)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def is_ready(self) -> bool:
        try:
            return self.get("/readyz")[0] == 200
        except OSError:
            return False

    def pid(self, child: str) -> int:
        """The process that runs as this child now."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line[0] == "{"]
        return [line["pid"] for line in lines if line.get("child") == child and "pid" in line][-1]

    def kill(self, child: str) -> None:
        """Kill a child, and wait until another one runs in its place."""
        before = self.pid(child)
        os.kill(before, signal.SIGKILL)
        until(lambda: self.pid(child) != before, PATIENCE)


def serving(folder: Path):
    port = free_port()
    log = folder / "serve.log"
    env = environment(folder / "data", PERMANENCE_WEB__PORT=str(port))
    return running("serve", env=env, log=log), folder / "data", port, log


@pytest.fixture(scope="module")
def the_house(tmp_path_factory: pytest.TempPathFactory):
    context, data_dir, port, log = serving(tmp_path_factory.mktemp("serve"))
    with context as process:
        house = House(process, data_dir, port, log)
        until(house.is_ready, PATIENCE)
        yield house


@pytest.fixture
def house(the_house: House):
    until(the_house.is_ready, PATIENCE)
    yield the_house
    assert the_house.process.poll() is None


def test_everything_that_serve_starts_is_ready(house: House):
    status, text = house.get("/readyz")
    assert status == 200
    names = [line.split(":")[0] for line in text.splitlines()]
    assert names == ["database", "redis", "worker", "sweep"]


@pytest.mark.parametrize("child", ["web", "worker", "sweep", "valkey"])
def test_a_part_that_is_killed_comes_back(house: House, child: str):
    house.kill(child)
    until(house.is_ready, PATIENCE)


@pytest.mark.skipif(sys.platform != "linux", reason="shared memory is counted on Linux only")
def test_all_of_it_fits_into_300_megabytes(house: House):
    family = [house.process.pid, *descendants(house.process.pid)]
    assert sum(psutil.Process(pid).memory_full_info().pss for pid in family) < MOST_MEMORY


@pytest.mark.skipif(sys.platform != "linux", reason="forks are made, and named, on Linux only")
def test_its_processes_can_be_told_apart_by_name(house: House):
    names = {child: psutil.Process(house.pid(child)).name() for child in ("web", "worker", "sweep")}
    assert names == {child: f"perm-{child}" for child in names}


def test_no_query_reaches_the_log(house: House):
    house.get("/healthz?From=%2B32470000001")
    house.get("/nowhere?From=%2B32470000001")
    assert "470000001" not in house.log.read_text()
    assert "nowhere" not in house.log.read_text()


def test_a_second_one_on_the_same_data_is_refused_with_a_sentence(house: House, tmp_path: Path):
    log = tmp_path / "second.log"
    env = environment(house.data_dir, PERMANENCE_WEB__PORT=str(free_port()))
    with running("serve", env=env, log=log) as second:
        assert second.wait(PATIENCE) == 1
    last = log.read_text().splitlines()[-1]
    assert last.startswith(f"Another serve (process {house.process.pid}) uses {house.data_dir}.")


def test_one_on_a_taken_port_is_refused_with_a_sentence(house: House, tmp_path: Path):
    log = tmp_path / "second.log"
    env = environment(tmp_path / "other", PERMANENCE_WEB__PORT=str(house.port))
    with running("serve", env=env, log=log) as second:
        assert second.wait(PATIENCE) == 1
    assert f"Port {house.port} on 127.0.0.1 is in use." in log.read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of such a death")
def test_a_serve_that_is_killed_leaves_nobody_behind(tmp_path: Path):
    context, data_dir, port, log = serving(tmp_path)
    with context as process:
        until(House(process, data_dir, port, log).is_ready, PATIENCE)
        family = descendants(process.pid)
        assert len(family) >= 5
        process.kill()
        process.wait()
        until(lambda: not any(alive(pid) for pid in family), PATIENCE)
