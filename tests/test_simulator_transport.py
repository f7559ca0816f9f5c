"""Webhooks on the wire: signatures, redirects, retries, limits, cookies."""

import socket
import time
from collections.abc import Iterator

import pytest
from flask import Response
from hypothesis import given
from hypothesis import strategies as st
from test_simulator_kit import LINE, TOKEN, Kit, twiml
from twilio.request_validator import RequestValidator

from simulator.limits import limits_of
from simulator.transport import Request, deliver, signed_url

VALIDATOR = RequestValidator(TOKEN)


@pytest.fixture
def kit() -> Iterator[Kit]:
    with Kit() as made:
        yield made


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_post_is_signed_over_its_address_and_fields(kit):
    kit.page("voice", "")
    kit.dial()
    seen = kit.seen[0]
    signature = seen.headers["X-Twilio-Signature"]
    assert VALIDATOR.validate(kit.at("voice"), seen.fields, signature)
    assert not VALIDATOR.validate(kit.at("voice"), seen.fields | {"From": "+32"}, signature)


@pytest.mark.parametrize("query", ["?a=%7E&b=%C3%A9", "?x=a%3A%2F%2Fb", "?lower=%c3%a9+x"])
def test_the_signature_covers_the_bytes_of_the_address_as_they_are_sent(kit, query):
    kit.page("voice", "")
    kit.ex.set_number(LINE, voice_url=kit.at("voice") + query)
    kit.dial()
    seen = kit.seen[0]
    assert seen.raw == "/voice" + query
    signature = seen.headers["X-Twilio-Signature"]
    assert VALIDATOR.validate(kit.url + seen.raw, seen.fields, signature)


def test_a_get_carries_its_parameters_in_the_query_and_signs_the_whole_address(kit):
    kit.page("voice", "")
    kit.ex.set_number(LINE, voice_url=kit.at("voice?line=1"), voice_method="GET")
    kit.dial()
    seen = kit.seen[0]
    assert (seen.method, seen.fields) == ("GET", {})
    assert seen.raw.startswith("/voice?line=1&")
    assert seen.params["CallStatus"] == "ringing"
    assert VALIDATOR.validate(kit.url + seen.raw, {}, seen.headers["X-Twilio-Signature"])


def test_an_https_address_is_signed_without_userinfo_and_port():
    assert signed_url("https://u:p@example.org:8443/a?b=%7E") == "https://example.org/a?b=%7E"
    assert signed_url("https://example.org/a") == "https://example.org/a"
    assert signed_url("http://example.org:81/a") == "http://example.org:81/a"


def test_requests_name_the_provider_s_client(kit):
    kit.page("voice", "")
    kit.dial()
    assert kit.seen[0].headers["User-Agent"] == "TwilioProxy/1.1"
    assert kit.seen[0].headers["Content-Type"].startswith("application/x-www-form-urlencoded")


def test_userinfo_in_the_address_becomes_basic_authentication(kit):
    kit.page("voice", "")
    kit.ex.set_number(LINE, voice_url=kit.at("voice").replace("//", "//user:pass@"))
    kit.dial()
    assert kit.seen[0].headers["Authorization"] == "Basic dXNlcjpwYXNz"


@pytest.mark.parametrize(("status", "method"), [(301, "GET"), (302, "GET"), (307, "POST")])
def test_redirects_are_followed_and_the_older_kinds_drop_the_body(kit, status, method):
    kit.page("voice", Response(status=status, headers={"Location": "/moved"}))
    kit.page("moved", "<Say>Bonjour</Say>")
    phone = kit.dial()
    assert kit.say(phone) == ["Bonjour"]
    seen = kit.seen[-1]
    assert seen.method == method
    assert ("CallSid" in seen.fields) is (method == "POST")
    assert VALIDATOR.validate(kit.at("moved"), seen.fields, seen.headers["X-Twilio-Signature"])


def test_an_endless_redirect_is_given_up(kit):
    kit.page("voice", Response(status=302, headers={"Location": "/voice"}))
    kit.dial()
    assert kit.ex.notices[0].code == 11215
    assert len(kit.requests("voice")) == 11


def test_cookies_are_kept_within_a_call_and_not_beyond(kit):
    def biscuit(_params):
        answer = twiml("<Redirect>/next</Redirect>")
        answer.set_cookie("call", "mine", path="/")
        return answer

    kit.page("voice", biscuit)
    kit.page("next", "")
    kit.dial()
    kit.dial("+32470000007")
    cookies = [seen.headers.get("Cookie") for seen in kit.seen if seen.path in ("voice", "next")]
    assert cookies == [None, "call=mine", None, "call=mine"]


def test_an_answer_that_fails_is_not_asked_for_again_by_default(kit):
    kit.page("voice", Response(status=503))
    kit.dial()
    assert len(kit.requests("voice")) == 1


def test_the_address_can_ask_for_retries(kit):
    answers = iter([Response(status=503), Response(status=503), twiml("<Say>enfin</Say>")])
    kit.page("voice", lambda _params: next(answers))
    kit.ex.set_number(LINE, voice_url=kit.at("voice#rc=3&rp=5xx"))
    phone = kit.dial()
    assert kit.say(phone) == ["enfin"]
    assert all("#" not in seen.raw for seen in kit.seen)
    tokens = [seen.headers.get("I-Twilio-Idempotency-Token") for seen in kit.seen[:3]]
    assert tokens[0] is None
    assert all(tokens[1:])


def test_a_slow_answer_is_given_up_when_the_address_says_so(kit):
    def slow(_params):
        time.sleep(0.5)
        return "<Say>trop tard</Say>"

    kit.page("voice", slow)
    kit.ex.set_number(LINE, voice_url=kit.at("voice#rt=100"))
    phone = kit.dial()
    assert kit.ex.notices[0].code == 11200
    assert kit.say(phone)[0].startswith("We're sorry")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://example.org/x", 11100),
        ("/relative", 11100),
        ("http://bad_host.example/", 11210),
        ("http://[::1", 11100),
    ],
)
def test_an_address_that_cannot_be_called_has_its_own_error(url, code):
    assert deliver(Request(url), TOKEN, {}).error == code


def test_nobody_listening_is_a_connection_error():
    assert deliver(Request(f"http://127.0.0.1:{closed_port()}/"), TOKEN, {}).error == 11205


@given(st.text(alphabet="abcrtp=&,#0123456789", max_size=40))
def test_whatever_a_fragment_says_the_limits_stay_within_the_provider_s(fragment):
    limits = limits_of(fragment)
    assert 0.1 <= limits.connect <= 10
    assert 0.1 <= limits.total <= 15
    assert 0 <= limits.retries <= 5
