"""<Enqueue>, <Leave>, <Dial><Queue>, and queues over REST."""

from collections.abc import Iterator

import pytest
from flask import Response
from test_simulator_kit import ALICE, BOB, CALLER, SHOWN, Kit
from twilio.base.exceptions import TwilioRestException

WAIT = "<Say>patience</Say><Pause length='9'/>"


@pytest.fixture
def kit() -> Iterator[Kit]:
    with Kit(speech_rate=8.0) as made:
        made.page("voice", "<Enqueue waitUrl='/wait' action='/left'>line</Enqueue><Say>après</Say>")
        made.page("wait", WAIT)
        made.page("left", "<Say>sorti</Say>")
        yield made


def agent(kit, attributes="", number=ALICE):
    kit.page("agent", f"<Dial action='/done'><Queue {attributes}>line</Queue></Dial>")
    kit.page("done", "")
    kit.client.calls.create(to=number, from_=SHOWN, url=kit.at("agent"))
    kit.ex.settle()
    kit.phone(number).answer()
    kit.ex.settle()
    return kit.phone(number)


def test_a_caller_in_a_queue_hears_the_wait_document_again_when_it_runs_out(kit):
    phone = kit.dial()
    kit.ex.advance(25)
    assert kit.say(phone) == ["patience"] * 3
    times = [asked["QueueTime"] for asked in kit.requests("wait")]
    assert times == ["0", "10", "20"]


def test_the_wait_document_is_told_the_caller_s_place(kit):
    kit.dial()
    kit.ex.advance(4)
    kit.dial("+32470000009")
    first, second = kit.requests("wait")
    assert (first["QueuePosition"], first["CurrentQueueSize"]) == ("1", "1")
    assert (second["QueuePosition"], second["CurrentQueueSize"]) == ("2", "2")
    assert second["AvgQueueTime"] == "2"
    assert second["MaxQueueSize"] == "1000"
    assert second["QueueSid"] == first["QueueSid"]
    assert first["QueueSid"].startswith("QU")


def test_a_key_during_the_wait_reaches_the_wait_document_s_action(kit):
    kit.page("wait", "<Gather numDigits='1' action='/choice'><Say>1</Say></Gather>")
    kit.page("choice", "<Leave/>")
    phone = kit.dial()
    phone.press("1")
    kit.ex.settle()
    assert kit.last("choice")["Digits"] == "1"
    assert kit.last("left")["QueueResult"] == "leave"
    assert kit.say(phone)[-1] == "sorti"


def test_leaving_without_an_action_goes_on_with_the_next_verb(kit):
    kit.page("voice", "<Enqueue waitUrl='/wait'>line</Enqueue><Say>après</Say>")
    kit.page("wait", "<Pause length='3'/><Leave/>")
    phone = kit.dial()
    kit.ex.advance(3)
    assert kit.say(phone) == ["après"]


def test_a_caller_who_hangs_up_in_the_queue_is_told_to_the_action(kit):
    phone = kit.dial()
    kit.ex.advance(12)
    phone.hang_up()
    kit.ex.settle()
    told = kit.last("left")
    assert (told["QueueResult"], told["QueueTime"]) == ("hangup", "12")
    assert told["CallStatus"] == "completed"
    assert kit.client.queues.list()[0].current_size == 0
    assert kit.say(phone)[-1] == "patience"


def test_a_redirected_caller_is_told_to_the_action_and_its_answer_is_ignored(kit):
    phone = kit.dial()
    kit.page("elsewhere", "<Say>ailleurs</Say>")
    kit.client.calls(phone.call_sid).update(url=kit.at("elsewhere"))
    kit.ex.advance(30)
    assert [told["QueueResult"] for told in kit.requests("left")] == ["redirected"]
    assert kit.say(phone) == ["patience", "ailleurs"]
    paths = [seen.path for seen in kit.seen]
    assert paths.index("left") < paths.index("elsewhere")


def test_a_full_queue_is_told_to_the_action(kit):
    kit.page("voice", "<Enqueue maxQueueSize='1' action='/left'>line</Enqueue>")
    kit.dial()
    kit.dial("+32470000009")
    assert kit.last("left")["QueueResult"] == "queue-full"


def test_a_wait_document_that_fails_is_an_error_to_the_action(kit):
    kit.page("wait", Response(status=500))
    kit.dial()
    assert kit.last("left")["QueueResult"] == "error"
    assert kit.requests("status") == []


def test_a_wait_document_may_not_dial(kit):
    kit.page("wait", f"<Dial>{BOB}</Dial><Pause length='5'/>")
    kit.dial()
    assert kit.phone(BOB).state == "idle"


