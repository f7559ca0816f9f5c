"""Documents the provider cannot use: error codes, the fallback, the spoken apology."""

from collections.abc import Iterator

import pytest
from flask import Response
from hypothesis import given
from hypothesis import strategies as st
from test_simulator_kit import LINE, Kit

from simulator.legs import APOLOGY
from simulator.transport import Answer
from simulator.twiml import Document, DocumentError, parse, read

XML = "text/xml"


@pytest.fixture
def kit() -> Iterator[Kit]:
    with Kit() as made:
        made.ex.set_number(
            LINE,
            voice_url=made.at("voice"),
            voice_fallback_url=made.at("fallback"),
            status_callback=made.at("status"),
        )
        made.page("fallback", "<Say>un instant</Say>")
        yield made


def answer(body: str, kind: str = XML, status: int = 200) -> Response:
    return Response(body, status=status, headers={"Content-Type": kind})


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (answer("<Response/>", status=500), "11200"),
        (answer("", status=404), "11200"),
        (answer(" <Response/>"), "12100"),
        (answer("<response/>"), "12100"),
        (answer("<Response><Say></Response>"), "12100"),
        (answer("<!DOCTYPE a><Response/>"), "12100"),
        (answer(""), "12100"),
        (answer("<Response/>", "application/json"), "12300"),
    ],
)
def test_a_failure_goes_to_the_fallback_with_its_code_and_address(kit, bad, code):
    kit.page("voice", bad)
    phone = kit.dial()
    asked = kit.last("fallback")
    assert (asked["ErrorCode"], asked["ErrorUrl"]) == (code, kit.at("voice"))
    assert asked["CallSid"] == phone.call_sid
    assert asked["From"] == phone.number
    assert kit.say(phone) == ["un instant"]


def test_a_server_error_is_noted_as_such_too(kit):
    kit.page("voice", answer("", status=500))
    kit.dial()
    assert [notice.code for notice in kit.ex.notices] == [11217, 11200]


def test_an_application_that_is_down_goes_to_the_fallback(kit):
    kit.ex.set_number(
        LINE, voice_url="http://127.0.0.1:9/voice", voice_fallback_url=kit.at("fallback")
    )
    kit.dial()
    assert kit.last("fallback")["ErrorCode"] == "11205"


def test_a_failure_later_in_the_call_goes_to_the_fallback_too(kit):
    kit.page("voice", "<Gather numDigits='1' action='/broken'/>")
    kit.page("broken", answer("oops", status=500))
    phone = kit.dial()
    phone.press("1")
    kit.ex.settle()
    assert kit.last("fallback")["ErrorUrl"] == kit.at("broken")
    assert kit.last("fallback")["CallStatus"] == "in-progress"


def test_without_a_fallback_the_caller_hears_an_apology_and_the_call_ends(kit):
    kit.ex.set_number(LINE, voice_url=kit.at("voice"), status_callback=kit.at("status"))
    kit.page("voice", answer("", status=500))
    phone = kit.dial()
    kit.ex.advance(30)
    assert kit.say(phone) == [APOLOGY]
    assert kit.last("status")["CallStatus"] == "completed"


def test_a_fallback_that_fails_ends_in_the_apology(kit):
    kit.page("voice", answer("", status=500))
    kit.page("fallback", answer("", status=500))
    phone = kit.dial()
    kit.ex.advance(30)
    assert kit.say(phone) == [APOLOGY]
    assert len(kit.requests("fallback")) == 1


def test_unknown_and_wrongly_cased_verbs_are_skipped_with_a_warning(kit):
    kit.page("voice", "<say>non</say><Fax>non</Fax><Say tone='x'>oui</Say>")
    phone = kit.dial()
    assert kit.say(phone) == ["oui"]
    assert [notice.code for notice in kit.ex.notices] == [12200] * 3


@pytest.mark.parametrize("kind", ["text/xml", "application/xml; charset=utf-8", "text/html"])
def test_three_content_types_are_twiml(kit, kind):
    kit.page("voice", answer("<Response><Say>oui</Say></Response>", kind))
    assert kit.say(kit.dial()) == ["oui"]


def test_plain_text_is_read_aloud_and_plain_twiml_is_run(kit):
    kit.page("voice", answer("Bonjour à vous", "text/plain"))
    assert kit.say(kit.dial()) == ["Bonjour à vous"]
    kit.page("voice", answer("<Response><Say>oui</Say></Response>", "text/plain"))
    assert kit.say(kit.dial("+32470000009")) == ["oui"]


def test_audio_is_played_and_then_the_call_ends(kit):
    kit.page("voice", answer("RIFF", "audio/wav"))
    phone = kit.dial()
    kit.ex.advance(10)
    assert [entry.audio for entry in phone.heard if entry.verb == "Play"] == [kit.at("voice")]
    assert phone.state == "idle"


def test_a_redirect_without_an_address_is_an_error(kit):
    kit.page("voice", "<Redirect/>")
    kit.dial()
    assert kit.last("fallback")["ErrorCode"] == "11100"


@given(st.binary(max_size=60), st.sampled_from([XML, "text/plain", "text/html", "", "a/b"]))
def test_no_answer_can_do_more_than_be_refused(body, kind):
    code, document = None, None
    try:
        document = read(Answer("http://x/", 200, kind, body), "POST")
    except DocumentError as error:
        code = error.code
    assert isinstance(document, Document) or code in (12100, 12300)


def test_ssml_inside_say_is_read_as_its_words():
    text = (
        "<Response><Say>Bonjour <break time='1s'/><lang xml:lang='nl'>dag</lang></Say></Response>"
    )
    [verb] = parse(text.encode(), "", "POST").verbs
    assert verb.text == "Bonjour dag"
