"""The clocks, the order of events, disorder, and the program on the wall's clock."""

import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from test_simulator_kit import ALICE, BOB, LINE, SHOWN, START, Kit

from simulator.agenda import Agenda
from simulator.clock import RealClock, VirtualClock
from simulator.disorder import Disorder
from simulator.exchange import Exchange

ALL = ["initiated", "ringing", "answered", "completed"]


@pytest.fixture
def kit() -> Iterator[Kit]:
    with Kit() as made:
        yield made


def test_a_virtual_clock_stands_still_and_does_not_go_back():
    clock = VirtualClock(START)
    assert clock.now() == START
    clock.move(START + timedelta(hours=1))
    with pytest.raises(ValueError, match="backwards"):
        clock.move(START)


def test_a_virtual_clock_needs_an_aware_start():
    with pytest.raises(ValueError, match="aware"):
        VirtualClock(datetime(2026, 1, 1))  # noqa: DTZ001 - naive on purpose


def test_time_moves_through_one_method_only(kit):
    moves = []

    class Noting(VirtualClock):
        def move(self, to):
            moves.append((to - START).total_seconds())
            super().move(to)

    with Kit(clock=Noting(START)) as other:
        other.page("voice", "<Pause length='3'/><Redirect>/voice</Redirect>")
        other.dial()
        other.ex.advance(7)
    assert moves == [3, 6, 7]


def test_each_event_happens_at_its_own_instant(kit):
    kit.page("voice", "<Pause length='3'/><Redirect>/voice</Redirect>")
    kit.dial()
    assert kit.ex.next_event_at() == START + timedelta(seconds=3)
    kit.ex.advance(10)
    voice = [hook.at for hook in kit.ex.webhooks if hook.url == kit.at("voice")]
    assert [(at - START).total_seconds() for at in voice] == [0, 3, 6, 9]
    assert kit.ex.clock.now() == START + timedelta(seconds=10)


def test_webhooks_are_on_record_with_what_came_back(kit):
    kit.page("voice", "")
    kit.dial()
    voice, status = kit.ex.webhooks
    assert (voice.status, voice.error, voice.method) == (200, None, "POST")
    assert voice.params["CallStatus"] == "ringing"
    assert status.url == kit.at("status")


def test_settling_gives_up_on_an_application_that_hangs(kit):
    gate = threading.Event()
    kit.page("voice", lambda _params: str(gate.wait(5)))
    kit.phone("+32470000001").dial(LINE)
    with pytest.raises(TimeoutError):
        kit.ex.settle(timeout=0.2)
    gate.set()
    kit.ex.settle()


def test_the_real_clock_cannot_be_moved():
    exchange = Exchange(clock=RealClock(), account_sid="AC" + "0" * 32, auth_token="t")
    with pytest.raises(TypeError):
        exchange.advance(1)
    exchange.close()


@given(st.lists(st.integers(0, 50), max_size=30))
def test_timers_go_off_in_order_and_first_come_first_served(seconds):
    agenda, done = Agenda(), []
    for number, second in enumerate(seconds):
        at = START + timedelta(seconds=second)
        agenda.add(at, lambda pair=(second, number): done.append(pair))
    while (timer := agenda.pop_due(START + timedelta(seconds=50))) is not None:
        timer.do()
    assert done == sorted(done)
    assert len(done) == len(seconds)


def progress(kit, disorder):
    kit.ex.disorder = disorder
    kit.page("out", "<Pause length='60'/>")
    kit.page("progress", "")
    hook = {"status_callback": kit.at("progress"), "status_callback_event": ALL}
    kit.client.calls.create(to=ALICE, from_=SHOWN, url=kit.at("out"), **hook)
    kit.ex.advance(2)
    kit.phone(ALICE).answer()
    kit.ex.advance(2)
    kit.phone(ALICE).hang_up()
    kit.ex.advance(30)
    return [told["SequenceNumber"] for told in kit.requests("progress")]


def test_disorder_brings_callbacks_twice_and_out_of_order(kit):
    numbers = progress(kit, Disorder(seed=4, duplicate=1.0, shuffle_seconds=20.0))
    assert sorted(numbers) == sorted("01230123")
    assert numbers != sorted(numbers)
    assert len(kit.requests("out")) == 1


def test_disorder_is_the_same_for_the_same_seed():
    runs = []
    for _ in range(2):
        with Kit() as kit:
            runs.append(progress(kit, Disorder(seed=9, duplicate=0.5, shuffle_seconds=9.0)))
    assert runs[0] == runs[1]


def test_disorder_can_lose_callbacks(kit):
    assert progress(kit, Disorder(seed=1, lose=1.0)) == []


def wait_for(condition, seconds=5.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def test_on_the_real_clock_things_happen_by_themselves():
    with Kit(clock=RealClock(), speech_rate=500.0) as kit:
        kit.page("voice", "<Say>Bonjour</Say><Gather numDigits='1' action='/keys'/>")
        kit.page("keys", f"<Dial callerId='{SHOWN}'>{ALICE}</Dial>")
        caller = kit.ex.phone("+32470000001")
        caller.dial(LINE)
        wait_for(lambda: kit.say(caller) == ["Bonjour"])
        wait_for(lambda: kit.ex.next_event_at() is not None)
        time.sleep(0.1)
        caller.press("1")
        wait_for(lambda: kit.phone(ALICE).state == "ringing")
        kit.phone(ALICE).answer()
        wait_for(lambda: caller.talking_to == [ALICE])
        kit.phone(ALICE).hang_up()
        wait_for(lambda: caller.state == "idle")


def test_on_the_real_clock_a_slow_call_does_not_hold_up_another():
    with Kit(clock=RealClock()) as kit:
        gate = threading.Event()

        def slow_for_one(params):
            if params["From"] == BOB:
                gate.wait(5)
            return "<Say>Bonjour</Say><Pause length='5'/>"

        kit.page("voice", slow_for_one)
        kit.ex.phone(BOB).dial(LINE)
        kit.ex.phone(ALICE).dial(LINE)
        wait_for(lambda: kit.say(kit.phone(ALICE)) == ["Bonjour"])
        assert kit.say(kit.phone(BOB)) == []
        gate.set()
        wait_for(lambda: kit.say(kit.phone(BOB)) == ["Bonjour"])


PROGRAM = """
from simulator.serve import serve
def ready(exchange, address):
    print(address, flush=True)
serve(0, account_sid="AC" + "2" * 32, auth_token="t", ready=ready,
      numbers=[{"number": "+3280035243", "voice_url": "http://127.0.0.1:9/"}],
      cast=[{"number": "+32470000001", "name": "Samira"}])
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_program_serves_until_it_is_told_to_stop_and_logs_no_number(number):
    command = [sys.executable, "-c", PROGRAM]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as program:
        assert program.stdout is not None
        address = program.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", address)
        phone = requests.get(f"{address}/phones/+32470000001", timeout=5).json()
        assert phone["name"] == "Samira"
        body = {"to": "+3280035243"}
        dial = f"{address}/phones/+32470000001/dial"
        assert requests.post(dial, json=body, timeout=5).ok
        program.send_signal(number)
        output, errors = program.communicate(timeout=10)
    assert program.returncode == 0
    assert "+32" not in output + errors
    assert datetime.now(UTC).tzinfo is UTC
