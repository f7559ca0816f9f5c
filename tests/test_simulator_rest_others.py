"""Numbers, messages, the account; unknown paths; a provider that misbehaves."""

import time
from collections.abc import Iterator

import pytest
import requests
from test_simulator_kit import ACCOUNT, ALICE, LINE, SHOWN, TOKEN, Kit
from twilio.base.exceptions import TwilioRestException


@pytest.fixture
def kit() -> Iterator[Kit]:
    with Kit() as made:
        made.page("out", "<Pause length='60'/>")
        yield made


def place(kit):
    return kit.client.calls.create(to=ALICE, from_=SHOWN, url=kit.at("out"))


def test_a_number_is_bought_set_and_then_called(kit):
    kit.page("new", "<Say>nouveau</Say>")
    made = kit.client.incoming_phone_numbers.create(
        phone_number="+3280011111", voice_url=kit.at("old"), friendly_name="Allo"
    )
    assert (made.phone_number, made.friendly_name, made.sid[:2]) == ("+3280011111", "Allo", "PN")
    changed = kit.client.incoming_phone_numbers(made.sid).update(
        voice_url=kit.at("new"), voice_method="GET", status_callback=kit.at("status")
    )
    assert (changed.voice_url, changed.voice_method) == (kit.at("new"), "GET")
    assert changed.friendly_name == "Allo"
    assert kit.say(kit.dial(to="+3280011111")) == ["nouveau"]


def test_numbers_are_found_by_themselves_and_given_back(kit):
    numbers = kit.client.incoming_phone_numbers
    [found] = numbers.list(phone_number=LINE)
    assert found.voice_url == kit.at("voice")
    assert numbers(found.sid).fetch().capabilities["voice"] is True
    assert numbers(found.sid).delete()
    assert [n.phone_number for n in numbers.list()] == [SHOWN]


@pytest.mark.parametrize(("number", "code"), [("0800", 21421), (LINE, 21422)])
def test_a_number_that_cannot_be_had_is_refused(kit, number, code):
    with pytest.raises(TwilioRestException) as refused:
        kit.client.incoming_phone_numbers.create(phone_number=number)
    assert refused.value.code == code


def test_a_message_reaches_the_telephone_and_is_reported(kit):
    kit.page("sms", "")
    made = kit.client.messages.create(
        to=ALICE, from_=SHOWN, body="Bonjour", status_callback=kit.at("sms")
    )
    assert made.status == "queued"
    kit.ex.advance(3)
    assert [(h.verb, h.text) for h in kit.phone(ALICE).heard] == [("SMS", "Bonjour")]
    assert [told["MessageStatus"] for told in kit.requests("sms")] == ["sent", "delivered"]
    assert kit.last("sms")["SmsSid"] == made.sid
    assert kit.client.messages(made.sid).fetch().status == "delivered"
    assert [m.sid for m in kit.client.messages.list(to=ALICE)] == [made.sid]


def test_a_message_to_a_telephone_out_of_reach_is_not_delivered(kit):
    kit.phone(ALICE, "unreachable")
    made = kit.client.messages.create(to=ALICE, from_=SHOWN, body="Bonjour")
    kit.ex.advance(3)
    seen = kit.client.messages(made.sid).fetch()
    assert (seen.status, seen.error_code) == ("undelivered", 30003)


@pytest.mark.parametrize(
    ("form", "code"),
    [({"To": ""}, 21604), ({"From": ""}, 21603), ({"Body": ""}, 21602), ({"From": ALICE}, 21606)],
)
def test_a_bad_message_is_refused(kit, form, code):
    url = f"{kit.base}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    fields = {"To": ALICE, "From": SHOWN, "Body": "Bonjour"} | form
    answer = requests.post(url, data=fields, auth=(ACCOUNT, TOKEN), timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_the_account_introduces_itself(kit):
    account = kit.client.api.accounts(ACCOUNT).fetch()
    assert (account.sid, account.status) == (ACCOUNT, "active")


@pytest.mark.parametrize(
    ("verb", "path", "code"), [("GET", "Nothing", 20404), ("DELETE", "Calls", 20004)]
)
def test_what_is_not_there_is_refused_in_the_provider_s_form(kit, verb, path, code):
    url = f"{kit.base}/2010-04-01/Accounts/{ACCOUNT}/{path}.json"
    answer = requests.request(verb, url, auth=(ACCOUNT, TOKEN), timeout=5)
    assert answer.json()["code"] == code


@pytest.mark.parametrize(("status", "code"), [(500, 20500), (429, 20429), (400, 21211)])
def test_a_provider_can_be_told_to_refuse(kit, status, code):
    kit.ex.faults.fail("POST", "Calls", status=status, code=code)
    with pytest.raises(TwilioRestException) as refused:
        place(kit)
    assert (refused.value.status, refused.value.code) == (status, code)
    assert kit.ex.calls == {}
    assert place(kit).status == "queued"


def test_an_unclear_answer_has_done_the_thing_all_the_same(kit):
    kit.ex.faults.fail("POST", "Calls", status=500, after_doing=True)
    with pytest.raises(TwilioRestException):
        place(kit)
    kit.ex.settle()
    assert kit.phone(ALICE).state == "ringing"


@pytest.mark.parametrize("after_doing", [False, True])
def test_a_provider_can_say_nothing_at_all(kit, after_doing):
    kit.ex.faults.fail("POST", "Calls", status=None, delay=0.2, after_doing=after_doing)
    _ = kit.base
    began = time.monotonic()
    with pytest.raises(requests.ConnectionError):
        place(kit)
    assert time.monotonic() - began >= 0.2
    assert len(kit.ex.calls) == int(after_doing)


def test_a_fault_is_for_one_resource_and_as_often_as_ordered(kit):
    kit.ex.faults.fail("POST", "Calls/*", times=2)
    made = place(kit)
    for _ in range(2):
        with pytest.raises(TwilioRestException):
            made.update(status="canceled")
    assert made.update(status="canceled").status == "canceled"


def test_a_recording_is_found_heard_and_forgotten(kit):
    kit.page("voice", "<Record action='/done'/>")
    kit.page("done", "")
    phone = kit.dial()
    phone.speak("bonjour")
    kit.ex.advance(20)
    [found] = kit.client.recordings.list(call_sid=phone.call_sid)
    assert (found.duration, found.status) == (kit.last("done")["RecordingDuration"], "completed")
    assert len(kit.client.calls(phone.call_sid).recordings.list()) == 1
    url = f"{kit.base}/2010-04-01/Accounts/{ACCOUNT}/Recordings/{found.sid}"
    for ending in ("", ".wav"):
        sound = requests.get(url + ending, auth=(ACCOUNT, TOKEN), timeout=5)
        assert (sound.headers["Content-Type"], sound.content[:4]) == ("audio/x-wav", b"RIFF")
    assert kit.client.recordings(found.sid).delete()
    assert kit.client.recordings.list() == []


def test_addresses_without_their_ending_are_served_too(kit):
    url = f"{kit.base}/2010-04-01/Accounts/{ACCOUNT}/Calls"
    form = {"To": ALICE, "From": SHOWN, "Url": kit.at("out")}
    made = requests.post(url, data=form, auth=(ACCOUNT, TOKEN), timeout=5)
    assert (made.status_code, made.json()["status"]) == (201, "queued")
    seen = requests.get(f"{url}/{made.json()['sid']}", auth=(ACCOUNT, TOKEN), timeout=5)
    assert seen.json()["to"] == ALICE
