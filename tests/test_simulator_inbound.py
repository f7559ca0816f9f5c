"""Calls that reach a number: parameters, answering, refusing, ending."""

import re
from collections.abc import Iterator

import pytest
from test_simulator_kit import ACCOUNT, ALICE, CALLER, LINE, Kit

from simulator.phones import PhoneError

ALWAYS = ["CallSid", "AccountSid", "From", "To", "CallStatus", "ApiVersion", "Direction"]


@pytest.fixture
def kit() -> Iterator[Kit]:
    with Kit() as made:
        yield made


def test_a_call_asks_the_number_s_application_with_the_documented_parameters(kit):
    kit.page("voice", "<Say>Bonjour</Say>")
    phone = kit.dial()
    asked = kit.last("voice")
    assert set(ALWAYS) <= set(asked)
    assert re.fullmatch("CA[0-9a-f]{32}", asked["CallSid"])
    assert asked["CallSid"] == phone.call_sid
    assert asked["AccountSid"] == ACCOUNT
    assert (asked["From"], asked["Caller"]) == (CALLER, CALLER)
    assert (asked["To"], asked["Called"]) == (LINE, LINE)
    assert (asked["Direction"], asked["CallStatus"]) == ("inbound", "ringing")
    assert asked["ApiVersion"] == "2010-04-01"


def test_geographic_parameters_are_present_but_blank(kit):
    kit.page("voice", "")
    kit.dial()
    places = [w + p for w in ("From", "To", "Caller", "Called") for p in ("City", "Zip", "Country")]
    assert [kit.last("voice")[place] for place in places] == [""] * len(places)


def test_a_withheld_caller_is_anonymous(kit):
    kit.page("voice", "")
    kit.dial(withheld=True)
    assert kit.last("voice")["From"] == kit.last("voice")["Caller"] == "anonymous"


def test_a_first_pause_leaves_the_call_ringing_and_the_next_verb_answers_it(kit):
    kit.page("voice", "<Pause length='4'/><Say>Bonjour</Say>")
    phone = kit.dial()
    assert phone.state == "dialling"
    kit.ex.advance(4)
    assert phone.state == "talking"


def test_a_redirect_answers_the_call_and_a_reject_then_hangs_up(kit):
    kit.page("voice", "<Redirect>/other</Redirect>")
    kit.page("other", "<Reject reason='busy'/>")
    phone = kit.dial()
    assert kit.last("other")["CallStatus"] == "in-progress"
    assert kit.call_of(phone).status == "completed"


@pytest.mark.parametrize(("verb", "status"), [("<Reject/>", "no-answer"),
                                              ("<Reject reason='busy'/>", "busy")])  # fmt: skip
def test_a_rejected_call_is_never_answered(kit, verb, status):
    kit.page("voice", verb)
    phone = kit.dial()
    call = kit.call_of(phone)
    assert (call.status, call.answered_at, phone.state) == (status, None, "idle")
    assert kit.last("status")["CallStatus"] == status


def test_a_reject_that_is_not_the_first_verb_is_skipped(kit):
    kit.page("voice", "<Say>Bonjour</Say><Reject/><Say>encore</Say>")
    phone = kit.dial()
    kit.ex.advance(10)
    assert kit.say(phone) == ["Bonjour", "encore"]


def test_an_empty_document_answers_and_hangs_up(kit):
    kit.page("voice", "")
    phone = kit.dial()
    assert (phone.state, kit.call_of(phone).status) == ("idle", "completed")


def test_the_number_s_status_callback_comes_once_at_the_end(kit):
    kit.page("voice", "<Pause length='2'/><Say>Bonjour</Say><Pause length='70'/>")
    phone = kit.dial()
    kit.ex.advance(65)
    assert kit.requests("status") == []
    phone.hang_up()
    kit.ex.settle()
    [told] = kit.requests("status")
    assert told["CallStatus"] == "completed"
    assert (told["CallDuration"], told["Duration"]) == ("63", "2")
    assert told["CallbackSource"] == "call-progress-events"
    assert told["SequenceNumber"] == "0"
    assert told["Timestamp"] == "Mon, 23 Nov 2026 09:01:05 +0000"


def test_a_caller_who_hangs_up_before_the_answer_cancels_the_call(kit):
    kit.page("voice", "<Pause length='9'/><Say>Bonjour</Say>")
    phone = kit.dial()
    kit.ex.advance(3)
    phone.hang_up()
    kit.ex.advance(30)
    assert kit.say(phone) == []
    assert kit.last("status")["CallStatus"] == "canceled"


def test_a_caller_who_hangs_up_ends_the_document(kit):
    kit.page("voice", "<Say>Bonjour</Say><Redirect>/next</Redirect>")
    phone = kit.dial()
    phone.hang_up()
    kit.ex.advance(60)
    assert kit.requests("next") == []


def test_the_answer_to_a_webhook_in_flight_is_ignored_after_a_hang_up(kit):
    def hang_up_meanwhile(_params):
        kit.phone(CALLER).hang_up()
        return "<Say>trop tard</Say>"

    kit.page("voice", hang_up_meanwhile)
    phone = kit.dial()
    assert kit.say(phone) == []
    assert kit.last("status")["CallStatus"] == "canceled"


def test_a_number_without_a_voice_address_fails_the_call(kit):
    kit.ex.set_number("+3280000000")
    phone = kit.dial(to="+3280000000")
    assert kit.call_of(phone).status == "failed"


def test_a_telephone_makes_one_call_at_a_time(kit):
    kit.page("voice", "<Pause length='60'/>")
    kit.dial()
    with pytest.raises(PhoneError, match="already"):
        kit.dial()


def test_a_number_nobody_owns_cannot_be_dialled(kit):
    with pytest.raises(PhoneError, match="no incoming number"):
        kit.phone(CALLER).dial("+3280099999")


def test_a_telephone_in_a_call_is_busy_for_another(kit):
    kit.page("voice", "<Dial callerId='+3225550100' action='/after'>+32470000002</Dial>")
    kit.page("after", "")
    kit.phone(ALICE, "answer")
    kit.dial()
    kit.ex.advance(5)
    kit.dial("+32470000009")
    assert kit.last("after")["DialCallStatus"] == "busy"
