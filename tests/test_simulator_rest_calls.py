"""The Calls resource through the stock client."""

from collections.abc import Iterator

import pytest
import requests
from flask import Response
from test_simulator_kit import ACCOUNT, ALICE, BOB, CALLER, SHOWN, TOKEN, Kit
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

ALL = ["initiated", "ringing", "answered", "completed"]


@pytest.fixture
def kit() -> Iterator[Kit]:
    with Kit() as made:
        made.page("out", "<Say>bonjour</Say><Pause length='60'/>")
        made.page("progress", "")
        yield made


def place(kit, number=ALICE, **fields):
    fields.setdefault("url", kit.at("out"))
    made = kit.client.calls.create(to=number, from_=SHOWN, **fields)
    kit.ex.settle()
    return made


def watched(kit, **fields):
    hook = kit.at("progress")
    return place(kit, status_callback=hook, status_callback_event=ALL, **fields)


def told(kit):
    return [t["CallStatus"] for t in kit.requests("progress")]


def test_a_new_call_is_queued_and_looks_like_the_provider_s(kit):
    made = kit.client.calls.create(to=ALICE, from_=SHOWN, url=kit.at("out"))
    assert (made.status, made.direction, made.to, made._from) == (
        "queued",
        "outbound-api",
        ALICE,
        SHOWN,
    )
    assert made.account_sid == ACCOUNT
    assert made.date_created is not None
    assert made.queue_time == "0"
    assert made.uri == f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{made.sid}.json"


def test_an_answered_call_fetches_its_document(kit):
    made = place(kit)
    assert (kit.phone(ALICE).state, kit.requests("out")) == ("ringing", [])
    kit.phone(ALICE).answer()
    kit.ex.settle()
    asked = kit.last("out")
    assert (asked["Direction"], asked["CallStatus"]) == ("outbound-api", "in-progress")
    assert asked["CallSid"] == made.sid
    assert "AnsweredBy" not in asked
    assert kit.say(kit.phone(ALICE)) == ["bonjour"]


def test_a_call_can_bring_its_own_document(kit):
    place(kit, url=None, twiml="<Response><Say>dedans</Say></Response>")
    kit.phone(ALICE).answer()
    kit.ex.settle()
    assert kit.say(kit.phone(ALICE)) == ["dedans"]


def test_progress_is_told_in_order_and_numbered(kit):
    watched(kit)
    kit.phone(ALICE).answer()
    kit.ex.advance(30)
    kit.phone(ALICE).hang_up()
    kit.ex.settle()
    assert told(kit) == ["initiated", "ringing", "in-progress", "completed"]
    assert [t["SequenceNumber"] for t in kit.requests("progress")] == ["0", "1", "2", "3"]
    assert kit.last("progress")["CallDuration"] == "30"


def test_by_default_only_the_end_is_told(kit):
    place(kit, status_callback=kit.at("progress"))
    kit.phone(ALICE).decline()
    kit.ex.settle()
    assert [(t["CallStatus"], t["SequenceNumber"]) for t in kit.requests("progress")] == [
        ("busy", "0")
    ]


@pytest.mark.parametrize(
    ("behaviour", "status"), [("busy", "busy"), ("unreachable", "failed"), ("no-answer", None)]
)
def test_a_call_that_is_not_answered_says_why(kit, behaviour, status):
    kit.phone(ALICE, behaviour)
    made = watched(kit, timeout=20)
    assert kit.client.calls(made.sid).fetch().status == (status or "ringing")
    kit.ex.advance(19.9)
    assert told(kit)[-1] == (status or "ringing")
    kit.ex.advance(0.1)
    assert told(kit)[-1] == (status or "no-answer")


def test_a_call_rings_for_a_minute_by_default(kit):
    made = place(kit)
    kit.ex.advance(59)
    assert kit.client.calls(made.sid).fetch().status == "ringing"
    kit.ex.advance(1)
    assert kit.client.calls(made.sid).fetch().status == "no-answer"


def test_a_telephone_can_answer_by_itself(kit):
    kit.phone(ALICE, "answer")
    place(kit)
    kit.ex.advance(2)
    assert kit.phone(ALICE).state == "talking"


def test_a_voicemail_answers_hears_the_document_and_hangs_up_after_a_minute(kit):
    kit.phone(ALICE, "voicemail")
    place(kit)
    kit.ex.advance(4)
    assert kit.say(kit.phone(ALICE)) == ["bonjour"]
    kit.ex.advance(60)
    assert kit.phone(ALICE).state == "idle"


@pytest.mark.parametrize(("behaviour", "by"), [("voicemail", "machine_start"), ("answer", "human")])
def test_machine_detection_says_who_answered(kit, behaviour, by):
    kit.phone(ALICE, behaviour)
    made = place(kit, machine_detection="Enable")
    kit.ex.advance(5)
    assert kit.last("out")["AnsweredBy"] == by
    assert kit.client.calls(made.sid).fetch().answered_by == by


def test_machine_detection_can_wait_for_the_end_of_the_greeting(kit):
    kit.phone(ALICE, "voicemail")
    place(kit, machine_detection="DetectMessageEnd")
    kit.ex.advance(9.9)
    assert kit.requests("out") == []
    kit.ex.advance(0.1)
    assert kit.last("out")["AnsweredBy"] == "machine_end_beep"


