import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from permanence.children import Backoff
from tests.permanence_kit import alive, until

# A household of hand-written stand-ins, in a process of its own as `serve` is.
PROGRAM = """
import sys
from pathlib import Path
from permanence.children import Child
from permanence.supervisor import Household, Once

folder = Path(sys.argv[1])
NAMES = sys.argv[2:]

SCRIPTS = {
    "tame": "import time; time.sleep(600)",
    "store": "import time; time.sleep(600)",
    "stubborn": "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
                "print('deaf', flush=True); time.sleep(600)",
    "parent": "import os, time; os.fork(); time.sleep(600)",
    "short": "",
    "failing": "raise SystemExit(3)",
}

def child(name):
    number = [0]
    def command():
        number[0] += 1
        (folder / f"{name}.starts").write_text(str(number[0]))
        mark = f"import os, signal, sys; from pathlib import Path; folder = Path({str(folder)!r});"
        note = (
            f"(folder / '{name}.pid').write_text(str(os.getpid()));"
            f"end = lambda *_: ((folder / 'ends').open('a').write('{name} '), sys.exit(0));"
            "signal.signal(signal.SIGTERM, end);"
        )
        return [sys.executable, "-c", mark + note + SCRIPTS[name]]
    return Child(name, command, is_up=(folder / "store.pid").exists if name == "store" else None)

steps = [
    Once(name, [sys.executable, "-c", SCRIPTS[name]]) if name in ("short", "failing")
    else child(name)
    for name in NAMES
]
sys.exit(Household(steps, end_seconds=1.0).run())
"""


class House:
    def __init__(self, folder: Path, *names: str) -> None:
        self.folder = folder
        self.process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(folder), *names])

    def pid(self, name: str) -> int:
        file = self.folder / f"{name}.pid"
        until(lambda: file.exists() and file.read_text())
        return int(file.read_text())

    def starts(self, name: str) -> int:
        return int((self.folder / f"{name}.starts").read_text())

    def everybody(self) -> list[int]:
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [self.process.pid, *[child.pid for child in children]]


@pytest.fixture
def house(tmp_path: Path):
    built: list[House] = []

    def build(*names: str) -> House:
        built.append(House(tmp_path, *names))
        return built[-1]

    yield build
    for made in built:
        if made.process.poll() is None:
            made.process.terminate()
            made.process.wait()


def test_a_child_that_is_killed_is_started_again(house):
    made = house("tame", "store")
    first = made.pid("tame")
    os.kill(first, signal.SIGKILL)
    until(lambda: made.pid("tame") != first)
    assert alive(made.pid("tame"))
    assert made.starts("store") == 1


def test_what_a_dead_child_had_forked_dies_with_it(house):
    made = house("parent")
    leader = made.pid("parent")
    until(lambda: len(made.everybody()) == 3)
    forked = next(pid for pid in made.everybody() if pid not in (leader, made.process.pid))
    os.kill(leader, signal.SIGKILL)
    until(lambda: not alive(forked))


def test_a_signal_ends_everybody_the_last_first_and_the_store_at_the_very_end(house):
    made = house("store", "tame", "parent")
    for name in ("store", "tame", "parent"):
        made.pid(name)
    until(lambda: len(made.everybody()) == 5)
    everybody = made.everybody()
    made.process.send_signal(signal.SIGTERM)
    assert made.process.wait(10) == 0
    assert not any(alive(pid) for pid in everybody)
    assert (made.folder / "ends").read_text().split()[-1] == "store"


def test_a_child_that_does_not_listen_is_killed_in_time(house):
    made = house("stubborn")
    deaf = made.pid("stubborn")
    time.sleep(0.2)
    began = time.monotonic()
    made.process.send_signal(signal.SIGINT)
    assert made.process.wait(10) == 0
    assert not alive(deaf)
    assert time.monotonic() - began < 3


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of such a death")
def test_a_supervisor_that_is_killed_leaves_nobody_behind(house):
    made = house("tame", "store")
    left = [made.pid("tame"), made.pid("store")]
    made.process.kill()
    made.process.wait()
    until(lambda: not any(alive(pid) for pid in left))


def test_nothing_follows_a_first_step_that_fails(house):
    made = house("store", "failing", "tame")
    assert made.process.wait(5) == 1
    assert not (made.folder / "tame.pid").exists()
    assert not alive(made.pid("store"))


def test_a_first_step_that_succeeds_is_not_repeated(house):
    made = house("short", "tame")
    made.pid("tame")
    assert len(made.everybody()) == 2


def test_the_wait_doubles_up_to_ten_seconds_and_is_short_again_after_a_good_run():
    backoff = Backoff()
    waits = [backoff.after_run(0.1) for _ in range(8)]
    assert waits == pytest.approx([0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0])
    assert backoff.after_run(29.9) == 10.0
    assert backoff.after_run(30.0) == pytest.approx(0.2)
