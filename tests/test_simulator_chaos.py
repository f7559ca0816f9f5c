"""Whatever people and programs do, and in whatever order: every call ends, and says so once."""

from collections import Counter
from contextlib import suppress
from random import Random

import pytest
from test_simulator_kit import ALICE, BOB, CALLER, CAROL, SHOWN, Kit

from simulator.calls import Call, Step
from simulator.dialling import place
from simulator.documents import MAIN, run
from simulator.phones import PhoneError

PEOPLE = (CALLER, ALICE, BOB, CAROL)
ROOM = "<Dial action='/next'><Conference waitUrl='/wait' {}>room</Conference></Dial>"
PAGES = {
    "voice": "<Gather numDigits='1' action='/queue'><Say>un</Say></Gather>"
    "<Redirect>/dial</Redirect>",
    "queue": "<Enqueue waitUrl='/wait' action='/next'>line</Enqueue>",
    "wait": "<Say>patience</Say><Pause length='4'/>",
    "dial": f"<Dial action='/next' timeout='5'><Number url='/screen'>{ALICE}</Number>"
    f"<Number>{BOB}</Number></Dial>",
    "screen": "<Gather numDigits='1' action='/accept'/><Hangup/>",
    "accept": "",
    "take": "<Dial action='/next' timeout='5'><Queue url='/greet'>line</Queue></Dial>",
    "greet": "<Say>on arrive</Say>",
    "room": ROOM.format(""),
    "boss": ROOM.format("endConferenceOnExit='true'"),
    "next": "<Say>et puis</Say>",
    "broken": "<Oops",
}


class Chaos:
    def __init__(self, kit: Kit, seed: int) -> None:
        self.kit = kit
        self.random = Random(seed)  # noqa: S311 - reproducible mischief, no secret
        for path, content in PAGES.items():
            kit.page(path, content)

    def act(self) -> None:
        phone = self.kit.phone(self.random.choice(PEOPLE), "manual")
        acts = {
            "idle": [phone.dial, self.call],
            "ringing": [phone.answer, phone.answer, phone.decline],
            "dialling": [phone.hang_up],
            "talking": [phone.press, phone.press, phone.hang_up, self.redirect, self.redirect],
        }
        act = self.random.choice(acts[phone.state])
        if act == phone.dial:
            phone.dial("+3280035243")
        elif act == phone.press:
            phone.press(self.random.choice("1#*"))
        elif act in (self.call, self.redirect):
            act(phone)
        else:
            act()

    def step(self) -> Step:
        return Step(self.kit.at(self.random.choice(list(PAGES))))

    def call(self, phone) -> None:
        ex = self.kit.ex
        with ex.engine.entered():
            call = Call(ex.account_sid, SHOWN, phone.number, "outbound-api", ex.clock.now())
            step = self.step()
            call.opening = lambda: run(ex, call, step, MAIN)
            place(ex, call, 20)

    def redirect(self, phone) -> None:
        with self.kit.ex.engine.entered():
            phone.call.redirect = self.step()
            self.kit.ex.engine.poke(phone.call.task)


@pytest.mark.parametrize("seed", range(6))
def test_every_call_ends_whatever_happens(seed):
    with Kit() as kit:
        chaos = Chaos(kit, seed)
        for _ in range(60):
            with suppress(PhoneError):  # somebody was quicker
                chaos.act()
            kit.ex.advance(chaos.random.choice([0, 0, 1, 3, 8]))
        for phone in kit.ex.phones.values():
            if phone.state != "idle":
                phone.hang_up()
        kit.ex.advance(7200)
        assert all(call.over for call in kit.ex.calls.values())
        assert {phone.state for phone in kit.ex.phones.values()} == {"idle"}
        assert {room.status for room in kit.ex.conferences.values()} <= {"completed"}
        assert not any(queue.members for queue in kit.ex.queues.values())
        told = Counter(params["CallSid"] for params in kit.requests("status"))
        inbound = {c.sid for c in kit.ex.calls.values() if c.direction == "inbound"}
        assert told == dict.fromkeys(inbound, 1)
