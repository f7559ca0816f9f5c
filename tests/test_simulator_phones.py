"""The telephones over HTTP."""

from collections.abc import Iterator

import pytest
import requests
from test_simulator_kit import ALICE, CALLER, LINE, SHOWN, Kit

from simulator.app import create_app


@pytest.fixture
def kit() -> Iterator[Kit]:
    with Kit() as made:
        made.page("voice", "<Gather numDigits='1' action='/keys'><Say>Tapez</Say></Gather>")
        made.page("keys", f"<Dial callerId='{SHOWN}'>{ALICE}</Dial>")
        yield made


def act(kit, path, body=None, verb="POST"):
    answer = requests.request(verb, f"{kit.base}/phones/{path}", json=body, timeout=5)
    kit.ex.settle()
    return answer.status_code, answer.json()


def look(kit, number=CALLER):
    return act(kit, number, verb="GET")[1]


def test_a_call_is_made_and_taken_over_http(kit):
    status, body = act(kit, f"{CALLER}/dial", {"to": LINE, "withheld": True})
    assert (status, set(body)) == (200, {"call_sid"})
    assert kit.last("voice")["From"] == "anonymous"
    assert look(kit)["state"] == "talking"
    act(kit, f"{CALLER}/press", {"digits": "1"})
    alice = look(kit, ALICE)
    assert (alice["state"], alice["caller_id_shown"]) == ("ringing", SHOWN)
    assert act(kit, f"{ALICE}/answer")[0] == 200
    assert look(kit)["talking_to"] == [ALICE]
    assert act(kit, f"{ALICE}/hangup")[0] == 200
    assert look(kit, ALICE)["state"] == "idle"


def test_a_telephone_shows_what_it_has_heard(kit):
    act(kit, f"{CALLER}/dial", {"to": LINE})
    said = [heard for heard in look(kit)["heard"] if heard["verb"] == "Say"]
    assert said == [
        {"at": "2026-11-23T09:00:00+00:00", "verb": "Say", "text": "Tapez", "language": ""}
    ]


@pytest.mark.parametrize(
    "name", ["%2B32470000001", "+32470000001", "%2032470000001", "32470000001"]
)
def test_a_number_is_understood_however_its_plus_sign_arrives(kit, name):
    assert act(kit, name, {"name": "Samira", "role": "caller"}, "PUT")[1]["number"] == CALLER


def test_a_telephone_is_given_a_person_and_a_behaviour(kit):
    person = {"name": "Alice", "role": "responder", "language": "nl", "behaviour": "busy"}
    assert act(kit, ALICE, person, "PUT")[0] == 200
    [phone] = requests.get(f"{kit.base}/phones", timeout=5).json()["phones"]
    assert {key: phone[key] for key in person} == person
    assert act(kit, ALICE, {"name": "Alice M."}, "PUT")[1]["behaviour"] == "busy"


def test_a_telephone_nobody_has_used_is_idle(kit):
    assert look(kit)["state"] == "idle"
    assert kit.ex.phones == {}


@pytest.mark.parametrize(
    ("path", "body", "verb", "status"),
    [
        (f"{CALLER}/dial", {"to": "+3280099999"}, "POST", 404),
        (f"{CALLER}/dial", {}, "POST", 400),
        (f"{CALLER}/dial", [], "POST", 400),
        (f"{CALLER}/answer", None, "POST", 404),
        (f"{ALICE}/answer", None, "POST", 409),
        (f"{ALICE}/hangup", None, "POST", 409),
        (f"{ALICE}/press", {"digits": "1"}, "POST", 409),
        (f"{ALICE}/press", {"digits": "x"}, "POST", 400),
        (ALICE, {"behaviour": "asleep"}, "PUT", 400),
        (ALICE, {"role": "cat"}, "PUT", 400),
        ("nobody/dial", {"to": LINE}, "POST", 400),
        (f"{ALICE}/explode", None, "POST", 404),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(kit, path, body, verb, status):
    kit.phone(ALICE)
    got, said = act(kit, path, body, verb)
    assert got == status
    assert len(said["error"].split()) > 3


def test_a_second_call_from_one_telephone_is_a_conflict(kit):
    act(kit, f"{CALLER}/dial", {"to": LINE})
    assert act(kit, f"{CALLER}/dial", {"to": LINE})[0] == 409


def test_a_person_can_speak_over_http(kit):
    act(kit, f"{CALLER}/dial", {"to": LINE})
    assert act(kit, f"{CALLER}/speak", {"text": "bonjour"})[0] == 200


def test_virtual_time_passes_over_http(kit):
    act(kit, f"{CALLER}/dial", {"to": LINE})
    answer = requests.post(f"{kit.base}/clock/advance", json={"seconds": 90}, timeout=5)
    assert answer.json() == {"now": "2026-11-23T09:01:30+00:00"}
    assert look(kit)["state"] == "idle"


def test_faults_and_disorder_are_ordered_over_http(kit):
    order = {"method": "POST", "resource": "Calls", "status": 503, "times": 2}
    assert requests.post(f"{kit.base}/faults", json=order, timeout=5).ok
    fault = kit.ex.faults.take("POST", "Calls")
    assert (fault.status, fault.times) == (503, 1)
    assert requests.delete(f"{kit.base}/faults", timeout=5).ok
    assert kit.ex.faults.take("POST", "Calls") is None
    assert requests.put(f"{kit.base}/disorder", json={"duplicate": 1.0}, timeout=5).ok
    assert kit.ex.disorder.duplicate == 1.0


def test_the_cast_is_there_from_the_start(kit):
    create_app(kit.ex, cast=[{"number": ALICE, "name": "Alice", "behaviour": "answer"}])
    assert (kit.phone(ALICE, "answer").name, list(kit.ex.phones)) == ("Alice", [ALICE])