def test_a_call_has_a_time_limit(kit):
    made = place(kit, time_limit=25)
    kit.phone(ALICE).answer()
    kit.ex.advance(25)
    assert kit.client.calls(made.sid).fetch().duration == "25"


def test_a_call_s_fallback_is_asked_when_its_document_fails(kit):
    kit.page("broken", Response(status=500))
    kit.page("fallback", "<Say>secours</Say>")
    place(kit, url=kit.at("broken"), fallback_url=kit.at("fallback"))
    kit.phone(ALICE).answer()
    kit.ex.settle()
    assert kit.say(kit.phone(ALICE)) == ["secours"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"To": None}, 21201),
        ({"From": None}, 21213),
        ({"Url": None}, 21205),
        ({"Url": "not an address"}, 21205),
        ({"To": "0470000002"}, 21211),
        ({"From": "0470"}, 21212),
        ({"From": "+3225559999"}, 21210),
        ({"To": "+33140000000"}, 21215),
        ({"StatusCallback": "ftp://x"}, 21609),
        ({"Url": None, "Twiml": "x" * 4001}, 20001),
        ({"Timeout": "soon"}, 20001),
    ],
)
def test_a_bad_request_is_refused_with_the_provider_s_code(kit, change, code):
    form = {"To": ALICE, "From": SHOWN, "Url": kit.at("out")} | change
    url = f"{kit.base}/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
    answer = requests.post(url, data=form, auth=(ACCOUNT, TOKEN), timeout=5)
    body = answer.json()
    assert (answer.status_code, body["status"], body["code"]) == (400, 400, code)
    assert body["more_info"].endswith(str(code))
    assert kit.ex.calls == {}


@pytest.mark.parametrize("token", ["wrong", ""])
def test_without_the_token_nothing_is_said(kit, token):
    client = Client(ACCOUNT, token or "x")
    client.api.base_url = kit.base
    with pytest.raises(TwilioRestException) as refused:
        client.calls("CA" + "0" * 32).fetch()
    assert (refused.value.status, refused.value.code) == (401, 20003)


def test_an_unknown_call_is_not_found(kit):
    with pytest.raises(TwilioRestException) as unknown:
        kit.client.calls("CA" + "0" * 32).fetch()
    assert (unknown.value.status, unknown.value.code) == (404, 20404)


def test_a_call_in_progress_is_sent_elsewhere(kit):
    kit.page("elsewhere", "<Say>ailleurs</Say>")
    made = place(kit)
    kit.phone(ALICE).answer()
    kit.ex.settle()
    assert kit.client.calls(made.sid).update(url=kit.at("elsewhere")).status == "in-progress"
    kit.ex.settle()
    assert kit.say(kit.phone(ALICE)) == ["bonjour", "ailleurs"]


def test_a_call_in_progress_is_given_another_document(kit):
    made = place(kit)
    kit.phone(ALICE).answer()
    kit.ex.settle()
    kit.client.calls(made.sid).update(twiml="<Response><Say>voici</Say></Response>")
    kit.ex.settle()
    assert kit.say(kit.phone(ALICE)) == ["bonjour", "voici"]


def test_a_ringing_call_cannot_be_redirected(kit):
    made = place(kit)
    with pytest.raises(TwilioRestException) as refused:
        kit.client.calls(made.sid).update(url=kit.at("out"))
    assert (refused.value.status, refused.value.code) == (400, 21220)


def test_an_ended_call_cannot_be_redirected(kit):
    made = place(kit)
    kit.phone(ALICE).decline()
    with pytest.raises(TwilioRestException) as refused:
        kit.client.calls(made.sid).update(status="completed")
    assert refused.value.code == 21220


def test_a_ringing_call_is_cancelled_and_one_in_progress_is_not(kit):
    first, second = watched(kit), place(kit, BOB)
    kit.phone(BOB).answer()
    assert kit.client.calls(first.sid).update(status="canceled").status == "canceled"
    assert kit.client.calls(second.sid).update(status="canceled").status == "in-progress"
    kit.ex.settle()
    assert kit.phone(ALICE).state == "idle"
    assert told(kit)[-1] == "canceled"


def test_a_call_in_progress_is_hung_up(kit):
    made = watched(kit)
    kit.phone(ALICE).answer()
    kit.ex.advance(10)
    assert kit.client.calls(made.sid).update(status="completed").status == "completed"
    kit.ex.settle()
    assert kit.phone(ALICE).state == "idle"
    assert told(kit)[-1] == "completed"


def test_calls_beyond_the_pace_are_queued_not_refused():
    with Kit(calls_per_second=0.5) as kit:
        kit.page("out", "")
        made = [
            kit.client.calls.create(to=number, from_=SHOWN, url=kit.at("out"))
            for number in (ALICE, BOB, CALLER)
        ]
        kit.ex.settle()
        statuses = [call.fetch().status for call in made]
        assert statuses == ["ringing", "queued", "queued"]
        assert [call.fetch().queue_time for call in made] == ["0", "2000", "4000"]
        kit.ex.advance(2)
        assert [call.fetch().status for call in made] == ["ringing", "ringing", "queued"]
        assert made[2].update(status="canceled").status == "canceled"
        kit.ex.advance(5)
        assert kit.phone(CALLER).state == "idle"
