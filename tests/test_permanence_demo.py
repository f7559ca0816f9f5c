import signal
import socket
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
import requests

from logging_db.federation_file import read_federation
from permanence import demo_people
from permanence.demo import CAST, FEDERATION
from tests.permanence_kit import alive, descendants, free_port, running, says, until

LINE = "+3280035243"
PATIENCE = 60.0


class Wall:
    """The phone wall of a running demo."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"

    def phone(self, number: str) -> dict:
        return requests.get(f"{self.address}/phones/{number}", timeout=5).json()

    def do(self, number: str, act: str, **body: str) -> None:
        done = requests.post(f"{self.address}/phones/{number}/{act}", json=body, timeout=5)
        done.raise_for_status()

    def heard(self, number: str) -> str:
        return " ".join(entry.get("text", "") for entry in self.phone(number)["heard"])


def test_the_cast_of_the_wall_is_that_of_the_sample_federation():
    federation = read_federation(FEDERATION.read_text("utf-8"))
    phones = tomllib.loads(CAST.read_text("utf-8"))["phones"]
    responders = {p["number"]: p["name"] for p in phones if p["role"] == "responder"}
    assert responders == {person.phone: person.name for person in federation.responders}
    callers = [phone["language"] for phone in phones if phone["role"] == "caller"]
    assert sorted(callers) == ["fr", "fr", "nl"]
    contacts = {phone["number"] for phone in phones if phone["role"] == "contact"}
    assert contacts == {number for _entry, number in demo_people.CONTACTS}


def test_a_caller_reaches_a_responder_in_the_demo_and_ctrl_c_ends_it_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    port = free_port(2)
    out = tmp_path / "out"
    env = {"PATH": "/usr/bin:/bin", "PERMANENCE_WEB__NONSENSE": "1"}
    with running("demo", "--port", str(port), env=env, log=out) as demo:
        says(demo, out, "Ctrl-C", PATIENCE)
        assert f"http://127.0.0.1:{port}/\n" in out.read_text()
        assert f"http://127.0.0.1:{port + 1}/readyz\n" in out.read_text()
        wall = Wall(port)
        caller, responders = "+32470000102", [f"+3247000000{n}" for n in range(1, 6)]
        wall.do(caller, "dial", to=LINE)
        until(lambda: "Nederlands" in wall.heard(caller) or "2" in wall.heard(caller), PATIENCE)
        wall.do(caller, "press", digits="2")

        def ringing() -> list[str]:
            return [number for number in responders if wall.phone(number)["state"] == "ringing"]

        until(ringing, PATIENCE)
        [responder, *_] = ringing()
        wall.do(responder, "answer")
        until(lambda: "1" in wall.heard(responder), PATIENCE)
        time.sleep(0.5)
        wall.do(responder, "press", digits="1")
        until(lambda: caller in wall.phone(responder)["talking_to"], PATIENCE)

        family = descendants(demo.pid)
        demo.send_signal(signal.SIGINT)
        assert demo.wait(PATIENCE) == 0
        assert not any(alive(pid) for pid in family)
    log = (tmp_path / "var" / "demo" / "demo.log").read_text()
    assert '"level": "error"' not in log
    assert "Traceback" not in log
    assert caller.removeprefix("+") not in log


def taken_after_a_free_one() -> socket.socket:
    """A port that somebody listens on, while the one before it is free."""
    for _ in range(50):
        taken, before = socket.socket(), socket.socket()
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        try:
            before.bind(("127.0.0.1", taken.getsockname()[1] - 1))
        except OSError:
            taken.close()
        else:
            return taken
        finally:
            before.close()
    raise AssertionError("no two free ports side by side")


def test_a_taken_port_is_refused_with_a_sentence_that_names_it():
    with taken_after_a_free_one() as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "permanence", "demo", "--port", str(port - 1)],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == f"Port {port} on 127.0.0.1 is in use. Choose another pair: --port.\n"
