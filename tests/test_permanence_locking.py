import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from permanence.locking import DataDirInUseError, DataDirLock

HOLDER = """
import subprocess, sys, time
from pathlib import Path
from permanence.locking import DataDirLock
lock = DataDirLock(Path(sys.argv[1]))
lock.take()
child = subprocess.Popen(
    [sys.executable, "-c", "import time; time.sleep(60)"], pass_fds=(lock.fd,), stdout=2
)
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "lock")], stdout=subprocess.PIPE, text=True
    )
    child = int(process.stdout.readline())
    yield process, child
    process.kill()
    process.communicate()
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, 9)


def test_a_second_one_is_refused_with_a_sentence_that_names_the_first(holder, tmp_path: Path):
    process, _ = holder
    with pytest.raises(DataDirInUseError, match=rf"\(process {process.pid}\) uses {tmp_path}"):
        DataDirLock(tmp_path / "lock").take(patience=5)


def test_the_leftovers_of_a_killed_one_are_waited_for(holder, tmp_path: Path):
    process, child = holder
    process.kill()
    process.wait()
    lock = DataDirLock(tmp_path / "lock")
    with pytest.raises(DataDirInUseError, match="was killed"):
        lock.take(patience=0.3)
    os.kill(child, 9)
    lock.take(patience=5)
    lock.release()


def test_a_released_lock_can_be_taken_again(tmp_path: Path):
    for _ in range(2):
        lock = DataDirLock(tmp_path / "lock")
        lock.take(patience=0)
        lock.release()