def test_a_wait_document_that_takes_no_time_is_not_asked_for_without_end(kit):
    kit.page("wait", "")
    kit.dial()
    kit.ex.advance(3)
    assert len(kit.requests("wait")) == 4


def test_without_a_wait_document_the_provider_s_music_plays(kit):
    kit.page("voice", "<Enqueue>line</Enqueue>")
    phone = kit.dial()
    assert [h.text for h in phone.heard if h.verb == "Play"] == ["hold music"]


def test_an_agent_takes_the_front_caller_and_both_are_told_afterwards(kit):
    phone = kit.dial()
    kit.ex.advance(7)
    alice = agent(kit)
    assert (phone.talking_to, alice.talking_to) == ([ALICE], [CALLER])
    kit.ex.advance(20)
    alice.hang_up()
    kit.ex.settle()
    told = kit.last("left")
    assert (told["QueueResult"], told["QueueTime"]) == ("bridged", "7")
    done = kit.last("done")
    assert (done["DialCallStatus"], done["DialBridged"]) == ("completed", "true")
    assert done["DialCallSid"] == phone.call_sid
    assert kit.say(phone)[-1] == "sorti"


def test_the_caller_hears_the_queue_s_document_before_the_bridge(kit):
    kit.page("greet", "<Say>on arrive</Say>")
    phone = kit.dial()
    kit.ex.advance(7)
    alice = agent(kit, "url='/greet'")
    assert (kit.say(phone)[-1], alice.talking_to) == ("on arrive", [])
    asked = kit.last("greet")
    assert asked["CallSid"] == phone.call_sid
    assert asked["DequeingCallSid"] == alice.call_sid
    assert asked["QueueTime"] == "7"
    kit.ex.advance(2)
    assert alice.talking_to == [CALLER]


def test_an_agent_waits_for_a_caller_who_comes_later(kit):
    kit.client.queues.create(friendly_name="line")
    alice = agent(kit)
    kit.ex.advance(10)
    kit.dial()
    assert alice.talking_to == [CALLER]


def test_an_agent_gives_up_on_an_empty_queue_after_the_timeout(kit):
    kit.client.queues.create(friendly_name="line")
    agent(kit)
    kit.ex.advance(30)
    assert kit.last("done")["DialCallStatus"] == "no-answer"


def test_dialling_a_queue_that_does_not_exist_fails(kit):
    agent(kit)
    assert kit.last("done")["DialCallStatus"] == "failed"


def test_a_bridged_caller_who_is_redirected_was_redirected_from_the_bridge(kit):
    phone = kit.dial()
    agent(kit)
    kit.page("elsewhere", "<Say>ailleurs</Say>")
    kit.client.calls(phone.call_sid).update(url=kit.at("elsewhere"))
    kit.ex.settle()
    assert kit.last("left")["QueueResult"] == "redirected-from-bridged"
    assert kit.requests("done")


def test_queues_and_members_are_seen_over_rest(kit):
    phone = kit.dial()
    kit.ex.advance(5)
    [queue] = kit.client.queues.list()
    assert (queue.friendly_name, queue.current_size, queue.max_size) == ("line", 1, 1000)
    assert queue.average_wait_time == 5
    [member] = kit.client.queues(queue.sid).members.list()
    assert (member.call_sid, member.position, member.wait_time) == (phone.call_sid, 1, 5)
    assert kit.client.queues(queue.sid).members("Front").fetch().call_sid == phone.call_sid


def test_a_member_is_dequeued_over_rest_to_another_document(kit):
    phone = kit.dial()
    [queue] = kit.client.queues.list()
    kit.page("elsewhere", "<Say>ailleurs</Say>")
    kit.client.queues(queue.sid).members("Front").update(url=kit.at("elsewhere"), method="GET")
    kit.ex.settle()
    assert kit.last("left")["QueueResult"] == "redirected"
    assert kit.say(phone)[-1] == "ailleurs"
    assert kit.seen[-1].method == "GET"


def test_queues_are_made_changed_and_removed_over_rest(kit):
    queues = kit.client.queues
    made = queues.create(friendly_name="other", max_size=3)
    with pytest.raises(TwilioRestException) as refused:
        queues.create(friendly_name="other")
    assert refused.value.code == 22003
    assert queues(made.sid).update(max_size=5).max_size == 5
    assert queues(made.sid).delete()
    with pytest.raises(TwilioRestException) as unknown:
        queues(made.sid).fetch()
    assert (unknown.value.status, unknown.value.code) == (404, 20404)


def test_a_caller_who_hangs_up_on_the_agent_was_bridged(kit):
    phone = kit.dial()
    alice = agent(kit)
    phone.hang_up()
    kit.ex.settle()
    assert kit.last("left")["QueueResult"] == "bridged"
    assert kit.last("done")["DialCallStatus"] == "completed"
    assert alice.state == "idle"
