import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks are made on Linux only")

# A supervisor of its own: this process has threads, of which a fork would know nothing.
PROGRAM = """
import signal, sys, time
from permanence import cli, forking, logs
from permanence.settings import Log

for number in forking.HANDLED:
    signal.signal(number, lambda *_: print("the parent's handler", flush=True))
logs.set_up(Log(format="json"), service="test")

def fail(_arguments):
    raise RuntimeError("+32470000001 did not answer")

def begin(main):
    cli.main = main
    return forking.Fork(("web",), prepare=lambda: None)
"""


def said_by(script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM + script], capture_output=True, text=True, check=True
    )
    return done.stdout + done.stderr


def test_a_fork_ends_with_the_exit_code_of_its_command():
    script = "for code in (0, 1, 7): print(begin(lambda _, code=code: sys.exit(code)).wait())"
    assert said_by(script).split() == ["0", "1", "7"]


def test_an_error_that_nobody_caught_is_told_by_our_log_with_the_number_masked():
    said = said_by("print('code', begin(fail).wait())")
    assert "Nobody caught this" in said
    assert "470000001" not in said
    assert "code 1" in said


def test_a_signal_right_after_the_start_ends_the_child_and_reaches_no_handler_of_the_parent():
    script = """
for _ in range(30):
    child = begin(lambda _: time.sleep(60))
    child.terminate()
    print(child.wait())
"""
    assert said_by(script).split() == ["-15"] * 30


def test_a_fork_reads_no_terminal_and_leads_a_session_of_its_own():
    script = """
import os
begin(lambda _: print(os.readlink("/proc/self/fd/0"), os.getsid(0) == os.getpid())).wait()
"""
    assert said_by(script).split() == ["/dev/null", "True"]
